//! What does a repository say of itself? For the form of a new project: nothing is published by it.
//!
//! Only sites that are named in the configuration are asked, by their JSON APIs ([`forge`]); how
//! they are asked, so that nobody uses this server to look behind its walls, is in [`ask`].

mod ask;
mod config;
mod forge;
mod public;
mod tidy;

pub use config::{ForgeConfig, ImportConfig, InvalidForge};

use crate::i18n::{fill, t};
use ask::{AskError, Clients};
use config::Place;
use std::fmt::Display;

/// What a repository says of itself, fit for the form's fields. What it does not say is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    pub name: String,
    pub short: String,
    pub description: String,
    pub licence: String,
    pub repository: String,
    pub language: String,
    pub topics: String,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The address is not a repository's.
    #[error("not a repository's address")]
    Address,
    /// The address is at a site that is not asked.
    #[error("{0} is not a site that is asked")]
    Elsewhere(String),
    /// The site was asked, to no avail.
    #[error("{0}: {1}")]
    Asked(String, AskError),
}

/// Asks repositories' sites.
#[derive(Debug)]
pub struct Importer {
    config: ImportConfig,
    clients: Clients,
}

impl Importer {
    /// One for these sites.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(config: ImportConfig) -> Result<Self, reqwest::Error> {
        Ok(Self { config, clients: Clients::new()? })
    }

    /// What the repository at an address says of itself.
    ///
    /// # Errors
    /// See [`ImportError`].
    pub async fn import(&self, typed: &str) -> Result<Imported, ImportError> {
        let Place { forge, path } = self.config.place(typed)?;
        let found = forge::read(&self.clients, forge, &path).await;
        let found = found.map_err(|error| ImportError::Asked(forge.label.clone(), error))?;
        Ok(tidy::tidy(found, &path, &forge.page(&path)))
    }

    /// The sites that are asked, for people.
    #[must_use]
    pub fn sites(&self) -> String {
        self.config.hosts()
    }

    /// What goes wrong, as the reader hears it.
    #[must_use]
    pub fn words(&self, error: &ImportError) -> String {
        let said = |text: &str, site: &dyn Display| {
            format!(
                "{} {}",
                fill(text, &[("site", site)]),
                t("Fill in the form by hand: nothing is lost.")
            )
        };
        match error {
            ImportError::Address => {
                t("Write the address of a repository, such as https://github.com/owner/name.")
                    .to_owned()
            }
            ImportError::Elsewhere(host) => {
                let text = fill(
                    t("{host} is not asked from here; these are: {sites}."),
                    &[("host", host), ("sites", &self.config.hosts())],
                );
                format!("{text} {}", t("Fill in the form by hand: nothing is lost."))
            }
            ImportError::Asked(site, AskError::NotThere) => {
                said(t("{site} knows no public repository at this address."), site)
            }
            ImportError::Asked(site, AskError::Refused(_)) => {
                said(t("{site} does not answer just now: it was asked too often."), site)
            }
            ImportError::Asked(site, AskError::Unreachable(_)) => {
                said(t("{site} could not be reached."), site)
            }
            ImportError::Asked(site, AskError::Unreadable(_)) => {
                said(t("{site} gave an answer that cannot be read."), site)
            }
        }
    }
}
