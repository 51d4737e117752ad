//! The native engine's privileged part: namespaces, root file systems, cgroups, network and PTYs.
