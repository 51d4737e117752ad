//! What every engine has to do, against the real thing: a registry over HTTP, and an engine that
//! runs programs. One suite for all engines; [`fixture::Fixture::start`] is where one is chosen.
//!
//! Needs root, for the native engine's supervisor, and a static busybox as the images' program.

mod bad_images;
mod builds;
mod fixture;
mod images;
mod oci;
mod sandboxes;
mod supervisor;
mod terminal;

#[path = "../support/mod.rs"]
mod support;
