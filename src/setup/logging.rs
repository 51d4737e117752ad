//! The log: standard error, levels by `RUST_LOG`.

use tracing_subscriber::{
    filter::Targets, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

/// Starts logging: warnings by default. A `RUST_LOG` that makes no sense is said and left alone.
pub fn init() {
    let wanted = std::env::var("RUST_LOG").unwrap_or_default();
    let filter = match wanted.parse::<Targets>() {
        Ok(filter) if !wanted.is_empty() => filter,
        Ok(_) => usual(),
        Err(error) => {
            eprintln!("trythis: RUST_LOG is left alone: {error}");
            usual()
        }
    };
    let format = fmt::layer().with_writer(std::io::stderr);
    tracing_subscriber::registry().with(format).with(filter).init();
}

/// Warnings. A client's mistake is none: scanners would fill the log with theirs.
fn usual() -> Targets {
    Targets::new()
        .with_default(tracing::Level::WARN)
        .with_target("tracing_actix_web", tracing::Level::ERROR)
}
