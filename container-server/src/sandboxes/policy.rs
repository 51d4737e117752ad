//! When a sandbox may begin, and when it has to end. Pure: facts in, decision out.

use chrono::{DateTime, TimeDelta, Utc};
use container_api::{EndReason, ExtendSandbox};
use std::time::Duration;

/// The longest lifetime, so that every date is one that all readers can represent.
pub(super) const LONGEST: TimeDelta = TimeDelta::days(366);

/// What is known of a sandbox that lives.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts {
    /// When its time is up.
    pub(super) expires_at: DateTime<Utc>,
    /// How long nobody has had its terminal open; `None` while somebody has, while it starts, and
    /// while it is frozen: that is how one keeps it without watching.
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

/// So many seconds, as far as there are dates.
pub(super) fn span(seconds: u64) -> TimeDelta {
    let span = i64::try_from(seconds).ok().and_then(TimeDelta::try_seconds);
    span.map_or(LONGEST, |span| span.min(LONGEST))
}

/// When the time is up of a sandbox that is given more; `None` where there is nothing to gain.
pub(super) fn extended(
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    wish: &ExtendSandbox,
) -> Option<DateTime<Utc>> {
    let latest = created_at + span(wish.at_most_seconds);
    let wanted = (expires_at + span(wish.seconds)).min(latest);
    (wanted > expires_at).then_some(wanted)
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

    #[test]
    fn more_time_is_given_up_to_the_callers_limit() {
        // (lifetime so far, seconds wished for, limit, lifetime then)
        let table = [
            (1_800, 600, 3_600, Some(2_400)),
            (1_800, 3_600, 3_600, Some(3_600)),
            (3_600, 600, 3_600, None),
            (3_600, 600, 1_800, None),
            (1_800, 0, 3_600, None),
            (1_800, u64::MAX, u64::MAX, Some(366 * 86_400)),
        ];
        let created_at = Utc::now();
        for (lifetime, seconds, at_most_seconds, expected) in table {
            let expires_at = created_at + TimeDelta::seconds(lifetime);
            let wish = ExtendSandbox { seconds, at_most_seconds };
            let expected = expected.map(|seconds| created_at + TimeDelta::seconds(seconds));
            assert_eq!(extended(created_at, expires_at, &wish), expected, "{wish:?}");
        }
    }

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
