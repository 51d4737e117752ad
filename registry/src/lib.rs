//! An embedded OCI Distribution 1.1 registry on actix-web.
//!
//! ```text
//! routes ──> handlers ──> content (the rules) ──> store (the trait) ──> fs | memory
//! ```
//!
//! [`Registry::open`] opens the store on disk, [`routes`] mounts `/v2/…` in any actix
//! application, and [`Registry::store`] is the way in for the command line, beside a running
//! server too. Every request meets the files: nothing that another process may change is cached.

mod auth;
mod content;
mod error;
mod failure;
mod handlers;
pub mod model;
mod routes;
pub mod store;

pub use auth::Credentials;
pub use content::{Content, Pushed};
pub use failure::RegistryError;
pub use routes::routes;

use std::{io, path::PathBuf, sync::Arc};
use store::{FileStore, Store};

/// How to open a registry.
#[derive(Debug, Clone)]
pub struct RegistryConfig {
    /// The folder that holds everything; made where it does not exist.
    pub data: PathBuf,
    /// What writing asks for; nothing leaves it open to whoever reaches the server.
    pub credentials: Option<Credentials>,
}

/// Why a registry cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error(
    "the registry's folder {path} cannot be used: {source}. Is it writable, and the disk not full?"
)]
pub struct OpenError {
    /// The folder.
    pub path: PathBuf,
    /// What the file system said.
    pub source: io::Error,
}

/// A registry; cheap to clone.
#[derive(Debug, Clone)]
pub struct Registry {
    content: Content,
    credentials: Option<Arc<Credentials>>,
}

impl Registry {
    /// Opens the registry on disk.
    ///
    /// # Errors
    /// When its folder cannot be made or written to.
    pub fn open(config: RegistryConfig) -> Result<Self, OpenError> {
        let RegistryConfig { data, credentials } = config;
        let store = FileStore::open(&data).map_err(|source| OpenError { path: data, source })?;
        Ok(Self::with_store(Arc::new(store), credentials))
    }

    /// A registry over any store.
    #[must_use]
    pub fn with_store(store: Arc<dyn Store>, credentials: Option<Credentials>) -> Self {
        Self { content: Content::new(store), credentials: credentials.map(Arc::new) }
    }

    /// The content without HTTP: for the command line, beside a running server too.
    #[must_use]
    pub fn store(&self) -> &Content {
        &self.content
    }

    /// The tags of a repository in the order of their bytes; empty where there is no such
    /// repository.
    ///
    /// # Errors
    /// When the name is invalid or the storage fails.
    pub async fn tags(&self, repository: &str) -> Result<Vec<String>, RegistryError> {
        self.content.tags(repository).await
    }

    /// The names of all repositories in the order of their bytes.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn repositories(&self) -> Result<Vec<String>, RegistryError> {
        self.content.repositories().await
    }

    pub(crate) fn credentials(&self) -> Option<&Credentials> {
        self.credentials.as_deref()
    }
}
