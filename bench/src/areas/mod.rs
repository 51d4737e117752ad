//! What is measured, one module per part of the product.

pub mod accounts;
pub mod api;
pub mod pages;
pub mod sandboxes;

use clap::ValueEnum;

/// A part of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Area {
    /// Signing up, logging out, logging in
    Accounts,
    /// Reads by programs and people, with much stored
    Api,
    /// Home, search, project pages and badges, with much stored
    Pages,
    /// Starting, stopping and keeping many sandboxes
    Sandboxes,
}

impl Area {
    /// Its name on the command line and in the results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Api => "api",
            Self::Pages => "pages",
            Self::Sandboxes => "sandboxes",
        }
    }
}
