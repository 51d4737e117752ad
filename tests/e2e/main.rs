//! The whole product: the real binary, real sandboxes, real programs, a real browser.
//!
//! Every test starts its own server on a free port with a data folder of its own, and checks at
//! the end that nothing is left. They need root, Chromium and its driver, and busybox-static:
//! `make test` installs them. A test that lacks one fails and says which.

mod admin;
mod api;
mod back;
mod bad_input;
mod badge;
mod cli;
mod comments;
mod controls;
mod demo;
mod ends;
mod file_names;
mod maintainer;
mod my_containers;
mod oidc;
mod openapi;
mod overseer;
mod pages;
mod reader;
mod search;
mod support;
mod touch_keys;
mod upkeep;
mod visitor;
