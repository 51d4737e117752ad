//! Load: requests that are due at times fixed beforehand, whatever the server does.
//!
//! A client that waits for an answer before it asks again measures less the slower the server is
//! (coordinated omission). Here each request is due at its time of the [`schedule`], goes out on
//! whichever connection is free or on a new one, and its latency counts from when it was due.

mod connection;
mod open_loop;
mod saturate;
pub mod schedule;
mod times;

pub use connection::{Target, loopback};
pub use open_loop::open_loop;
pub use saturate::saturate;
pub use times::Times;

use std::time::Duration;

/// Longer than this and a request has failed.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// One request of a mix.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Which kind of request it is, for figures of its own.
    pub kind: &'static str,
    /// Its path and query.
    pub path: String,
    /// Its headers.
    pub headers: Vec<(&'static str, String)>,
}

/// What came of a load.
#[derive(Debug)]
pub struct Outcome {
    /// All latencies.
    pub all: Times,
    /// Latencies by kind, in the order in which kinds first came.
    pub kinds: Vec<(&'static str, Times)>,
    /// How long it took from the first request due to the last answer.
    pub took: Duration,
    /// What the first failures were.
    pub failures: Vec<String>,
}

impl Outcome {
    fn new() -> Self {
        Self { all: Times::new(), kinds: Vec::new(), took: Duration::ZERO, failures: Vec::new() }
    }

    fn record(&mut self, kind: &'static str, latency: Duration, answer: anyhow::Result<()>) {
        let place = self.kinds.iter().position(|(known, _)| *known == kind).unwrap_or_else(|| {
            self.kinds.push((kind, Times::new()));
            self.kinds.len() - 1
        });
        for times in [&mut self.all, &mut self.kinds[place].1] {
            times.record(latency, answer.is_ok());
        }
        if let Err(error) = answer
            && self.failures.len() < 5
        {
            self.failures.push(format!("{kind}: {error:#}"));
        }
    }

    /// Answers a second.
    pub fn rate(&self) -> f64 {
        self.all.count() as f64 / self.took.as_secs_f64()
    }
}
