//! The log: standard error, levels by `RUST_LOG`.

use tracing_subscriber::{EnvFilter, fmt};

/// Starts logging. Warnings and what the operator should know are shown by default.
pub fn init() {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("warn,trythis=info"));
    fmt().with_env_filter(filter).with_target(true).with_writer(std::io::stderr).init();
}
