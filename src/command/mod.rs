//! One file a subcommand.

pub mod image;
pub mod sandboxd;
pub mod serve;
