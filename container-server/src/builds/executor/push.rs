//! What goes to the registry.

use super::{Ending, Room, base::ReadyBase, image::Image, layer::Packed};
use chrono::Utc;
use container_api::ImageRef;
use oci_distribution::manifest::OCI_IMAGE_MEDIA_TYPE;
use sha2::{Digest, Sha256};

/// The tag of the newest image of a repository.
const TAG: &str = "latest";

/// An image that is in the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pushed {
    /// Which one.
    pub image: ImageRef,
    /// What its configuration and layers take there.
    pub bytes: u64,
}

impl Room {
    /// Makes the base's layers known in the repository that the image goes to.
    pub(super) async fn adopt_layers(
        &self,
        base: &ReadyBase,
        repository: &str,
    ) -> Result<(), Ending> {
        for layer in base.image.layers() {
            let adopting = self.adopt(&base.repository, repository, &layer.digest);
            self.unless_stopped(adopting).await??;
        }
        Ok(())
    }

    async fn adopt(&self, from: &str, to: &str, digest: &str) -> Result<(), Ending> {
        let failed = |error| Ending::registry(&error);
        if self.remote.has_blob(to, digest).await.map_err(failed)? {
            return Ok(());
        }
        let Err(error) = self.remote.mount_blob(to, from, digest).await else { return Ok(()) };
        tracing::debug!(%error, "the registry does not mount blobs: copying");
        let internal = |error: std::io::Error| Ending::internal("a layer was not copied", &error);
        let folder = tempfile::tempdir_in(&self.folder).map_err(internal)?;
        let path = folder.path().join("blob");
        self.remote.pull_blob(from, digest, &path).await.map_err(failed)?;
        self.remote.push_blob(to, &path, digest).await.map_err(failed)
    }

    /// Pushes a step's layer.
    pub(super) async fn push_layer(&self, layer: &Packed, to: &str) -> Result<(), Ending> {
        let Some(path) = layer.path() else { return Ok(()) };
        let pushing = self.remote.push_blob(to, path, &layer.digest);
        self.unless_stopped(pushing).await?.map_err(|error| Ending::registry(&error))
    }

    /// Pushes the configuration and the manifest, and makes the image ready. The tag comes last:
    /// it never points to an image that cannot be started.
    pub(super) async fn push_image(
        &self,
        image: &Image,
        repository: &str,
    ) -> Result<Pushed, Ending> {
        let failed = |error| Ending::registry(&error);
        let config = image.config_bytes(Utc::now());
        let size = config.len() as u64;
        let config_digest = digest(&config);
        let pushing = self.remote.push_bytes(repository, config.into(), &config_digest);
        self.unless_stopped(pushing).await?.map_err(failed)?;
        let manifest = image.manifest_bytes(&config_digest, size);
        let digest = digest(&manifest);
        let bytes = size + image.layers_bytes();
        let image = ImageRef { repository: repository.to_owned(), digest: digest.clone() };
        self.push_manifest(repository, &digest, manifest.clone()).await?;
        self.note(&format!("Pushed {image}; making it ready for visitors."));
        self.unless_stopped(self.engine.prepare(&image)).await?.map_err(Ending::engine)?;
        self.push_manifest(repository, TAG, manifest).await?;
        Ok(Pushed { image, bytes })
    }

    async fn push_manifest(
        &self,
        repository: &str,
        name: &str,
        manifest: Vec<u8>,
    ) -> Result<(), Ending> {
        let pushing = self.remote.push_manifest(repository, name, manifest, OCI_IMAGE_MEDIA_TYPE);
        let pushed = self.unless_stopped(pushing).await?;
        pushed.map(drop).map_err(|error| Ending::registry(&error))
    }
}

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}
