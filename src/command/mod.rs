//! One file a subcommand.

pub mod admin;
pub mod doctor;
pub mod image;
pub mod project;
pub mod sandboxd;
pub mod serve;
