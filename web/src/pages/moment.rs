//! Moments and durations, as templates show them.

use crate::i18n::{fill, t};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

/// A moment for `<time datetime>`.
#[must_use]
pub fn machine(time: &DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The same for people, until their browser writes it in their zone.
#[must_use]
pub fn human(time: &DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M UTC").to_string()
}

/// The same without its time.
#[must_use]
pub fn day(time: &DateTime<Utc>) -> String {
    time.format("%Y-%m-%d").to_string()
}

/// The same without its day.
#[must_use]
pub fn clock(time: &DateTime<Utc>) -> String {
    time.format("%H:%M UTC").to_string()
}

/// How long something took, in whole minutes above the first.
#[must_use]
pub fn lasted(time: TimeDelta) -> String {
    let minutes = time.num_minutes().max(0);
    match (minutes / 60, minutes % 60) {
        (0, 0) => fill(t("{n} s"), &[("n", &time.num_seconds().max(0))]),
        (0, minutes) => fill(t("{n} min"), &[("n", &minutes)]),
        (hours, minutes) => fill(t("{h} h {n} min"), &[("h", &hours), ("n", &minutes)]),
    }
}

/// How long something took that may be quick: in milliseconds below a second, in tenths of a second
/// below ten.
#[must_use]
pub fn quick(milliseconds: i64) -> String {
    match milliseconds {
        ..1_000 => fill(t("{n} ms"), &[("n", &milliseconds)]),
        1_000..10_000 => {
            let tenths = format!("{}.{}", milliseconds / 1_000, milliseconds % 1_000 / 100);
            fill(t("{n} s"), &[("n", &tenths)])
        }
        _ => lasted(TimeDelta::milliseconds(milliseconds)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_as_exact_as_they_are_short() {
        for (milliseconds, text) in [
            (0, "0 ms"),
            (999, "999 ms"),
            (1_000, "1.0 s"),
            (1_250, "1.2 s"),
            (10_000, "10 s"),
            (59_999, "59 s"),
            (60_000, "1 min"),
            (3_600_000, "1 h 0 min"),
            (7_499_000, "2 h 4 min"),
        ] {
            assert_eq!(quick(milliseconds), text);
        }
        assert_eq!(lasted(TimeDelta::seconds(-5)), "0 s");
    }
}
