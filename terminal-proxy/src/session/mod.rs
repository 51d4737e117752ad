//! One terminal: the task that owns its PTY, its screen model and its viewers' accounts.
//!
//! ```text
//!   open ──> running ── the program's side is closed ──> silent
//!               │  input, size, viewers coming and          │  viewers still come and go and see
//!               │  going, output by flow control            │  the last screen; input is dropped
//!               │                                           │
//!               └───────────── end(reason) ─────────────────┴──> ended
//!                              what is left to read is sent, then the last status;
//!                              connections close with 4410
//! ```
//!
//! Dropping the [`Handle`] without a reason (the server goes away) ends the task too; connections
//! then close with 1001 and the browser comes back.
//!
//! Nothing in here waits for a viewer: see [`flow`] for what happens to slow ones.

pub(crate) mod flow;
mod handle;
mod link;
mod pty;
mod task;

pub(crate) use handle::{Attachment, Handle, Seat};
pub(crate) use link::Outgoing;
