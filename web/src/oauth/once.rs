//! Is this the first time that a state comes back?

use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// As long as a log-in is valid, and a little more.
const KEPT: Duration = Duration::from_secs(660);
/// States that are over are forgotten when this many are known.
const TIDY_AT: usize = 1_024;

/// The states that came back. A browser forgets a state too, and a provider takes a code once; this
/// holds even for somebody who brings an old cookie again.
#[derive(Debug, Default)]
pub struct UsedStates(Mutex<HashMap<[u8; 32], Instant>>);

impl UsedStates {
    /// Uses a state up; false where it was used before.
    pub fn use_up(&self, state: &str) -> bool {
        let now = Instant::now();
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if used.len() >= TIDY_AT {
            used.retain(|_, at| now.saturating_duration_since(*at) < KEPT);
        }
        used.insert(Sha256::digest(state.as_bytes()).into(), now).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_used_once() {
        let used = UsedStates::default();
        assert!(used.use_up("a") && used.use_up("b"));
        assert!(!used.use_up("a"));
    }
}
