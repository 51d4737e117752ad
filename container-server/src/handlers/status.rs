//! The container server's state of health.

use super::Services;
use crate::{error::ApiError, sandboxes::SandboxError};
use actix_web::web::{Data, Json};
use container_api::{EngineStatus, Status};

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
    Ok(Json(Status {
        engine: EngineStatus {
            name: services.engine.name().to_owned(),
            isolation: services.engine.isolation(),
        },
        base_images,
        sandboxes: services.sandboxes.living().await,
        builds: services.builds.active(),
    }))
}
