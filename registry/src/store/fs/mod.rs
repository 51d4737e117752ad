//! The store on a file system. See [`super::layout`] for the tree.
//!
//! Nothing is cached that another process may change: the command line may write beside a running
//! server. What is acknowledged was synced, the directories included.

mod blobs;
mod disk;
mod manifests;
mod read;
mod sessions;
mod sweep;
mod upload;

use super::{BlobStream, Result, Store, StoreError, Upload, UploadId, layout::Layout};
use crate::model::{Algorithm, Descriptor, Digest, Manifest, Referral, RepositoryName, Tag};
use disk::Disk;
use futures_util::future::BoxFuture;
use sessions::Sessions;
use std::{io, ops::Range, path::Path, sync::Arc};
use sweep::Sweep;

/// A store on a file system; cheap to clone.
#[derive(Debug, Clone)]
pub struct FileStore {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    disk: Disk,
    sessions: Sessions,
    sweep: Sweep,
    /// Pushes share it, deletions hold it alone: a tag is not pointed to a manifest that is just
    /// being removed.
    removal: std::sync::RwLock<()>,
}

impl FileStore {
    /// Opens the store below `root`, which is made where it does not exist, and clears what
    /// uploads long given up have left.
    ///
    /// # Errors
    /// When the folder cannot be made or written to.
    pub fn open(root: &Path) -> io::Result<Self> {
        let disk = Disk::open(Layout::new(root.to_path_buf()))?;
        let inner = Inner {
            disk,
            sessions: Sessions::default(),
            sweep: Sweep::default(),
            removal: std::sync::RwLock::default(),
        };
        inner.sweep_if_due();
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Runs file system work where it may block.
    fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T> + Send + 'static,
    ) -> BoxFuture<'static, Result<T>> {
        let inner = Arc::clone(&self.inner);
        Box::pin(blocking(move || work(&inner)))
    }
}

/// Runs `work` on the pool for blocking work.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(lost) => Err(StoreError::Io(io::Error::other(lost))),
    }
}

impl Store for FileStore {
    fn blob_size<'a>(
        &'a self,
        repository: &'a RepositoryName,
        digest: &'a Digest,
    ) -> BoxFuture<'a, Result<Option<u64>>> {
        let (repository, digest) = (repository.clone(), digest.clone());
        self.run(move |inner| inner.blob_size(&repository, &digest))
    }

    fn read_blob<'a>(
        &'a self,
        repository: &'a RepositoryName,
        digest: &'a Digest,
        range: Range<u64>,
    ) -> BoxFuture<'a, Result<Option<BlobStream>>> {
        let (repository, digest) = (repository.clone(), digest.clone());
        self.run(move |inner| {
            let file = inner.open_blob(&repository, &digest)?;
            Ok(file.map(|file| read::stream(file, range)))
        })
    }

    fn mount_blob<'a>(
        &'a self,
        repository: &'a RepositoryName,
        from: Option<&'a RepositoryName>,
        digest: &'a Digest,
    ) -> BoxFuture<'a, Result<bool>> {
        let (repository, from, digest) = (repository.clone(), from.cloned(), digest.clone());
        self.run(move |inner| inner.mount_blob(&repository, from.as_ref(), &digest))
    }

    fn delete_blob<'a>(
        &'a self,
        repository: &'a RepositoryName,
        digest: &'a Digest,
    ) -> BoxFuture<'a, Result<bool>> {
        let (repository, digest) = (repository.clone(), digest.clone());
        self.run(move |inner| {
            Ok(inner.disk.remove(&inner.disk.layout.blob_link(&repository, &digest))?)
        })
    }

    fn begin_upload<'a>(
        &'a self,
        repository: &'a RepositoryName,
        algorithm: Algorithm,
    ) -> BoxFuture<'a, Result<UploadId>> {
        let repository = repository.clone();
        self.run(move |inner| {
            inner.sweep_if_due();
            inner.begin_upload(&repository, algorithm)
        })
    }

    fn open_upload<'a>(
        &'a self,
        repository: &'a RepositoryName,
        id: &'a UploadId,
    ) -> BoxFuture<'a, Result<Box<dyn Upload>>> {
        Box::pin(async move {
            let upload = upload::FileUpload::open(Arc::clone(&self.inner), repository, id).await?;
            Ok(Box::new(upload) as Box<dyn Upload>)
        })
    }

    fn manifest<'a>(
        &'a self,
        repository: &'a RepositoryName,
        digest: &'a Digest,
    ) -> BoxFuture<'a, Result<Option<Manifest>>> {
        let (repository, digest) = (repository.clone(), digest.clone());
        self.run(move |inner| inner.manifest(&repository, &digest))
    }

    fn has_manifest<'a>(
        &'a self,
        repository: &'a RepositoryName,
        digest: &'a Digest,
    ) -> BoxFuture<'a, Result<bool>> {
        let (repository, digest) = (repository.clone(), digest.clone());
        self.run(move |inner| {
            Ok(inner.disk.layout.manifest_link(&repository, &digest).try_exists()?)
        })
    }

    fn put_manifest<'a>(
        &'a self,
        repository: &'a RepositoryName,
        manifest: &'a Manifest,
        referral: Option<&'a Referral>,
        tags: &'a [Tag],
    ) -> BoxFuture<'a, Result<()>> {
        let (repository, manifest) = (repository.clone(), manifest.clone());
        let (referral, tags) = (referral.cloned(), tags.to_vec());
        self.run(move |inner| inner.put_manifest(&repository, &manifest, referral.as_ref(), &tags))
    }

    fn delete_manifest<'a>(
        &'a self,
        repository: &'a RepositoryName,
        digest: &'a Digest,
        subject: Option<&'a Digest>,
    ) -> BoxFuture<'a, Result<bool>> {
        let (repository, digest) = (repository.clone(), digest.clone());
        let subject = subject.cloned();
        self.run(move |inner| inner.delete_manifest(&repository, &digest, subject.as_ref()))
    }

    fn tag<'a>(
        &'a self,
        repository: &'a RepositoryName,
        tag: &'a Tag,
    ) -> BoxFuture<'a, Result<Option<Digest>>> {
        let (repository, tag) = (repository.clone(), tag.clone());
        self.run(move |inner| inner.tag(&repository, &tag))
    }

    fn delete_tag<'a>(
        &'a self,
        repository: &'a RepositoryName,
        tag: &'a Tag,
    ) -> BoxFuture<'a, Result<bool>> {
        let (repository, tag) = (repository.clone(), tag.clone());
        self.run(move |inner| Ok(inner.disk.remove(&inner.disk.layout.tag(&repository, &tag))?))
    }

    fn tags<'a>(
        &'a self,
        repository: &'a RepositoryName,
    ) -> BoxFuture<'a, Result<Option<Vec<Tag>>>> {
        let repository = repository.clone();
        self.run(move |inner| inner.tags(&repository))
    }

    fn repositories(&self) -> BoxFuture<'_, Result<Vec<RepositoryName>>> {
        self.run(Inner::repositories)
    }

    fn referrers<'a>(
        &'a self,
        repository: &'a RepositoryName,
        subject: &'a Digest,
    ) -> BoxFuture<'a, Result<Vec<Descriptor>>> {
        let (repository, subject) = (repository.clone(), subject.clone());
        self.run(move |inner| inner.referrers(&repository, &subject))
    }
}
