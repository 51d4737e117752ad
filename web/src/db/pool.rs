//! The connections that are kept open, and when one of them is trusted.
//!
//! ```text
//!            get                    work                     given back
//! (nothing) ─────► opened ───────► at work ───────────────► kept ──┐
//!                    ▲                │ panicked, or lost          │ get: pinged if it was idle
//!                    │                ▼ the server                 │ or the server was lost since;
//!                    └─── (closed) ◄──────────────────────────────-┘ opened anew if that fails
//! ```
//!
//! Connections are opened on threads of the runtime, which waits for them at its end: a process that
//! ends while libpq logs in crashes in the clean-up of the libraries that libpq uses.

use super::{
    AnyConnection, DatabaseUrl, DbError,
    connection::{self, OpenError},
};
use deadpool::{
    Runtime,
    managed::{self, Metrics, PoolConfig, PoolError, RecycleError, RecycleResult, TimeoutType},
};
use diesel::connection::SimpleConnection;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

/// Connections at most.
pub const SIZE: usize = 8;
/// How long a request waits until its work begins. Those who wait hold no thread.
const TURN_WAIT: Duration = Duration::from_secs(10);
/// How long a connection is awaited that has to be opened first. libpq gives up before.
const OPEN_WAIT: Duration = Duration::from_secs(6);
/// How long a connection that was not used is taken to be there still.
const TRUSTED: Duration = Duration::from_secs(1);

/// Open connections.
pub type Pool = managed::Pool<Opener>;

/// Makes the pool. Connections are opened when they are needed.
pub fn new(url: Arc<DatabaseUrl>) -> Pool {
    let mut config = PoolConfig::new(SIZE);
    config.timeouts.wait = Some(TURN_WAIT);
    config.timeouts.create = Some(OPEN_WAIT);
    let pool = Pool::builder(Opener { url, losses: Arc::default() });
    let pool = pool.config(config).runtime(Runtime::Tokio1).build();
    pool.expect("it has a runtime, which is all that building asks for")
}

/// Opens connections for the pool.
#[derive(Debug)]
pub struct Opener {
    url: Arc<DatabaseUrl>,
    losses: Arc<AtomicU64>,
}

/// A connection that is kept open.
pub struct Kept {
    url: Arc<DatabaseUrl>,
    conn: AnyConnection,
    /// When it last did its work.
    used: Instant,
    /// How often any connection had been lost by then.
    seen: u64,
    losses: Arc<AtomicU64>,
    /// Whether its work did not come to an orderly end.
    is_spoiled: bool,
}

impl managed::Manager for Opener {
    type Type = Kept;
    type Error = DbError;

    async fn create(&self) -> Result<Kept, DbError> {
        let url = self.url.clone();
        let seen = self.losses.load(Relaxed);
        let opened = tokio::task::spawn_blocking(move || connection::open(&url));
        Ok(Kept {
            conn: opened.await??,
            url: self.url.clone(),
            used: Instant::now(),
            seen,
            losses: self.losses.clone(),
            is_spoiled: false,
        })
    }

    async fn recycle(&self, kept: &mut Kept, _: &Metrics) -> RecycleResult<DbError> {
        match kept.is_spoiled {
            true => Err(RecycleError::message("its work was cut short")),
            false => Ok(()),
        }
    }
}

impl Kept {
    /// Lets the connection work; blocks until that is done.
    ///
    /// # Errors
    /// The work's, and when the server is gone.
    pub fn work<T>(
        &mut self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, DbError>,
    ) -> Result<T, DbError> {
        let losses = self.losses.load(Relaxed);
        let is_trusted = self.seen == losses && self.used.elapsed() < TRUSTED;
        if !is_trusted && self.conn.batch_execute("SELECT 1").is_err() {
            self.conn = connection::open(&self.url)?;
        }
        self.is_spoiled = true;
        let done = work(&mut self.conn);
        self.is_spoiled = matches!(done, Err(DbError::Lost(_)));
        if self.is_spoiled {
            self.losses.fetch_add(1, Relaxed);
        }
        (self.used, self.seen) = (Instant::now(), losses);
        done
    }
}

impl From<OpenError> for DbError {
    fn from(error: OpenError) -> Self {
        Self::Unreachable(error)
    }
}

impl From<PoolError<DbError>> for DbError {
    fn from(error: PoolError<DbError>) -> Self {
        match error {
            PoolError::Backend(error) => error,
            PoolError::Timeout(TimeoutType::Create) => Self::Silent,
            // The pool is never closed, and has neither hooks nor other timeouts.
            _ => Self::Exhausted,
        }
    }
}
