//! Terminal sessions: a PTY on one side, WebSockets on the other.
//!
//! The container server hands in the master of a PTY ([`Terminals::open`]); browsers attach to it
//! by WebSocket ([`routes`], the protocol is in [`wire`]) as often as they like, and the PTY
//! outlives every one of them. One task owns a session and everything in it:
//!
//! ```text
//!   browser ── WebSocket ──> connection ── input, size ──> session ──> PTY master
//!   browser <── WebSocket ── connection <── frames ─────── session <── PTY master
//!                                                             │
//!                                                             └──> screen model
//! ```
//!
//! - [`wire`]: the frames, encoded and decoded.
//! - `connection`: one WebSocket, its pings, its close codes.
//! - `session`: the task that owns the PTY; flow control; input; resizing.
//! - `model`: the screen as the program painted it, and how to paint it again.
//! - [`terminals`]: which sessions there are, and which ended lately.

mod attach;
mod connection;
mod ended;
mod limit;
mod model;
pub mod origin;
mod routes;
mod session;
pub mod status;
pub mod terminals;
pub mod wire;

pub use origin::{InvalidOrigin, Origins};
pub use routes::routes;
pub use terminals::{Activity, Terminals, TerminalsConfig};
