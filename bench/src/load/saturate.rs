//! As many requests as a server takes: some clients, each asking again as soon as it is answered.

use super::{Ask, Outcome, Target};
use anyhow::Result;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

/// Keeps `clients` requests in flight for `length`. The rate is the figure; the latencies say little.
pub async fn saturate(
    target: &Arc<Target>,
    clients: usize,
    length: Duration,
    asks: &Arc<Vec<Ask>>,
) -> Result<Outcome> {
    let start = Instant::now();
    let mut running = JoinSet::new();
    for client in 0..clients {
        let (target, asks) = (target.clone(), asks.clone());
        running.spawn(async move {
            let mut answers = Vec::new();
            for ask in asks.iter().cycle().skip(client * asks.len() / clients) {
                if start.elapsed() >= length {
                    break;
                }
                let asked = Instant::now();
                let answer = target.ask(ask).await;
                answers.push((ask.kind, asked.elapsed(), answer));
            }
            answers
        });
    }
    let mut outcome = Outcome::new();
    while let Some(answers) = running.join_next().await {
        for (kind, latency, answer) in answers? {
            outcome.record(kind, latency, answer);
        }
    }
    outcome.took = start.elapsed();
    Ok(outcome)
}
