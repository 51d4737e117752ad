//! Sandboxes on a test double of an engine.

use super::{eventually, fake_engine::FakeEngine, wishes::terminals};
use container_api::{SandboxId, SandboxState, SandboxView};
use container_server::sandboxes::Sandboxes;
use std::sync::Arc;

/// An engine, and the books on it.
pub async fn started() -> (Arc<FakeEngine>, Sandboxes) {
    let engine = Arc::new(FakeEngine::new());
    let sandboxes = Sandboxes::start(engine.clone(), terminals(), 100).await.unwrap();
    (engine, sandboxes)
}

/// A sandbox after its end.
pub async fn ended(sandboxes: &Sandboxes, id: &SandboxId) -> SandboxView {
    eventually("the sandbox ends", || async {
        sandboxes.view(id).await.is_some_and(|view| view.state == SandboxState::Ended)
    })
    .await;
    sandboxes.view(id).await.unwrap()
}
