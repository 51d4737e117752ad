//! How much more time may a sandbox have? Pure.

use crate::config::TryConfig;
use chrono::{DateTime, TimeDelta, Utc};
use container_api::{ExtendSandbox, SandboxState, SandboxView};

/// More time that a visitor may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extension {
    /// How many minutes one wish brings.
    pub minutes: u64,
    /// When the sandbox ends at the latest, however often it is wished for.
    pub at_most: DateTime<Utc>,
}

/// What may be offered; nothing where all of the time is used up.
#[must_use]
pub fn offer(view: &SandboxView, config: &TryConfig) -> Option<Extension> {
    let at_most = view.created_at + seconds(config.longest_seconds);
    let gain = (at_most - view.expires_at).min(seconds(config.extend_seconds));
    let lives = matches!(view.state, SandboxState::Running | SandboxState::Frozen);
    // Less than half a minute is not worth a button.
    let minutes = u64::try_from((gain + TimeDelta::seconds(30)).num_minutes()).unwrap_or(0);
    (lives && minutes > 0).then_some(Extension { minutes, at_most })
}

/// The wish, as the container server hears it.
#[must_use]
pub fn wish(config: &TryConfig) -> ExtendSandbox {
    ExtendSandbox { seconds: config.extend_seconds, at_most_seconds: config.longest_seconds }
}

fn seconds(seconds: u64) -> TimeDelta {
    i64::try_from(seconds).ok().and_then(TimeDelta::try_seconds).unwrap_or(TimeDelta::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::now;
    use container_api::SandboxId;

    #[test]
    fn time_is_offered_up_to_the_limit() {
        let config =
            TryConfig { longest_seconds: 3_600, extend_seconds: 900, ..TryConfig::default() };
        use SandboxState::{Ended, Frozen, Running, Starting};
        for (state, lifetime, offered) in [
            (Running, 1_800, Some(15)),
            (Frozen, 1_800, Some(15)),
            (Running, 2_700, Some(15)),
            (Running, 3_000, Some(10)),
            (Running, 3_569, Some(1)),
            (Running, 3_571, None),
            (Running, 3_600, None),
            (Running, 7_200, None),
            (Starting, 1_800, None),
            (Ended, 1_800, None),
        ] {
            let created_at = now();
            let view = SandboxView {
                id: SandboxId::random(),
                state,
                project: String::new(),
                title: String::new(),
                owner: String::new(),
                created_at,
                expires_at: created_at + seconds(lifetime),
                ready_at: None,
                first_command_at: None,
                ended_at: None,
                end: None,
            };
            let found = offer(&view, &config);
            assert_eq!(found.map(|offer| offer.minutes), offered, "{state:?} {lifetime}");
            let at_most = created_at + seconds(3_600);
            assert!(found.is_none_or(|offer| offer.at_most == at_most));
        }
    }

    #[test]
    fn no_limit_is_too_large() {
        assert!(seconds(u64::MAX) > TimeDelta::days(1_000));
    }
}
