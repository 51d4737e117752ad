//! Pages, log-in, catalogue, badge and API; owns the database.
use libsqlite3_sys as _;
mod db;
mod models;
mod schema;
