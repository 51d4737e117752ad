//! Builds images, runs sandboxes and owns their state machine.

pub mod builds;
pub mod engine;
pub mod remote;
