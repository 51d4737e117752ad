//! An embedded OCI Distribution registry.
