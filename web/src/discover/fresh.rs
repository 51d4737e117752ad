//! A value that many requests share for a few seconds.
//!
//! When it has grown old, one request makes it anew while the others go on with the old one, so
//! that a busy server never does the same work many times at once.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};
use tokio::sync::Mutex;

/// A value and its age.
pub struct Fresh<T> {
    keep: Duration,
    kept: RwLock<Option<(Instant, Arc<T>)>>,
    turn: Mutex<()>,
}

impl<T> Fresh<T> {
    /// A value that is kept for so long; not at all for no time.
    #[must_use]
    pub fn new(keep: Duration) -> Self {
        Self { keep, kept: RwLock::new(None), turn: Mutex::new(()) }
    }

    /// The value, made by `make` where it is missing or old.
    ///
    /// # Errors
    /// What `make` says.
    pub async fn get<E>(&self, make: impl Future<Output = Result<T, E>>) -> Result<Arc<T>, E> {
        if self.keep.is_zero() {
            return make.await.map(Arc::new);
        }
        let turn = match self.look() {
            Some((value, true)) => return Ok(value),
            Some((value, false)) => match self.turn.try_lock() {
                Ok(turn) => turn,
                // Somebody is at it.
                Err(_) => return Ok(value),
            },
            None => self.turn.lock().await,
        };
        // While this one waited for its turn, another may have made it.
        if let Some((value, true)) = self.look() {
            return Ok(value);
        }
        let value = Arc::new(make.await?);
        let kept = Some((Instant::now(), value.clone()));
        *self.kept.write().unwrap_or_else(PoisonError::into_inner) = kept;
        drop(turn);
        Ok(value)
    }

    /// What is kept, and whether it is still fresh.
    fn look(&self) -> Option<(Arc<T>, bool)> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().map(|(at, value)| (value.clone(), at.elapsed() < self.keep))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    async fn ok(value: u32) -> Result<u32, Infallible> {
        Ok(value)
    }

    #[tokio::test]
    async fn it_is_made_once_and_again_when_it_is_old() {
        let fresh = Fresh::new(Duration::from_millis(40));
        assert_eq!(fresh.get(async { Err("no") }).await, Err("no"));
        assert_eq!(*fresh.get(ok(1)).await.unwrap(), 1);
        assert_eq!(*fresh.get(ok(2)).await.unwrap(), 1);
        tokio::time::sleep(Duration::from_millis(60)).await;
        // One makes it anew; another that comes meanwhile gets the old one.
        let slow = fresh.get(async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            ok(3).await
        });
        let (slow, quick) = tokio::join!(slow, fresh.get(ok(4)));
        assert_eq!((*slow.unwrap(), *quick.unwrap()), (3, 1));
        let off = Fresh::new(Duration::ZERO);
        assert_eq!(*off.get(ok(1)).await.unwrap(), 1);
        assert_eq!(*off.get(ok(2)).await.unwrap(), 2);
    }
}
