//! When a sandbox may begin, and when it has to end. Pure: facts in, decision out.

use chrono::{DateTime, Utc};
use container_api::EndReason;
use std::time::Duration;

/// What is known of a sandbox that lives.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts {
    /// When its time is up.
    pub(super) expires_at: DateTime<Utc>,
    /// How long nobody has had its terminal open; `None` while somebody has, or while it starts.
    pub(super) unseen: Option<Duration>,
    /// How long that may last.
    pub(super) idle_limit: Duration,
}

/// Why a sandbox has to end now, if it has to.
pub(super) fn due(facts: &Facts, now: DateTime<Utc>) -> Option<EndReason> {
    if now >= facts.expires_at {
        return Some(EndReason::Lifetime);
    }
    match facts.unseen {
        Some(unseen) if unseen >= facts.idle_limit => Some(EndReason::Idle),
        _ => None,
    }
}

/// Whether an owner who has `living` sandboxes may have one more.
pub(super) fn may_create(living: usize, quota: u32) -> bool {
    u32::try_from(living).is_ok_and(|living| living < quota)
}

/// What follows from the way a program ended.
pub(super) fn reason(exit: crate::engine::Exit) -> EndReason {
    // The limit may have killed something that the visitor ran, and the shell lived on: then it is
    // the shell's own end that counts.
    const KILLED: i32 = 128 + 9;
    if exit.out_of_memory && exit.code == KILLED {
        EndReason::OutOfMemory
    } else {
        EndReason::Exited { code: exit.code }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Exit;
    use chrono::TimeDelta;

    #[test]
    fn lifetime_comes_before_idleness() {
        use EndReason::{Idle, Lifetime};
        // (seconds until its time is up, seconds unseen, idle limit, expected)
        let table = [
            (60, None, 10, None),
            (60, Some(9), 10, None),
            (60, Some(10), 10, Some(Idle)),
            (60, Some(500), 10, Some(Idle)),
            (1, None, 10, None),
            (0, None, 10, Some(Lifetime)),
            (-5, None, 10, Some(Lifetime)),
            (0, Some(10), 10, Some(Lifetime)),
            (60, Some(0), 0, Some(Idle)),
        ];
        let now = Utc::now();
        for (left, unseen, limit, expected) in table {
            let facts = Facts {
                expires_at: now + TimeDelta::seconds(left),
                unseen: unseen.map(Duration::from_secs),
                idle_limit: Duration::from_secs(limit),
            };
            assert_eq!(due(&facts, now), expected, "{facts:?}");
        }
    }

    #[test]
    fn the_quota_counts_the_new_one() {
        let table = [(0, 1, true), (1, 1, false), (1, 2, true), (0, 0, false), (5, 3, false)];
        for (living, quota, expected) in table {
            assert_eq!(may_create(living, quota), expected, "{living} of {quota}");
        }
    }

    #[test]
    fn only_a_killed_program_ran_out_of_memory() {
        let exit = |code, out_of_memory| Exit { code, out_of_memory };
        assert_eq!(reason(exit(137, true)), EndReason::OutOfMemory);
        assert_eq!(reason(exit(137, false)), EndReason::Exited { code: 137 });
        assert_eq!(reason(exit(0, true)), EndReason::Exited { code: 0 });
        assert_eq!(reason(exit(3, false)), EndReason::Exited { code: 3 });
    }
}
