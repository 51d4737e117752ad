//! How many sandboxes may be started in a minute from one network.
//!
//! The generic cell rate algorithm: one moment per network says when its allowance is whole again.

use crate::http::address::Prefix;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

const WINDOW: Duration = Duration::from_secs(60);
/// Networks whose allowance is whole again are forgotten when this many are known.
const TIDY_AT: usize = 10_000;

/// The allowance of each network.
#[derive(Debug)]
pub struct Throttle {
    per_minute: u32,
    whole_again: Mutex<HashMap<Prefix, Instant>>,
}

impl Throttle {
    /// An allowance of so many starts a minute, at least one.
    #[must_use]
    pub fn new(per_minute: u32) -> Self {
        Self { per_minute: per_minute.max(1), whole_again: Mutex::default() }
    }

    /// Takes one start from a network's allowance.
    ///
    /// # Errors
    /// The time until there is one.
    pub fn take(&self, prefix: Prefix, now: Instant) -> Result<(), Duration> {
        let cost = WINDOW / self.per_minute;
        let mut known = self.whole_again.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= TIDY_AT {
            known.retain(|_, whole| *whole > now);
        }
        let whole = known.get(&prefix).copied().filter(|whole| *whole > now).unwrap_or(now);
        let after = whole + cost;
        let debt = after.duration_since(now);
        // Thirds of a second do not add up to a whole one: allow for the rounding.
        if debt > WINDOW + Duration::from_millis(1) {
            return Err(debt.saturating_sub(WINDOW));
        }
        known.insert(prefix, after);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Prefix = Prefix::V4([192, 0, 2]);
    const THERE: Prefix = Prefix::V4([192, 0, 3]);

    #[test]
    fn an_allowance_is_used_up_and_comes_back() {
        let throttle = Throttle::new(10);
        let start = Instant::now();
        for _ in 0..10 {
            assert_eq!(throttle.take(HERE, start), Ok(()));
        }
        let wait = throttle.take(HERE, start).unwrap_err();
        assert_eq!(wait, Duration::from_secs(6));
        assert_eq!(throttle.take(THERE, start), Ok(()));
        assert_eq!(throttle.take(HERE, start + wait), Ok(()));
        assert!(throttle.take(HERE, start + wait).is_err());
        let later = start + WINDOW * 3;
        assert!((0..10).all(|_| throttle.take(HERE, later).is_ok()));
        assert!(throttle.take(HERE, later).is_err());
    }

    #[test]
    fn odd_rates_give_their_whole_allowance() {
        for rate in [1, 3, 7, 11, 1_000] {
            let throttle = Throttle::new(rate);
            let now = Instant::now();
            let taken = (0..2_000).filter(|_| throttle.take(HERE, now).is_ok()).count();
            assert_eq!(taken, rate as usize);
        }
    }
}
