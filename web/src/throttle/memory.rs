//! Allowances of one process.

use super::micros;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Instant,
};

/// The most keys that are known at once: about 10 MiB.
const MOST: usize = 100_000;

/// One moment for each key that has not its whole allowance.
pub struct Memory {
    start: Instant,
    most: usize,
    whole_again: Mutex<HashMap<String, i64>>,
}

impl Default for Memory {
    fn default() -> Self {
        Self::of(MOST)
    }
}

impl Memory {
    pub(super) fn of(most: usize) -> Self {
        Self { start: Instant::now(), most, whole_again: Mutex::default() }
    }

    /// Moves a key's moment by `cost`, unless that takes it further than `window` into the future:
    /// then tells by how much. All in microseconds.
    pub(super) fn move_by(&self, key: &str, cost: i64, window: i64, at: Option<i64>) -> i64 {
        let now = at.unwrap_or_else(|| micros(self.start.elapsed()));
        let mut known = self.whole_again.lock().unwrap_or_else(PoisonError::into_inner);
        let whole = known.get(key).copied().unwrap_or(now).max(now);
        let after = whole.saturating_add(cost);
        if cost > 0 && after - now > window {
            return after - now - window;
        }
        if after <= now {
            known.remove(key);
            return 0;
        }
        if known.len() >= self.most && !known.contains_key(key) {
            tidy(&mut known, self.most, now);
        }
        known.insert(key.to_owned(), after);
        0
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.whole_again.lock().unwrap().len()
    }
}

/// Forgets keys whose allowance is whole again. Where that is not enough, somebody uses many keys
/// at once: then those are forgotten that lack the least, half of them all, so that it is a while
/// until the next time.
fn tidy(known: &mut HashMap<String, i64>, most: usize, now: i64) {
    known.retain(|_, whole| *whole > now);
    let half = most / 2;
    if known.len() > half {
        let mut moments: Vec<i64> = known.values().copied().collect();
        let (_, middle, _) = moments.select_nth_unstable(half);
        let middle = *middle;
        known.retain(|_, whole| *whole > middle);
    }
}
