//! Which limits do the sandboxes meet that somebody watches? Asked all at once, every other second.

use super::{
    actor::{Actor, Report},
    books::Phase,
    standing::Standing,
};
use crate::engine::{EngineError, Pressure};
use container_api::{LimitMet, SandboxId};
use std::time::{Duration, Instant};

/// How long to wait before asking again.
const PAUSE: Duration = Duration::from_secs(2);
/// How long something that happened is shown.
const SHOWN: Duration = Duration::from_secs(12);

/// What is known of one sandbox's limits.
#[derive(Debug, Default)]
pub(super) struct Strain {
    last: Pressure,
    killed_at: Option<Instant>,
    refused_at: Option<Instant>,
}

impl Strain {
    /// Takes note of how it stands now. Returns what to show: what holds now, and what happened a
    /// moment ago.
    pub(super) fn note(&mut self, now: Instant, seen: Pressure) -> Vec<LimitMet> {
        if seen.memory_kills > self.last.memory_kills {
            self.killed_at = Some(now);
        }
        if seen.refused_processes > self.last.refused_processes {
            self.refused_at = Some(now);
        }
        self.last = seen;
        let lately = |at: Option<Instant>| at.is_some_and(|at| now.duration_since(at) < SHOWN);
        let all = [
            (lately(self.killed_at), LimitMet::Memory),
            (lately(self.refused_at), LimitMet::Processes),
            (seen.disk_full, LimitMet::Disk),
            (seen.files_full && !seen.disk_full, LimitMet::Files),
        ];
        all.into_iter().filter_map(|(met, limit)| met.then_some(limit)).collect()
    }
}

/// When to ask.
#[derive(Debug, Default)]
pub(super) struct Rounds {
    last: Option<Instant>,
    under_way: bool,
}

impl Actor {
    /// Asks the engine about those that run and have viewers, if it is time.
    pub(super) fn look_at_limits(&mut self) {
        let due = self.rounds.last.is_none_or(|last| last.elapsed() >= PAUSE);
        if self.rounds.under_way || !due {
            return;
        }
        let running = self.books.living().filter(|(_, record)| {
            matches!(record.phase, Phase::Running { .. }) && record.standing == Standing::Going
        });
        let watched: Vec<SandboxId> = running
            .filter(|(id, _)| self.terminals.activity(id).is_some_and(|now| now.viewers > 0))
            .map(|(id, _)| id.clone())
            .collect();
        self.rounds.last = Some(Instant::now());
        if watched.is_empty() {
            return;
        }
        self.rounds.under_way = true;
        let engine = self.engine.clone();
        self.spawn_report(async move {
            let asked = tokio::spawn(async move { engine.pressure(watched).await });
            let outcome = asked.await.unwrap_or_else(|panic| {
                Err(EngineError::Internal(format!("a look at limits broke off: {panic}")))
            });
            Report::Limits { outcome }
        });
    }

    /// Tells viewers what the engine has seen.
    pub(super) fn limits_seen(&mut self, outcome: Result<Vec<(SandboxId, Pressure)>, EngineError>) {
        self.rounds.under_way = false;
        let seen = match outcome {
            Ok(seen) => seen,
            Err(error) => {
                tracing::debug!(%error, "the engine does not say which limits are met");
                return;
            }
        };
        for (id, pressure) in seen {
            let Some(record) = self.books.get_mut(&id) else { continue };
            let met = record.strain.note(Instant::now(), pressure);
            self.terminals.set_limits_met(&id, met);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_shown_for_a_while_and_states_as_long_as_they_last() {
        let (mut strain, start) = (Strain::default(), Instant::now());
        let mut note = |seconds, memory_kills, refused_processes, disk_full, files_full| {
            let seen = Pressure { memory_kills, refused_processes, disk_full, files_full };
            strain.note(start + Duration::from_secs(seconds), seen)
        };
        assert_eq!(note(0, 0, 0, false, false), []);
        assert_eq!(note(2, 1, 0, false, false), [LimitMet::Memory]);
        assert_eq!(
            note(4, 1, 9, true, false),
            [LimitMet::Memory, LimitMet::Processes, LimitMet::Disk]
        );
        assert_eq!(note(14, 1, 9, false, true), [LimitMet::Processes, LimitMet::Files]);
        // A file system without room has no room for files either: that is said once.
        assert_eq!(note(16, 1, 9, true, true), [LimitMet::Disk]);
        assert_eq!(note(18, 2, 9, false, false), [LimitMet::Memory]);
        assert_eq!(note(60, 2, 9, false, false), []);
    }
}
