//! What goes to the registry.

use super::{Ending, Room, base::ReadyBase, image::Image, layer::Packed};
use chrono::Utc;
use container_api::ImageRef;
use oci_distribution::manifest::OCI_IMAGE_MEDIA_TYPE;
use sha2::{Digest, Sha256};

/// The tag of the newest image of a repository.
const TAG: &str = "latest";

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

    /// Pushes the configuration and the manifest: from now on the image can be had.
    pub(super) async fn push_image(
        &self,
        image: &Image,
        repository: &str,
    ) -> Result<ImageRef, Ending> {
        let failed = |error| Ending::registry(&error);
        let config = image.config_bytes(Utc::now());
        let size = config.len() as u64;
        let digest = format!("sha256:{}", hex::encode(Sha256::digest(&config)));
        let pushing = self.remote.push_bytes(repository, config.into(), &digest);
        self.unless_stopped(pushing).await?.map_err(failed)?;
        let manifest = image.manifest_bytes(&digest, size);
        let pushing = self.remote.push_manifest(repository, TAG, manifest, OCI_IMAGE_MEDIA_TYPE);
        let digest = self.unless_stopped(pushing).await?.map_err(failed)?;
        self.note(&format!("Pushed {repository}@{digest}"));
        Ok(ImageRef { repository: repository.to_owned(), digest })
    }
}
