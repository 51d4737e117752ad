//! What a sandbox uses: asked of the engine, at most once a second for each.

use super::{
    SandboxError,
    actor::{Actor, Report},
    books::Reply,
    hold::{OrRefuse, running},
};
use crate::engine::{EngineError, Usage};
use chrono::{DateTime, Utc};
use container_api::{Limits, SandboxId, SandboxStatistics};
use std::time::{Duration, Instant};

/// Whoever asks again within this is told the same.
const FRESH: Duration = Duration::from_secs(1);
/// How far apart two readings are that say whether it works: at least, and at most.
const APART: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(15));

/// What is known of a sandbox's use.
#[derive(Debug, Default)]
pub(super) struct Measured {
    last: Option<Reading>,
    before: Option<Reading>,
    /// Who waits for the next reading. The engine is at it where there is somebody.
    waiting: Vec<Reply<SandboxStatistics>>,
}

#[derive(Debug, Clone, Copy)]
struct Reading {
    taken: Instant,
    at: DateTime<Utc>,
    usage: Usage,
}

impl Measured {
    fn fresh(&self) -> bool {
        self.last.is_some_and(|reading| reading.taken.elapsed() < FRESH)
    }

    /// How many cores it keeps busy just now; `None` where that is to be found out.
    pub(super) fn busy_now(&self) -> Option<f64> {
        let (before, last) = self.before.zip(self.last)?;
        let apart = last.taken.duration_since(before.taken);
        let telling = last.taken.elapsed() < APART.0 && apart >= FRESH && apart <= APART.1;
        telling.then(|| cores(&before, &last))
    }

    fn note(&mut self, usage: Usage) {
        let now = Reading { taken: Instant::now(), at: Utc::now(), usage };
        // A program that was started afresh begins anew.
        self.before = self.last.filter(|last| last.usage.cpu_micros <= usage.cpu_micros);
        self.last = Some(now);
    }

    fn statistics(&self, limits: Limits) -> Option<SandboxStatistics> {
        let last = self.last?;
        let Reading { at, usage, .. } = last;
        let cores = self.before.map(|before| cores(&before, &last));
        Some(SandboxStatistics {
            at,
            cpu_seconds: Duration::from_micros(usage.cpu_micros).as_secs_f64(),
            cpu_cores: cores,
            memory_bytes: usage.memory_bytes,
            memory_peak_bytes: usage.memory_peak_bytes,
            processes: usage.processes,
            disk_bytes: usage.disk_bytes,
            received_bytes: usage.received_bytes,
            sent_bytes: usage.sent_bytes,
            limits,
        })
    }
}

fn cores(before: &Reading, last: &Reading) -> f64 {
    let worked = Duration::from_micros(last.usage.cpu_micros - before.usage.cpu_micros);
    worked.as_secs_f64() / last.taken.duration_since(before.taken).as_secs_f64().max(0.001)
}

impl Actor {
    /// Finds out whether it works, little by little: [`Measured::busy_now`] says so in a while.
    pub(super) fn find_out(&mut self, id: &SandboxId) {
        let Some(record) = self.books.get_mut(id) else { return };
        let due = record.measured.last.is_none_or(|last| last.taken.elapsed() >= APART.0);
        if due && record.measured.waiting.is_empty() {
            let (nobody, _) = tokio::sync::oneshot::channel();
            self.measure(id, nobody);
        }
    }

    /// Says what a sandbox uses.
    pub(super) fn measure(&mut self, id: &SandboxId, reply: Reply<SandboxStatistics>) {
        let record = running(self.books.get_mut(id)).or_refuse(reply);
        let Some((record, reply)) = record else { return };
        if record.measured.fresh()
            && let Some(statistics) = record.measured.statistics(record.about.limits)
        {
            let _ = reply.send(Ok(statistics));
            return;
        }
        record.measured.waiting.push(reply);
        if record.measured.waiting.len() == 1 {
            let (engine, id) = (self.engine.clone(), id.clone());
            self.spawn_report(async move {
                let outcome = engine.statistics(&id).await;
                Report::Measured { id, outcome }
            });
        }
    }

    /// The engine has said what it uses, or could not.
    pub(super) fn measured(&mut self, id: &SandboxId, outcome: Result<Usage, EngineError>) {
        let Some(record) = self.books.get_mut(id) else { return };
        let limits = record.about.limits;
        let measured = &mut record.measured;
        let statistics = match outcome {
            Ok(usage) => {
                measured.note(usage);
                measured.statistics(limits)
            }
            Err(error) => {
                tracing::debug!(sandbox = %id, %error, "a sandbox's use was not told");
                None
            }
        };
        for reply in measured.waiting.drain(..) {
            // It has ended, or is about to.
            let _ = reply.send(statistics.clone().ok_or(SandboxError::Ended));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_is_that_since_the_look_before() {
        let mut measured = Measured::default();
        let usage = |cpu_micros| Usage { cpu_micros, ..Usage::default() };
        assert!(measured.statistics(Limits::default()).is_none());
        measured.note(usage(500_000));
        let first = measured.statistics(Limits::default()).unwrap();
        assert_eq!((first.cpu_seconds, first.cpu_cores), (0.5, None));
        assert!(measured.fresh());
        // Two seconds ago.
        let last = measured.last.as_mut().unwrap();
        last.taken = last.taken.checked_sub(Duration::from_secs(2)).unwrap();
        assert!(!measured.fresh());
        measured.note(usage(1_500_000));
        let cores = measured.statistics(Limits::default()).unwrap().cpu_cores.unwrap();
        assert!((0.4..=0.5).contains(&cores), "{cores}");
        measured.note(usage(7));
        assert_eq!(measured.statistics(Limits::default()).unwrap().cpu_cores, None, "afresh");
    }
}
