//! Images: from the registry to unpacked layers.
//!
//! A layer is named by the digest of its uncompressed content (`sha256-<hex>`), so that images
//! share what they have in common. It is pulled once however many ask ([`flights`]), under another
//! name until its content is verified ([`pull`]).

mod config;
mod error;
mod flights;
mod pull;

pub(super) use pull::PULLED_LAYER;

use super::calls::Calls;
use crate::{
    engine::{EngineError, Layer, ReadyImage},
    remote::Remote,
};
use config::ImageConfig;
use container_api::ImageRef;
use error::PullError;
use flights::Flights;
use futures_util::{StreamExt, TryStreamExt};
use sandbox::protocol::Name;
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// How many layers of one image are pulled at a time.
const AT_ONCE: usize = 3;
/// How many images are remembered. Past it all are forgotten, and looked up when asked for.
const REMEMBERED: usize = 10_000;

/// The images that are ready, and the way to make others so.
#[derive(Debug)]
pub(super) struct Images {
    remote: Remote,
    flights: Flights,
    ready: Mutex<HashMap<ImageRef, ReadyImage>>,
}

impl Images {
    pub(super) fn new(calls: Calls, remote: Remote, layers: HashSet<Name>) -> Self {
        Self {
            flights: Flights::new(calls, remote.clone(), layers),
            remote,
            ready: Mutex::default(),
        }
    }

    /// Makes an image ready. What was pulled for it stays, even if nobody waits any more.
    pub(super) async fn prepare(&self, image: &ImageRef) -> Result<ReadyImage, EngineError> {
        let known = self.ready().get(image).cloned();
        if let Some(ready) = known {
            return Ok(ready);
        }
        let ready = self.pull(image).await.map_err(|error| match error.is_of_image() {
            true => EngineError::Program(error.to_string()),
            false => EngineError::Image { image: image.to_string(), message: error.to_string() },
        })?;
        let mut all = self.ready();
        if all.len() >= REMEMBERED {
            all.clear();
        }
        all.insert(image.clone(), ready.clone());
        Ok(ready)
    }

    async fn pull(&self, image: &ImageRef) -> Result<ReadyImage, Arc<PullError>> {
        let repository = image.repository.as_str();
        let found = self.remote.resolve(repository, &image.digest).await;
        let found = found.map_err(PullError::from)?;
        let (_, manifest) = found.ok_or(PullError::Missing)?;
        let config = self.remote.config_blob(repository, &manifest.config).await;
        let config = ImageConfig::parse(&config.map_err(PullError::from)?)?;
        config.check_platform()?;
        let diff_ids = config.diff_ids(manifest.layers.len())?;

        let blobs = manifest.layers.into_iter().map(|blob| blob.digest);
        let layers: Vec<Layer> = futures_util::stream::iter(blobs.zip(diff_ids))
            .map(|(digest, diff_id)| self.flights.layer(repository, digest, diff_id))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        Ok(ReadyImage { layers, config: config.run_config() })
    }

    /// Forgets everything, so that it is looked up again: something was not as expected.
    pub(super) fn forget(&self) {
        self.ready().clear();
        self.flights.forget();
    }

    fn ready(&self) -> MutexGuard<'_, HashMap<ImageRef, ReadyImage>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
