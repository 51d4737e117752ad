//! How long will a build still take? Told honestly to those who wait for it.

use crate::i18n::{fill, t};
use chrono::{DateTime, Utc};

/// How a build under way stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Whether it waits for its turn.
    pub queued: bool,
    /// How many others get their turn before it, as far as it is known.
    pub ahead: Option<u32>,
    /// For how many seconds it has been under way.
    pub passed: i64,
    /// How many seconds such a build usually takes, as far as it is known.
    pub usual: Option<i64>,
}

impl Waiting {
    /// Since when a build has been under way.
    #[must_use]
    pub fn since(began: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
        (now - began).num_seconds().max(0)
    }

    /// Whether there is anything to tell.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.queued || self.usual.is_some()
    }

    /// Its place in the queue; empty once it runs.
    #[must_use]
    pub fn place(&self) -> String {
        match self.ahead {
            _ if !self.queued => String::new(),
            None => t("It waits for its turn.").to_owned(),
            Some(0) => t("It is the next one to be built.").to_owned(),
            Some(1) => t("One other build comes before it.").to_owned(),
            Some(n) => fill(t("{n} other builds come before it."), &[("n", &n)]),
        }
    }

    /// How long it will take; empty where nobody knows.
    #[must_use]
    pub fn estimate(&self) -> String {
        let Some(usual) = self.usual else { return String::new() };
        // Each of those before it takes about as long.
        let turns = i64::from(self.ahead.filter(|_| self.queued).unwrap_or(0)) + 1;
        let left = usual.max(1) * turns - self.passed;
        match left {
            ..=0 => t("It takes longer than usual.").to_owned(),
            1..=59 => t("Less than a minute is left, if it goes as usual.").to_owned(),
            _ => {
                let minutes = (left + 30) / 60;
                let said = t("About {n} min are left, if it goes as usual.");
                fill(said, &[("n", &minutes)])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told() {
        for (queued, ahead, passed, usual, place, estimate) in [
            (true, None, 0, None, "waits for its turn", ""),
            (true, Some(0), 5, Some(40), "the next", "Less than a minute"),
            (true, Some(1), 0, Some(40), "One other", "About 1 min"),
            (true, Some(4), 0, Some(60), "4 other", "About 5 min"),
            (false, Some(4), 30, Some(60), "", "Less than a minute"),
            (false, None, 60, Some(60), "", "longer than usual"),
            (false, None, 0, Some(0), "", "Less than a minute"),
            (false, None, 10, None, "", ""),
        ] {
            let waiting = Waiting { queued, ahead, passed, usual };
            let told = (waiting.place(), waiting.estimate());
            assert!(told.0.contains(place) && told.0.is_empty() == place.is_empty(), "{told:?}");
            let fits = told.1.contains(estimate) && told.1.is_empty() == estimate.is_empty();
            assert!(fits, "{told:?}");
            assert_eq!(waiting.is_known(), !(told.0.is_empty() && told.1.is_empty()));
        }
    }
}
