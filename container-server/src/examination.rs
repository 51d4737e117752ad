//! What the engine's self-test has found: made as soon as the server is there, again and again
//! while it does not pass, and whenever somebody asks.

use crate::engine::{Engine, EngineError, Examination};
use chrono::Utc;
use container_api::{Isolation, SelfTest, SelfTestCheck};
use std::{
    sync::{Arc, Weak},
    time::Duration,
};
use tokio::{
    sync::{Mutex, watch},
    time::{sleep, timeout},
};

/// The pauses before a test that did not pass is made again; the last one for good.
const PAUSES: [Duration; 4] = [
    Duration::from_millis(200),
    Duration::from_secs(2),
    Duration::from_secs(10),
    Duration::from_secs(60),
];
/// How long somebody who depends on it waits for the first one.
const PATIENCE: Duration = Duration::from_secs(10);

/// How the last test came out; cheap to clone.
#[derive(Clone)]
pub(crate) struct Findings(Arc<Inner>);

struct Inner {
    engine: Arc<dyn Engine>,
    last: watch::Sender<Option<Outcome>>,
    /// One test at a time.
    turn: Mutex<()>,
}

#[derive(Debug, Clone)]
struct Outcome {
    facts: Option<Isolation>,
    self_test: SelfTest,
}

impl Findings {
    /// Begins the first test, and goes on. Needs a tokio runtime.
    pub(crate) fn begin(engine: Arc<dyn Engine>) -> Self {
        let last = watch::Sender::new(None);
        let inner = Arc::new(Inner { engine, last, turn: Mutex::new(()) });
        tokio::spawn(until_it_passes(Arc::downgrade(&inner)));
        Self(inner)
    }

    /// Which walls there are.
    pub(crate) fn facts(&self) -> Option<Isolation> {
        self.0.last.borrow().as_ref()?.facts.clone()
    }

    /// Whether they stand.
    pub(crate) fn self_test(&self) -> Option<SelfTest> {
        self.0.last.borrow().as_ref().map(|outcome| outcome.self_test.clone())
    }

    /// Whether the last test passed. Waits for the first one.
    pub(crate) async fn passed(&self) -> bool {
        let mut last = self.0.last.subscribe();
        let known = timeout(PATIENCE, last.wait_for(Option::is_some)).await;
        let outcome = known.ok().and_then(Result::ok);
        outcome.and_then(|last| last.as_ref().map(|one| one.self_test.passed)).unwrap_or(false)
    }

    /// Makes the test now. It counts from then on.
    pub(crate) async fn again(&self) -> SelfTest {
        self.0.test().await
    }
}

impl Inner {
    async fn test(&self) -> SelfTest {
        let _turn = self.turn.lock().await;
        let outcome = outcome(self.engine.examine().await);
        tell(&outcome.self_test);
        self.last.send_replace(Some(outcome.clone()));
        outcome.self_test
    }
}

/// A busy machine may fail a test that it passes a moment later, and an operator may mend a wall.
async fn until_it_passes(inner: Weak<Inner>) {
    for attempt in 0_usize.. {
        // Once the server is gone nobody wants to know.
        match inner.upgrade() {
            Some(inner) if !inner.test().await.passed => {}
            _ => return,
        }
        sleep(PAUSES[attempt.min(PAUSES.len() - 1)]).await;
    }
}

fn outcome(examined: Result<Examination, EngineError>) -> Outcome {
    match examined {
        Ok(Examination { facts, self_test }) => Outcome { facts: Some(facts), self_test },
        Err(error) => {
            tracing::error!(%error, "the self-test of the sandboxes could not be made");
            let check = SelfTestCheck {
                name: "self-test".to_owned(),
                passed: false,
                detail: "The test could not be made; the server's log says why.".to_owned(),
            };
            let self_test =
                SelfTest { at: Utc::now(), took_ms: 0, passed: false, checks: vec![check] };
            Outcome { facts: None, self_test }
        }
    }
}

fn tell(self_test: &SelfTest) {
    for check in self_test.checks.iter().filter(|check| !check.passed) {
        tracing::error!(check = check.name, detail = check.detail, "the self-test found a hole");
    }
    if self_test.passed {
        tracing::info!(took_ms = self_test.took_ms, "the self-test of the sandboxes passed");
    }
}
