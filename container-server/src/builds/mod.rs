//! Builds: from an install script or a Dockerfile to an image in the registry.
//!
//! One task owns each build and moves it through its states:
//!
//! ```text
//!             a turn is free            image pushed and made ready
//! create ──> queued ──────────> running ──────────────────────────> pushed
//!              │ cancelled         │ ├─ a cause ───────────────────> failed
//!              │ shutdown          │ └─ cancelled ─────────────────> cancelled
//!              v                   v
//!      cancelled | failed   server died: failed (interrupted), said at the next start
//! ```
//!
//! What a build held in the engine is released before it counts as ended. A folder
//! `DATA/builds/<id>` keeps `build.json` (the state, replaced as a whole) and `log.ndjson` (the
//! log); the folder stays when the build is over, its context does not.
//!
//! | module | answers the question |
//! |---|---|
//! | [`dockerfile`], [`script`] | what is asked for? |
//! | `plan`, `reference` | which steps does that make, on which base? |
//! | `context` | which files does COPY read? |
//! | `executor` | how do steps become an image? |
//! | `log` | what is told of it? |
//! | `records`, `queue`, `job` | which builds are there, and whose turn is it? |

mod config;
mod context;
pub mod dockerfile;
mod error;
mod executor;
mod job;
mod log;
mod plan;
mod queue;
mod records;
mod reference;
pub mod script;

pub use config::BuildsConfig;
pub use context::{ENTRY_LIMIT, UNPACKED_LIMIT, UPLOAD_LIMIT};
pub use error::BuildError;
pub use queue::Builds;
