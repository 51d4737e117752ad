//! What every kind of allowance keeps to.

use super::{Memory, Rate, Redis, Throttle, ThrottleError};
use crate::redis_link::testing::link;
use std::time::Duration;

const MINUTE: i64 = 60_000_000;

async fn each(test: impl AsyncFn(&Throttle)) {
    test(&Throttle::Memory(Memory::default())).await;
    test(&Throttle::Redis(Redis::new(link().await))).await;
}

/// A key that no other test uses on the same Redis.
fn key() -> String {
    format!("test:{:032x}", rand::random::<u128>())
}

fn refused(answer: Result<(), ThrottleError>) -> Option<Duration> {
    match answer {
        Ok(()) => None,
        Err(ThrottleError::Refused { wait }) => Some(wait),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn an_allowance_is_used_up_and_comes_back() {
    each(async |throttle| {
        let (here, there, rate) = (key(), key(), Rate::per_minute(10));
        let take = async |key: &str, at| refused(throttle.take_at(key, rate, Some(at)).await);
        let start = 1_800_000_000_000_000;
        for _ in 0..10 {
            assert_eq!(take(&here, start).await, None);
        }
        assert_eq!(take(&here, start).await, Some(Duration::from_secs(6)));
        assert_eq!(take(&here, start).await, Some(Duration::from_secs(6)), "asking costs nothing");
        assert_eq!(take(&there, start).await, None);
        assert_eq!(take(&here, start + 5_999_999).await, Some(Duration::from_micros(1)));
        assert_eq!(take(&here, start + 6_000_000).await, None);
        assert!(take(&here, start + 6_000_000).await.is_some());
        for _ in 0..10 {
            assert_eq!(take(&here, start + 3 * MINUTE).await, None);
        }
        assert!(take(&here, start + 3 * MINUTE).await.is_some());
    })
    .await;
}

#[tokio::test]
async fn what_is_given_back_can_be_taken_again() {
    each(async |throttle| {
        let (key, rate, now) = (key(), Rate::per_minute(2), Some(1_800_000_000_000_000));
        for _ in 0..5 {
            throttle.take_at(&key, rate, now).await.unwrap();
            throttle.give_back_at(&key, rate, now).await.unwrap();
        }
        // Nobody comes to have more than the whole.
        throttle.give_back_at(&key, rate, now).await.unwrap();
        for _ in 0..2 {
            throttle.take_at(&key, rate, now).await.unwrap();
        }
        assert!(refused(throttle.take_at(&key, rate, now).await).is_some());
    })
    .await;
}

#[tokio::test]
async fn odd_rates_give_their_whole_allowance() {
    each(async |throttle| {
        for most in [0, 1, 3, 7, 11, 100] {
            let (key, rate) = (key(), Rate::per_minute(most));
            let mut taken = 0;
            for _ in 0..120 {
                taken += u32::from(throttle.take_at(&key, rate, Some(MINUTE)).await.is_ok());
            }
            assert_eq!(taken, most.max(1));
        }
    })
    .await;
}

#[tokio::test]
async fn many_at_once_get_no_more_than_there_is() {
    each(async |throttle| {
        let (key, rate) = (key(), Rate::new(5, Duration::from_secs(3_600)));
        let all = (0..40).map(|_| throttle.take(&key, rate));
        let done = futures_util::future::join_all(all).await;
        assert_eq!(done.iter().filter(|one| one.is_ok()).count(), 5);
        let wait = done.into_iter().find_map(refused).unwrap().as_secs();
        assert!((700..=720).contains(&wait), "{wait}");
    })
    .await;
}

#[test]
fn memory_is_bounded() {
    let memory = Memory::of(100);
    let at = |now| Some(now);
    // One that lacks much, among many that lack little.
    for _ in 0..10 {
        assert_eq!(memory.move_by("attacker", 6, 60, at(0)), 0);
    }
    for number in 0..10_000 {
        assert_eq!(memory.move_by(&format!("other {number}"), 6, 60, at(0)), 0);
        assert!(memory.len() <= 100);
    }
    assert!(memory.move_by("attacker", 6, 60, at(0)) > 0, "it is not forgotten for that");
    // Long after, all is whole again and goes.
    for number in 0..100 {
        memory.move_by(&format!("later {number}"), 6, 60, at(1_000));
    }
    assert!(memory.len() <= 100);
}
