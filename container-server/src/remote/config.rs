//! Which registry, and how to reach it.

use std::fmt;

/// The registry that holds projects' images and base images.
#[derive(Debug, Clone)]
pub struct RegistryConfig {
    /// Host and port, such as `127.0.0.1:8080`.
    pub host: String,
    /// HTTP without TLS: for a registry on the loopback interface.
    pub plain_http: bool,
    /// What allows us to push.
    pub credentials: Option<Credentials>,
    /// The host of the registry that base images come from when they are not in this one, such as
    /// `docker.io`. Without TLS where it is an address of the loopback interface with a port.
    pub upstream: Option<String>,
}

/// A user name and a password of a registry.
#[derive(Clone)]
pub struct Credentials {
    /// The user.
    pub user: String,
    /// The password, or a token in its place.
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("user", &self.user).finish_non_exhaustive()
    }
}
