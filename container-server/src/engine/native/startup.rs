//! Clearing up at the start: what the builds and pulls of an earlier run have left.

use super::{
    BUILD_LAYER,
    calls::{CallError, Calls},
    images::PULLED_LAYER,
    spec,
};
use sandbox::{Client, protocol::Name};
use std::collections::HashSet;

/// Ends build steps, removes half-made layers, and says which whole layers there are.
pub(super) async fn clear(calls: &Calls) -> Result<HashSet<Name>, CallError> {
    for step in calls.run(Client::list).await?.into_iter().filter(spec::is_build) {
        tracing::info!(step = %step.id, "ending a build step of an earlier run");
        let stopped = calls.run(move |client| client.stop(&step.id)).await;
        if let Err(error) = stopped {
            tracing::warn!(%error, "a build step could not be ended");
        }
    }
    let mut whole = HashSet::new();
    for layer in calls.run(Client::layers).await? {
        let half_made = |prefix: &str| layer.as_str().starts_with(prefix);
        if !half_made(BUILD_LAYER) && !half_made(PULLED_LAYER) {
            whole.insert(layer);
            continue;
        }
        let removed = calls.run(move |client| client.remove_layer(&layer)).await;
        if let Err(error) = removed {
            tracing::warn!(%error, "a half-made layer could not be removed");
        }
    }
    Ok(whole)
}
