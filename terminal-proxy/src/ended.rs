//! The memory of sandboxes that ended lately, so that a page that comes back late is told why.

use crate::status::Status;
use container_api::SandboxId;
use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant},
};

/// How long an end is remembered.
const KEEP: Duration = Duration::from_secs(15 * 60);

/// How many ends are remembered at most; the oldest goes first.
const CAPACITY: usize = 4096;

/// Ends, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Ended {
    order: VecDeque<(Instant, SandboxId)>,
    last_words: HashMap<SandboxId, Status>,
}

impl Ended {
    /// Remembers how a sandbox ended.
    pub(crate) fn remember(&mut self, id: SandboxId, status: Status, now: Instant) {
        self.forget_old(now);
        if self.last_words.insert(id.clone(), status).is_none() {
            self.order.push_back((now, id));
        }
        while self.order.len() > CAPACITY {
            self.drop_oldest();
        }
    }

    /// How a sandbox ended, if it did lately.
    pub(crate) fn get(&mut self, id: &SandboxId, now: Instant) -> Option<Status> {
        self.forget_old(now);
        self.last_words.get(id).cloned()
    }

    fn forget_old(&mut self, now: Instant) {
        while self.order.front().is_some_and(|(at, _)| now.duration_since(*at) > KEEP) {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        if let Some((_, id)) = self.order.pop_front() {
            self.last_words.remove(&id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::State;
    use chrono::Utc;

    fn status() -> Status {
        Status::new(State::Ended, Utc::now(), None)
    }

    #[test]
    fn an_end_is_remembered_for_a_while() {
        let (mut ended, now, id) = (Ended::default(), Instant::now(), SandboxId::random());
        assert_eq!(ended.get(&id, now), None);
        ended.remember(id.clone(), status(), now);
        assert!(ended.get(&id, now + KEEP).is_some());
        assert_eq!(ended.get(&id, now + KEEP + Duration::from_secs(1)), None);
        assert!(ended.order.is_empty() && ended.last_words.is_empty());
    }

    #[test]
    fn the_memory_is_bounded() {
        let (mut ended, now, first) = (Ended::default(), Instant::now(), SandboxId::random());
        ended.remember(first.clone(), status(), now);
        ended.remember(first.clone(), status(), now);
        for _ in 0..CAPACITY {
            ended.remember(SandboxId::random(), status(), now);
        }
        assert_eq!((ended.order.len(), ended.last_words.len()), (CAPACITY, CAPACITY));
        assert_eq!(ended.get(&first, now), None);
    }
}
