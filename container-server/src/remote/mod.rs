//! Where images are kept: a thin client of an OCI Distribution registry, over oci-distribution.
//!
//! A [`Remote`] is one registry. The local one may have an upstream, from which base images are
//! mirrored when they are asked for and not there ([`Remote::resolve_or_mirror`]).

mod blobs;
mod catalogue;
mod config;
mod error;
mod manifests;
mod mirror;

pub use blobs::BlobStream;
pub use config::{Credentials, RegistryConfig};
pub use error::RemoteError;

use oci_distribution::{
    Client, Reference, RegistryOperation,
    client::{ClientConfig, ClientProtocol},
    secrets::RegistryAuth,
    token_cache::RegistryTokenType,
};
use std::{net::SocketAddr, sync::Arc, time::Duration};

/// How long a registry may take to answer a connection. Past it, it counts as out of reach.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a transfer may stall.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// One registry; cheap to clone.
#[derive(Clone)]
pub struct Remote {
    client: Client,
    host: String,
    credentials: Option<Credentials>,
    upstream: Option<Arc<Remote>>,
}

impl std::fmt::Debug for Remote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Remote").field("host", &self.host).finish_non_exhaustive()
    }
}

impl Remote {
    /// A client of the configured registry, and of its upstream if it has one.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    pub fn new(config: &RegistryConfig) -> Result<Self, RemoteError> {
        // The binary chooses first; this is for those who use the library alone.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let upstream = match &config.upstream {
            Some(host) => Some(Arc::new(Self::one(host, is_loopback(host), None)?)),
            None => None,
        };
        let local = Self::one(&config.host, config.plain_http, config.credentials.clone())?;
        Ok(Self { upstream, ..local })
    }

    fn one(
        host: &str,
        plain_http: bool,
        credentials: Option<Credentials>,
    ) -> Result<Self, RemoteError> {
        let protocol = if plain_http { ClientProtocol::Http } else { ClientProtocol::Https };
        let client = Client::try_from(ClientConfig {
            protocol,
            // One PUT is the quickest way to our registry, and every registry knows it.
            use_monolithic_push: true,
            // Manifests of other platforms are told apart in `manifests`.
            platform_resolver: None,
            connect_timeout: Some(CONNECT_TIMEOUT),
            read_timeout: Some(READ_TIMEOUT),
            ..ClientConfig::default()
        })?;
        Ok(Self { client, host: host.to_owned(), credentials, upstream: None })
    }

    /// The registry's host and port, as in an image's full name.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The registry that base images are mirrored from, if there is one.
    #[must_use]
    pub fn upstream(&self) -> Option<&Remote> {
        self.upstream.as_deref()
    }

    /// `reference` is a tag, or a digest such as `sha256:9f86d0…`.
    fn reference(&self, repository: &str, reference: &str) -> Reference {
        let (host, repository) = (self.host.clone(), repository.to_owned());
        if reference.contains(':') {
            Reference::with_digest(host, repository, reference.to_owned())
        } else {
            Reference::with_tag(host, repository, reference.to_owned())
        }
    }

    /// Readies the client's authentication for an operation on a repository.
    ///
    /// Credentials are shown unasked: a registry that lets everybody pull has no challenge to
    /// answer at `/v2/`, which is where the client would otherwise learn that it needs them.
    async fn authenticate(&self, reference: &Reference, operation: RegistryOperation) {
        if let Some(Credentials { user, password }) = &self.credentials {
            let token = RegistryTokenType::Basic(user.clone(), password.clone());
            self.client.tokens.insert(reference, operation, token).await;
        }
        let auth = self.registry_auth();
        self.client.store_auth_if_needed(reference.resolve_registry(), &auth).await;
    }

    fn registry_auth(&self) -> RegistryAuth {
        match &self.credentials {
            Some(Credentials { user, password }) => {
                RegistryAuth::Basic(user.clone(), password.clone())
            }
            None => RegistryAuth::Anonymous,
        }
    }
}

/// Whether a registry is on this machine. As with other clients, no TLS is expected there.
fn is_loopback(host: &str) -> bool {
    host.parse::<SocketAddr>().is_ok_and(|address| address.ip().is_loopback())
}
