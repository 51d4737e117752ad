//! The native engine: Linux namespaces, by way of the supervisor.
