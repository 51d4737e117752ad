//! Pages, log-in, catalogue, badge and API; owns the database.
//!
//! A request goes `routes → pages | api → use case → models | container server`; errors flow back
//! up to `error`, which turns them into a page or a problem document. The folders:
//! `pages` and `api` hold the handlers, `accounts`, `projects`, `builds`, `tokens`, `comments` and `tries` the use cases,
//! `oauth` logging in by other sites, `import` asking repositories, `demo` the guided demos, `discover` what is found and shown first,
//! `policy` who may do what, `input` what people may type, `i18n` in which words they are answered, `models` what is kept, `reconcile` what keeps it true.

mod accounts;
mod api;
mod badge;
mod bans;
mod builds;
mod comments;
mod config;
mod db;
mod demo;
mod discover;
mod embed;
mod error;
mod http;
mod i18n;
mod import;
mod input;
mod models;
mod oauth;
mod pages;
mod policy;
mod projects;
mod quotas;
mod reconcile;
mod redis_link;
mod reports;
mod roles;
mod routes;
mod schema;
mod service;
mod sessions;
mod throttle;
mod tokens;
mod tries;

// Linked for its bundled SQLite.
use libsqlite3_sys as _;

pub use accounts::password::HashError;
pub use bans::{BanBook, BanError};
pub use builds::words::{Failure as BuildFailure, failure as build_failure};
pub use config::{
    AccountConfig, AddressConfig, AuditConfig, Config, DiscoverConfig, PasswordConfig, RedisUrl,
    SessionConfig, SessionKey, TryConfig,
};
pub use db::{DatabaseUrl, DbError, InvalidDatabaseUrl};
pub use discover::sponsor::{Sponsor, SponsorError};
pub use http::address::InvalidOrigin;
pub use import::{ForgeConfig, ImportConfig, InvalidForge};
pub use oauth::config::{OAuthConfig, OAuthConfigError};
pub use projects::catalogue::{CatalogueEvent, Progress};
pub use roles::{Administrators, RoleError};
pub use routes::routes;
pub use service::{StartError, WebService};
pub use tokens::{InvalidToken, TokenSecret};
