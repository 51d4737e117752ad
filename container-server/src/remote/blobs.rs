//! Blobs: layers and image configurations, streamed, so that no layer is ever whole in memory.

use super::{Remote, RemoteError};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, TryStreamExt, stream::BoxStream};
use oci_distribution::{RegistryOperation, errors::OciDistributionError, manifest::OciDescriptor};
use std::{io, path::Path};
use tokio::{fs::File, io::AsyncWriteExt};
use tokio_util::io::ReaderStream;

/// A blob as it arrives. Its last item is an error where the bytes do not have its digest.
pub type BlobStream = BoxStream<'static, io::Result<Bytes>>;

/// What is read from a file at a time.
const CHUNK: usize = 256 << 10;
/// The largest image configuration that is read into memory.
const CONFIG_LIMIT: usize = 4 << 20;

impl Remote {
    /// A blob as a stream. Whoever reads it must not trust it before its end, where the digest is
    /// checked.
    ///
    /// # Errors
    /// See [`RemoteError`].
    pub async fn blob_stream(
        &self,
        repository: &str,
        digest: &str,
    ) -> Result<BlobStream, RemoteError> {
        let reference = self.reference(repository, digest);
        self.authenticate(&reference, RegistryOperation::Pull).await;
        // By its digest alone, so that the addresses which a descriptor may name are not followed.
        Ok(self.client.pull_blob_stream(&reference, digest).await?.stream)
    }

    /// Writes a blob to a new file.
    ///
    /// # Errors
    /// See [`RemoteError`]; also when the file exists already.
    pub async fn pull_blob(
        &self,
        repository: &str,
        digest: &str,
        path: &Path,
    ) -> Result<(), RemoteError> {
        let mut blob = self.blob_stream(repository, digest).await?;
        let mut file = File::create_new(path).await?;
        while let Some(bytes) = blob.try_next().await? {
            file.write_all(&bytes).await?;
        }
        file.flush().await?;
        Ok(())
    }

    /// An image's configuration, as it is stored.
    ///
    /// # Errors
    /// See [`RemoteError`]; one over 4 MiB is refused.
    pub async fn config_blob(
        &self,
        repository: &str,
        config: &OciDescriptor,
    ) -> Result<Bytes, RemoteError> {
        let mut blob = self.blob_stream(repository, &config.digest).await?;
        let mut whole = BytesMut::new();
        while let Some(bytes) = blob.try_next().await? {
            if whole.len() + bytes.len() > CONFIG_LIMIT {
                return Err(RemoteError::Unreadable("its configuration is over 4 MiB".to_owned()));
            }
            whole.extend_from_slice(&bytes);
        }
        Ok(whole.freeze())
    }

    /// Whether a repository holds a blob.
    ///
    /// # Errors
    /// See [`RemoteError`].
    pub async fn has_blob(&self, repository: &str, digest: &str) -> Result<bool, RemoteError> {
        let reference = self.reference(repository, digest);
        self.authenticate(&reference, RegistryOperation::Pull).await;
        Ok(self.client.blob_exists(&reference, digest).await?)
    }

    /// Stores a file as a blob, unless the repository holds it already.
    ///
    /// # Errors
    /// See [`RemoteError`].
    pub async fn push_blob(
        &self,
        repository: &str,
        path: &Path,
        digest: &str,
    ) -> Result<(), RemoteError> {
        if self.has_blob(repository, digest).await? {
            return Ok(());
        }
        let file = File::open(path).await?;
        let size = file.metadata().await?.len();
        let chunks = ReaderStream::with_capacity(file, CHUNK);
        self.push_stream(repository, chunks.boxed(), digest, size).await
    }

    /// Stores bytes as a blob, unless the repository holds it already.
    ///
    /// # Errors
    /// See [`RemoteError`].
    pub async fn push_bytes(
        &self,
        repository: &str,
        bytes: Bytes,
        digest: &str,
    ) -> Result<(), RemoteError> {
        if self.has_blob(repository, digest).await? {
            return Ok(());
        }
        let size = bytes.len() as u64;
        let once = futures_util::stream::iter([Ok(bytes)]);
        self.push_stream(repository, once.boxed(), digest, size).await
    }

    /// Stores a stream of a known size as a blob.
    pub(super) async fn push_stream(
        &self,
        repository: &str,
        blob: BlobStream,
        digest: &str,
        size: u64,
    ) -> Result<(), RemoteError> {
        let reference = self.reference(repository, digest);
        self.authenticate(&reference, RegistryOperation::Push).await;
        let blob = blob.map_err(OciDistributionError::from);
        self.client.push_blob_stream(&reference, blob, digest, Some(size)).await?;
        Ok(())
    }

    /// Makes a blob of one repository known in another without copying it.
    ///
    /// # Errors
    /// See [`RemoteError`]; registries may decline, and the blob is to be pushed then.
    pub async fn mount_blob(
        &self,
        repository: &str,
        from: &str,
        digest: &str,
    ) -> Result<(), RemoteError> {
        let target = self.reference(repository, digest);
        let source = self.reference(from, digest);
        self.authenticate(&target, RegistryOperation::Push).await;
        Ok(self.client.mount_blob(&target, &source, digest).await?)
    }
}
