//! The native engine's privileged part: namespaces, root file systems, cgroups, network and PTYs.
//!
//! It knows nothing of images, HTTP or users.

pub mod protocol;
