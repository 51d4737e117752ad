//! The container server's state of health.

use super::Services;
use crate::{error::ApiError, sandboxes::SandboxError};
use actix_web::web::{Data, Json};
use container_api::{EngineStatus, LoadSample, SelfTest, Status};

/// An error while the engine does not answer, whatever else does.
pub(crate) async fn show(services: Data<Services>) -> Result<Json<Status>, ApiError> {
    services.engine.list().await.map_err(SandboxError::Engine)?;
    let base_images = match services.remote.base_images().await {
        Ok(images) => images,
        Err(error) => {
            // The rest of the answer is worth having.
            tracing::warn!(%error, "the base images cannot be listed");
            Vec::new()
        }
    };
    let sandboxes = services.sandboxes.counts().await;
    let builds = services.builds.counts();
    Ok(Json(Status {
        engine: EngineStatus {
            name: services.engine.name().to_owned(),
            isolation: services.engine.isolation(),
            facts: services.findings.facts(),
            self_test: services.findings.self_test(),
        },
        base_images,
        sandboxes: sandboxes.starting + sandboxes.running + sandboxes.frozen,
        sandboxes_by_state: sandboxes,
        capacity: Some(services.capacity),
        builds: builds.queued + builds.running,
        builds_by_state: builds,
        load: services.load.last(),
    }))
}

/// Tries the walls now.
pub(crate) async fn self_test(services: Data<Services>) -> Json<SelfTest> {
    Json(services.findings.again().await)
}

/// The machine's load over the last ten minutes.
pub(crate) async fn load(services: Data<Services>) -> Json<Vec<LoadSample>> {
    Json(services.load.samples())
}
