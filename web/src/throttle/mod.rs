//! How often may somebody do something?
//!
//! The generic cell rate algorithm: for each key one moment says when its allowance is whole again.
//! Whatever is taken moves that moment into the future, by a whole window at most. What is refused
//! costs nothing, so nobody waits longer for having asked too early.
//!
//! The moments are in memory, or in Redis where several web servers share them.

#[cfg(test)]
mod contract;
mod memory;
mod redis;

pub use memory::Memory;
pub use redis::Redis;

use crate::redis_link::LinkError;
use std::time::Duration;

/// An allowance: so many in a window, all at once or spread out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    most: u32,
    window: Duration,
}

impl Rate {
    /// So many in this window, at least one.
    #[must_use]
    pub const fn new(most: u32, window: Duration) -> Self {
        Self { most: if most == 0 { 1 } else { most }, window }
    }

    /// So many a minute.
    #[must_use]
    pub const fn per_minute(most: u32) -> Self {
        Self::new(most, Duration::from_secs(60))
    }

    /// How far one takes the moment into the future, in microseconds.
    fn cost(self) -> i64 {
        micros(self.window) / i64::from(self.most)
    }

    fn window(self) -> i64 {
        micros(self.window)
    }
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

/// Why something may not be done now.
#[derive(Debug, thiserror::Error)]
pub enum ThrottleError {
    /// The allowance is used up.
    #[error("the allowance is used up for {} more seconds", .wait.as_secs())]
    Refused {
        /// The time until there is some.
        wait: Duration,
    },
    /// Redis failed, so nobody knows.
    #[error(transparent)]
    Redis(#[from] LinkError),
}

/// Everybody's allowances.
pub enum Throttle {
    /// Of this process.
    Memory(Memory),
    /// Of all web servers.
    Redis(Redis),
}

impl Throttle {
    /// Takes one from a key's allowance.
    ///
    /// # Errors
    /// [`ThrottleError::Refused`] when there is none.
    pub async fn take(&self, key: &str, rate: Rate) -> Result<(), ThrottleError> {
        self.take_at(key, rate, None).await
    }

    /// Gives one back that was taken without need.
    ///
    /// # Errors
    /// When Redis fails.
    pub async fn give_back(&self, key: &str, rate: Rate) -> Result<(), ThrottleError> {
        self.give_back_at(key, rate, None).await
    }

    /// `at` stands for the present, in microseconds since any one moment: tests need not wait.
    async fn take_at(&self, key: &str, rate: Rate, at: Option<i64>) -> Result<(), ThrottleError> {
        let wait = self.move_by(key, rate.cost(), rate.window(), at).await?;
        match u64::try_from(wait) {
            Ok(wait @ 1..) => Err(ThrottleError::Refused { wait: Duration::from_micros(wait) }),
            _ => Ok(()),
        }
    }

    async fn give_back_at(
        &self,
        key: &str,
        rate: Rate,
        at: Option<i64>,
    ) -> Result<(), ThrottleError> {
        self.move_by(key, -rate.cost(), rate.window(), at).await.map(drop)
    }

    /// Moves a key's moment, unless that takes it out of the window: then tells by how much.
    async fn move_by(
        &self,
        key: &str,
        cost: i64,
        window: i64,
        at: Option<i64>,
    ) -> Result<i64, ThrottleError> {
        match self {
            Self::Memory(memory) => Ok(memory.move_by(key, cost, window, at)),
            Self::Redis(redis) => Ok(redis.move_by(key, cost, window, at).await?),
        }
    }
}
