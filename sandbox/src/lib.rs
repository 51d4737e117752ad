//! The native engine's privileged part: namespaces, root file systems, cgroups, network and PTYs.
//!
//! It knows nothing of images, HTTP or users. [`supervisor::run`] is the one process that has
//! privilege; everybody else holds a [`Client`] and asks. [`launch::supervisor`] makes sure that
//! there is a supervisor to ask.
//!
//! | module | answers |
//! |---|---|
//! | [`protocol`], `wire` | what is asked, and how it crosses the socket |
//! | [`client`], [`launch`] | how others reach the supervisor |
//! | [`supervisor`] | which sandboxes live, and in which state |
//! | `start` | how a sandbox is walled in |
//! | `layers` | how archives become layers and layers archives |
//! | `cgroup`, `net` | what it may use, whom it may reach |
//! | `claim` | which numbers of the host are a supervisor's |
//! | `sys` | the system calls that no library wraps |

mod cgroup;
mod claim;
pub mod client;
pub mod config;
mod fault;
pub mod launch;
mod layers;
mod net;
pub mod protocol;
mod start;
pub mod supervisor;
#[allow(unsafe_code, reason = "the system calls that no library wraps safely")]
mod sys;
mod wire;

pub use client::{Client, Error, Events, EventsHandle};
pub use config::{Config, Subnet};
