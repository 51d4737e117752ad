//! Uploads: bytes are collected into large pieces, and each piece is hashed and written in the
//! blocking pool while the next one arrives from the network.
//!
//! ```text
//! begin ──> resting <──suspend── held ──commit──> blob
//!              └──────open────────^└────cancel──> gone
//! ```

use super::{
    Inner, blocking, disk,
    sessions::{Lease, Progress},
};
use crate::{
    model::{Algorithm, Digest, Hasher, RepositoryName},
    store::{Result, StoreError, Upload, UploadId},
};
use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;
use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek},
    os::unix::fs::FileExt,
    path::PathBuf,
    sync::Arc,
};
use tokio::task::JoinHandle;

/// Two of these are held for each upload: one that fills, one that is written.
const PIECE: usize = 256 << 10;

/// An upload and the right to work on it.
struct Held {
    inner: Arc<Inner>,
    repository: RepositoryName,
    id: UploadId,
    path: PathBuf,
    file: File,
    lease: Lease,
}

/// An upload in the hands of one request.
pub(super) struct FileUpload {
    size: u64,
    filling: BytesMut,
    work: Work,
}

enum Work {
    Idle(Box<Held>),
    Writing(JoinHandle<Result<Box<Held>>>),
    /// A write failed, or a future was dropped in mid-air.
    Lost,
}

impl Inner {
    pub fn begin_upload(
        &self,
        repository: &RepositoryName,
        algorithm: Algorithm,
    ) -> Result<UploadId> {
        let id = UploadId::random();
        self.disk.create(&self.disk.layout.upload(repository, &id))?;
        self.sessions.begin(&id, Progress { hasher: Hasher::new(algorithm), size: 0 });
        Ok(id)
    }
}

impl FileUpload {
    pub async fn open(
        inner: Arc<Inner>,
        repository: &RepositoryName,
        id: &UploadId,
    ) -> Result<Self> {
        let path = inner.disk.layout.upload(repository, id);
        // Asked before waiting, so that made-up ids leave no trace in memory.
        let there = path.clone();
        if !blocking(move || Ok(there.try_exists()?)).await? {
            return Err(StoreError::UploadUnknown);
        }
        let lease = inner.sessions.lease(id).await;
        let (repository, id) = (repository.clone(), id.clone());
        let held = blocking(move || Held::open(inner, repository, id, path, lease)).await?;
        Ok(Self { size: held.size(), filling: BytesMut::new(), work: Work::Idle(Box::new(held)) })
    }

    /// Waits until the piece under way is written.
    async fn settle(&mut self) -> Result<Box<Held>> {
        match std::mem::replace(&mut self.work, Work::Lost) {
            Work::Idle(held) => Ok(held),
            Work::Writing(task) => match task.await {
                Ok(done) => done,
                Err(lost) => Err(StoreError::Io(io::Error::other(lost))),
            },
            Work::Lost => Err(StoreError::Io(io::Error::other("an earlier write failed"))),
        }
    }

    /// Hands the collected piece over to be written.
    async fn write_on(&mut self) -> Result<()> {
        let mut held = self.settle().await?;
        let piece = self.filling.split();
        self.work = Work::Writing(tokio::task::spawn_blocking(move || {
            held.append(&piece)?;
            Ok(held)
        }));
        Ok(())
    }

    async fn finish(mut self) -> Result<Box<Held>> {
        if !self.filling.is_empty() {
            self.write_on().await?;
        }
        self.settle().await
    }
}

impl Upload for FileUpload {
    fn size(&self) -> u64 {
        self.size
    }

    fn append(&mut self, bytes: Bytes) -> BoxFuture<'_, Result<()>> {
        self.size += bytes.len() as u64;
        self.filling.extend_from_slice(&bytes);
        Box::pin(
            async move { if self.filling.len() >= PIECE { self.write_on().await } else { Ok(()) } },
        )
    }

    fn suspend(self: Box<Self>) -> BoxFuture<'static, Result<()>> {
        Box::pin(async move { self.finish().await.map(drop) })
    }

    fn commit(
        self: Box<Self>,
        expected: Option<Digest>,
    ) -> BoxFuture<'static, Result<(Digest, u64)>> {
        Box::pin(async move {
            let held = self.finish().await?;
            blocking(move || held.commit(expected)).await
        })
    }

    fn cancel(mut self: Box<Self>) -> BoxFuture<'static, Result<()>> {
        Box::pin(async move {
            let held = self.settle().await?;
            blocking(move || held.remove()).await
        })
    }
}

impl Held {
    fn open(
        inner: Arc<Inner>,
        repository: RepositoryName,
        id: UploadId,
        path: PathBuf,
        mut lease: Lease,
    ) -> Result<Self> {
        let opened = OpenOptions::new().read(true).write(true).open(&path);
        let Some(file) = disk::if_found(opened)? else {
            // It ended while this request waited.
            inner.sessions.forget(&id);
            return Err(StoreError::UploadUnknown);
        };
        let length = file.metadata()?.len();
        match lease.as_ref() {
            // What a failed write has left behind the last good byte.
            Some(progress) if length > progress.size => file.set_len(progress.size)?,
            Some(progress) if length == progress.size => {}
            _ => *lease = Some(reread(&file, Algorithm::Sha256)?),
        }
        Ok(Self { inner, repository, id, path, file, lease })
    }

    fn size(&self) -> u64 {
        self.lease.as_ref().map_or(0, |progress| progress.size)
    }

    fn append(&mut self, piece: &[u8]) -> Result<()> {
        let size = self.size();
        self.file.write_all_at(piece, size)?;
        if let Some(progress) = self.lease.as_mut() {
            progress.hasher.update(piece);
            progress.size += piece.len() as u64;
        }
        Ok(())
    }

    fn commit(mut self, expected: Option<Digest>) -> Result<(Digest, u64)> {
        let algorithm = expected.as_ref().map(Digest::algorithm);
        let progress = match self.lease.take() {
            Some(known) if algorithm.is_none_or(|wanted| wanted == known.hasher.algorithm()) => {
                known
            }
            _ => reread(&self.file, algorithm.unwrap_or(Algorithm::Sha256))?,
        };
        let (actual, size) = (progress.hasher.finish(), progress.size);
        if let Some(expected) = expected
            && expected != actual
        {
            self.remove()?;
            return Err(StoreError::DigestMismatch { expected, actual });
        }
        self.store(&actual, size)?;
        Ok((actual, size))
    }

    /// Makes the file the content of `digest`, unless that is there already. What is there with
    /// another size is damaged, and replaced.
    fn store(&self, digest: &Digest, size: u64) -> Result<()> {
        if self.inner.content_size(digest)? == Some(size) {
            self.inner.disk.remove(&self.path)?;
        } else {
            self.file.sync_all()?;
            self.inner.disk.rename(&self.path, &self.inner.disk.layout.content(digest))?;
        }
        self.inner.sessions.forget(&self.id);
        self.inner.link_blob(&self.repository, digest, size)
    }

    fn remove(&self) -> Result<()> {
        self.inner.disk.remove(&self.path)?;
        self.inner.sessions.forget(&self.id);
        Ok(())
    }
}

/// Hashes what a file holds, from its beginning.
fn reread(mut file: &File, algorithm: Algorithm) -> Result<Progress> {
    let mut progress = Progress { hasher: Hasher::new(algorithm), size: 0 };
    let mut piece = vec![0; PIECE];
    file.rewind()?;
    loop {
        match file.read(&mut piece) {
            Ok(0) => return Ok(progress),
            Ok(length) => {
                progress.hasher.update(&piece[..length]);
                progress.size += length as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        model::{Algorithm, Digest, RepositoryName},
        store::{FileStore, Store},
    };
    use std::fs;

    #[tokio::test]
    async fn what_a_failed_write_has_left_is_cut_off() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = FileStore::open(folder.path()).expect("a store");
        let name: RepositoryName = "a".parse().expect("a name");
        let id = store.begin_upload(&name, Algorithm::Sha256).await.expect("an upload");
        let mut upload = store.open_upload(&name, &id).await.expect("the upload");
        upload.append("hello".into()).await.expect("room");
        upload.suspend().await.expect("a store");
        fs::write(store.inner.disk.layout.upload(&name, &id), "hello, wo").expect("a file");
        let upload = store.open_upload(&name, &id).await.expect("the upload");
        assert_eq!(upload.size(), 5);
        let (digest, size) = upload.commit(None).await.expect("a blob");
        assert_eq!((digest, size), (Digest::of(Algorithm::Sha256, b"hello"), 5));
    }
}
