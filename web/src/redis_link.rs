//! The way to Redis, for those who run several web servers: one connection that many requests
//! share, with short timeouts, and that comes back by itself.

use redis::{
    Client, FromRedisValue, Pipeline, RedisError, RedisResult, ScriptInvocation,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use std::time::Duration;

/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(1);
/// How long a request may be held up in all.
const PATIENCE: Duration = Duration::from_secs(3);
/// The connection notices only by a request that it was lost, so one more is worth it.
const ATTEMPTS: u32 = 3;
/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(50);

/// Why Redis did not do something. For the log only.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// Redis refused, or the connection was lost.
    #[error("Redis: {0}")]
    Redis(#[from] RedisError),
    /// It did not answer in time.
    #[error("Redis did not answer within {} seconds", PATIENCE.as_secs())]
    Silent,
    /// What is kept there cannot be read.
    #[error("what Redis keeps cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
}

/// A handle on Redis; cheap to clone.
#[derive(Clone)]
pub struct Link {
    manager: ConnectionManager,
}

impl Link {
    /// Connects.
    ///
    /// # Errors
    /// When the URL is not one, or nobody answers there.
    pub async fn open(url: &str) -> Result<Self, LinkError> {
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(ANSWER))
            .set_response_timeout(Some(ANSWER))
            .set_number_of_retries(1)
            .set_min_delay(PAUSE);
        let client = Client::open(url)?;
        let manager = ConnectionManager::new_with_config(client, config);
        Ok(Self { manager: in_time(manager).await? })
    }

    /// Runs commands as one transaction. They may be run twice, so they must not mind.
    ///
    /// # Errors
    /// See [`LinkError`].
    pub async fn ask<T: FromRedisValue>(&self, commands: &Pipeline) -> Result<T, LinkError> {
        self.work(|mut conn| async move { commands.query_async(&mut conn).await }).await
    }

    /// Runs a script.
    ///
    /// # Errors
    /// See [`LinkError`].
    pub async fn run<T: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
    ) -> Result<T, LinkError> {
        self.work(|mut conn| async move { script.invoke_async(&mut conn).await }).await
    }

    async fn work<T, F: Future<Output = RedisResult<T>>>(
        &self,
        work: impl Fn(ConnectionManager) -> F,
    ) -> Result<T, LinkError> {
        in_time(async {
            let mut attempt = 1;
            loop {
                match work(self.manager.clone()).await {
                    Err(error) if is_lost(&error) && attempt < ATTEMPTS => {
                        tokio::time::sleep(PAUSE).await;
                        attempt += 1;
                    }
                    done => return done,
                }
            }
        })
        .await
    }
}

fn is_lost(error: &RedisError) -> bool {
    (error.is_io_error() || error.is_connection_dropped()) && !error.is_timeout()
}

async fn in_time<T>(work: impl Future<Output = RedisResult<T>>) -> Result<T, LinkError> {
    Ok(tokio::time::timeout(PATIENCE, work).await.map_err(|_| LinkError::Silent)??)
}

#[cfg(test)]
pub mod testing {
    //! The Redis of the test script.

    use super::Link;

    /// A link to it.
    pub async fn link() -> Link {
        let url = std::env::var("TRYTHIS_TEST_REDIS").expect(
            "TRYTHIS_TEST_REDIS names no Redis server: run the tests by `cargo nextest run`, which \
             starts one, or by `scripts/services.sh run cargo test`",
        );
        Link::open(&url).await.unwrap()
    }
}
