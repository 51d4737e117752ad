//! Builds images, runs sandboxes and owns their state machine.
//!
//! A request goes `routes → handlers → sandboxes | builds → engine | remote`; errors flow back up,
//! and [`error`] turns them into problem documents. Other services reach it by
//! `container_api::ContainerClient`, browsers only by the terminals' WebSockets.
//!
//! | module | answers the question |
//! |---|---|
//! | [`server`], [`config`] | how is it put together, and taken down? |
//! | `routes`, `handlers`, `auth` | which URLs are there, and who may use them? |
//! | [`sandboxes`] | which sandboxes are there, and in which state? |
//! | [`builds`] | which builds? |
//! | [`engine`] | what runs them? |
//! | [`remote`] | where are images kept? |
//! | `load`, `examination` | how busy is the machine, and do the walls stand? |

mod auth;
pub mod builds;
pub mod config;
pub mod engine;
pub mod error;
mod examination;
mod handlers;
mod load;
pub mod remote;
mod routes;
pub mod sandboxes;
pub mod server;

pub use config::Config;
pub use server::{ContainerServer, StartError};
