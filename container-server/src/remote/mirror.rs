//! Base images: from the local registry, else copied there from upstream.

use super::{Remote, RemoteError};
use oci_distribution::manifest::{OCI_IMAGE_MEDIA_TYPE, OciDescriptor, OciImageManifest};

impl Remote {
    /// Like [`Remote::resolve`]; what is not here is looked for upstream, and copied here when it
    /// is found. `None` where neither holds it.
    ///
    /// # Errors
    /// See [`RemoteError`]: [`RemoteError::is_unreachable`] tells that upstream is out of reach, or
    /// the local registry itself.
    pub async fn resolve_or_mirror(
        &self,
        repository: &str,
        reference: &str,
    ) -> Result<Option<(String, OciImageManifest)>, RemoteError> {
        if let Some(found) = self.resolve(repository, reference).await? {
            return Ok(Some(found));
        }
        match self.upstream() {
            Some(upstream) => self.mirror(upstream, repository, reference).await,
            None => Ok(None),
        }
    }

    async fn mirror(
        &self,
        upstream: &Remote,
        repository: &str,
        reference: &str,
    ) -> Result<Option<(String, OciImageManifest)>, RemoteError> {
        let Some(raw) = upstream.raw_manifest(repository, reference).await? else {
            return Ok(None);
        };
        tracing::info!(repository, reference, from = upstream.host(), "mirroring a base image");
        for blob in raw.manifest.layers.iter().chain([&raw.manifest.config]) {
            self.mirror_blob(upstream, repository, blob).await?;
        }
        let media_type = raw.manifest.media_type.as_deref().unwrap_or(OCI_IMAGE_MEDIA_TYPE);
        // A digest may name an index, of which only one image was copied.
        let name = if reference.contains(':') { &raw.digest } else { reference };
        let digest = self.push_manifest(repository, name, raw.bytes, media_type).await?;
        Ok(Some((digest, raw.manifest)))
    }

    async fn mirror_blob(
        &self,
        upstream: &Remote,
        repository: &str,
        blob: &OciDescriptor,
    ) -> Result<(), RemoteError> {
        if self.has_blob(repository, &blob.digest).await? {
            return Ok(());
        }
        let size = u64::try_from(blob.size)
            .map_err(|_| RemoteError::Unreadable("a blob of a negative size".to_owned()))?;
        let stream = upstream.blob_stream(repository, &blob.digest).await?;
        self.push_stream(repository, stream, &blob.digest, size).await
    }
}
