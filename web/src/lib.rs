//! Pages, log-in, catalogue, badge and API; owns the database.
//!
//! A request goes `routes → pages | api → use case → models | container server`; errors flow back
//! up to `error`, which turns them into a page or a problem document. The folders:
//! `pages` and `api` hold the handlers, `accounts`, `projects`, `builds` and `tries` the use cases,
//! `input` what people may type, `models` what is kept, `reconcile` what keeps it true.

mod accounts;
mod api;
mod builds;
mod config;
mod db;
mod error;
mod http;
mod input;
mod models;
mod pages;
mod projects;
mod reconcile;
mod routes;
mod schema;
mod service;
mod tries;

// Linked for its bundled SQLite.
use libsqlite3_sys as _;

pub use accounts::password::HashError;
pub use config::{AddressConfig, Config, PasswordConfig, SessionConfig, SessionKey, TryConfig};
pub use db::{DbError, InvalidDatabaseUrl};
pub use http::address::InvalidOrigin;
pub use projects::catalogue::{CatalogueEvent, Progress};
pub use routes::routes;
pub use service::{StartError, WebService};
