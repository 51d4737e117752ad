//! Builds against the real thing: a registry over HTTP, and the native engine with its supervisor.
//!
//! Needs root, for the supervisor, and a static busybox as the base image's program.

mod bench;
mod breakdown;
mod contexts;
mod dockerfiles;
mod ends;
mod queue;
mod scripts;

#[allow(dead_code, reason = "shared with the engine's contract")]
#[path = "../engine_contract/fixture.rs"]
mod fixture;
#[allow(dead_code, reason = "shared with the engine's contract")]
#[path = "../engine_contract/oci.rs"]
mod oci;
#[path = "../engine_contract/supervisor.rs"]
mod supervisor;
#[path = "../support/mod.rs"]
mod support;
