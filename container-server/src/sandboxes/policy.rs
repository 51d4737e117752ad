//! When a sandbox may begin, and when it has to end. Pure: facts in, decision out.

use super::standing::Standing;
use chrono::{DateTime, TimeDelta, Utc};
use container_api::{EndReason, ExtendSandbox, Limits};
use std::time::Duration;

/// The longest lifetime, so that every date is one that all readers can represent.
pub(super) const LONGEST: TimeDelta = TimeDelta::days(366);

/// What is known of a sandbox that lives.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts {
    /// When its time is up.
    pub(super) expires_at: DateTime<Utc>,
    /// Whether it stands still, and for whom.
    pub(super) standing: Standing,
    /// How long nobody has had its terminal open; `None` while somebody has, and while it starts.
    pub(super) unseen: Option<Duration>,
    /// How long nothing has been typed or printed at it; `None` while it starts.
    pub(super) quiet: Option<Duration>,
    /// How long each may last.
    pub(super) limits: IdleLimits,
}

/// How long nobody may use a sandbox.
#[derive(Debug, Clone, Copy)]
pub(super) struct IdleLimits {
    /// Without an open terminal until it ends.
    pub(super) end: Duration,
    /// Without an open terminal until it falls asleep; `None` is never.
    pub(super) unseen: Option<Duration>,
    /// Without a key or an output until it falls asleep; `None` is never.
    pub(super) quiet: Option<Duration>,
}

impl IdleLimits {
    pub(super) fn of(limits: &Limits) -> Self {
        let unless_zero = |seconds| (seconds > 0).then(|| Duration::from_secs(seconds));
        Self {
            end: Duration::from_secs(limits.idle_seconds),
            unseen: unless_zero(limits.freeze_seconds),
            quiet: unless_zero(limits.quiet_seconds),
        }
    }
}

/// What has to be done with a sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Due {
    /// It is frozen until somebody comes.
    Sleep,
    /// It ends, for this reason.
    End(EndReason),
}

/// What has to be done with it now, if anything.
pub(super) fn due(facts: &Facts, now: DateTime<Utc>) -> Option<Due> {
    if now >= facts.expires_at {
        return Some(Due::End(EndReason::Lifetime));
    }
    // Freezing it is how one keeps it without watching.
    if facts.standing == Standing::Held {
        return None;
    }
    if facts.unseen.is_some_and(|unseen| unseen >= facts.limits.end) {
        return Some(Due::End(EndReason::Idle));
    }
    let over = |lasted: Option<Duration>, limit: Option<Duration>| {
        lasted.zip(limit).is_some_and(|(lasted, limit)| lasted >= limit)
    };
    let idle = over(facts.unseen, facts.limits.unseen) || over(facts.quiet, facts.limits.quiet);
    (idle && facts.standing == Standing::Going).then_some(Due::Sleep)
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
    fn what_is_idle_sleeps_first_and_ends_later() {
        use Due::{End, Sleep};
        use EndReason::{Idle, Lifetime};
        use Standing::{Asleep, Going, Held};
        // (seconds until its time is up, standing, seconds unseen, seconds quiet, expected), where
        // it may be unseen for 20 s and 10 s before it sleeps, and quiet for 50 s
        let table = [
            (60, Going, None, 49, None),
            (60, Going, Some(9), 49, None),
            (60, Going, Some(10), 0, Some(Sleep)),
            (60, Going, Some(19), 19, Some(Sleep)),
            (60, Going, None, 50, Some(Sleep)),
            (60, Going, Some(20), 0, Some(End(Idle))),
            (60, Going, Some(500), 500, Some(End(Idle))),
            (60, Asleep, None, 500, None),
            (60, Asleep, Some(19), 500, None),
            (60, Asleep, Some(20), 500, Some(End(Idle))),
            (60, Held, Some(500), 500, None),
            (1, Going, None, 0, None),
            (0, Going, None, 0, Some(End(Lifetime))),
            (-5, Asleep, Some(9), 9, Some(End(Lifetime))),
            (0, Held, Some(20), 20, Some(End(Lifetime))),
        ];
        let now = Utc::now();
        let wish =
            Limits { idle_seconds: 20, freeze_seconds: 10, quiet_seconds: 50, ..Limits::default() };
        let facts = |(left, standing, unseen, quiet): (i64, Standing, Option<u64>, u64)| Facts {
            expires_at: now + TimeDelta::seconds(left),
            standing,
            unseen: unseen.map(Duration::from_secs),
            quiet: Some(Duration::from_secs(quiet)),
            limits: IdleLimits::of(&wish),
        };
        for (left, standing, unseen, quiet, expected) in table {
            let facts = facts((left, standing, unseen, quiet));
            assert_eq!(due(&facts, now), expected, "{facts:?}");
        }
        // Zero is never; of the end it is at once.
        let mut facts = facts((60, Going, Some(5), 500));
        facts.limits = IdleLimits::of(&Limits { freeze_seconds: 0, quiet_seconds: 0, ..wish });
        assert_eq!(due(&facts, now), None);
        facts.limits.end = Duration::ZERO;
        assert_eq!(due(&facts, now), Some(End(Idle)));
        let starting = Facts { unseen: None, quiet: None, ..facts };
        assert_eq!(due(&starting, now), None);
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
