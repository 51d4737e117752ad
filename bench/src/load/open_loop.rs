//! Requests at their times, whatever the server does.

use super::{Ask, Outcome, Target};
use anyhow::Result;
use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};
use tokio::{sync::mpsc, task::JoinSet};

/// Sends each request when it is due and waits for all answers.
pub async fn open_loop(target: &Arc<Target>, due: &[Duration], asks: Vec<Ask>) -> Result<Outcome> {
    let start = Instant::now() + Duration::from_millis(10);
    let (now_due, mut coming) = mpsc::unbounded_channel();
    let moments: Vec<Instant> = due.iter().map(|after| start + *after).collect();
    // A thread of its own: the runtime's timers are as coarse as a millisecond.
    let clock = thread::spawn(move || {
        for (moment, ask) in moments.into_iter().zip(asks) {
            thread::sleep(moment.saturating_duration_since(Instant::now()));
            if now_due.send((moment, ask)).is_err() {
                return;
            }
        }
    });
    let (mut outcome, mut running) = (Outcome::new(), JoinSet::new());
    loop {
        tokio::select! {
            Some(answered) = running.join_next() => {
                let (kind, latency, answer): (_, Duration, _) = answered?;
                outcome.record(kind, latency, answer);
            }
            next = coming.recv(), if !coming.is_closed() || !coming.is_empty() => {
                let Some((moment, ask)) = next else { continue };
                let target = target.clone();
                running.spawn(async move {
                    let answer = target.ask(&ask).await;
                    (ask.kind, moment.elapsed(), answer)
                });
            }
            else => break,
        }
    }
    outcome.took = start.elapsed();
    if clock.join().is_err() {
        anyhow::bail!("the clock of the load stopped");
    }
    Ok(outcome)
}
