//! What the engine's self-test has found: made once, as soon as the server is there.

use crate::engine::{Engine, EngineError, Examination};
use chrono::Utc;
use container_api::{Isolation, SelfTest, SelfTestCheck};
use std::sync::{Arc, OnceLock};

/// How the test came out, once it has.
#[derive(Debug, Default)]
pub(crate) struct Findings(Arc<OnceLock<Outcome>>);

#[derive(Debug)]
struct Outcome {
    facts: Option<Isolation>,
    self_test: SelfTest,
}

impl Findings {
    /// Begins the test, and goes on. Needs a tokio runtime.
    pub(crate) fn begin(engine: Arc<dyn Engine>) -> Self {
        let findings = Arc::new(OnceLock::new());
        let place = findings.clone();
        tokio::spawn(async move {
            let outcome = outcome(engine.examine().await);
            tell(&outcome.self_test);
            // It is made once.
            let _ = place.set(outcome);
        });
        Self(findings)
    }

    /// Which walls there are.
    pub(crate) fn facts(&self) -> Option<Isolation> {
        self.0.get()?.facts.clone()
    }

    /// Whether they stand.
    pub(crate) fn self_test(&self) -> Option<SelfTest> {
        self.0.get().map(|outcome| outcome.self_test.clone())
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
