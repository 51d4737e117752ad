//! A store in memory, for tests and for a registry that may forget.

use super::{BlobStream, Result, Store, StoreError, Upload, UploadId};
use crate::model::{Algorithm, Descriptor, Digest, Manifest, Referral, RepositoryName, Tag};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, future::BoxFuture, stream};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

/// A store in memory; cheap to clone, and the clones share it.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    content: HashMap<Digest, Bytes>,
    repositories: BTreeMap<RepositoryName, Repository>,
    uploads: HashMap<(RepositoryName, UploadId), Arc<Turn<Option<Session>>>>,
}

#[derive(Debug)]
struct Session {
    algorithm: Algorithm,
    bytes: BytesMut,
}

#[derive(Debug, Default)]
struct Repository {
    blobs: BTreeSet<Digest>,
    manifests: BTreeMap<Digest, Manifest>,
    tags: BTreeMap<Tag, Digest>,
    referrers: BTreeMap<Digest, BTreeMap<Digest, Descriptor>>,
    /// Whether a manifest was ever pushed.
    known: bool,
}

impl MemoryStore {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn blob(&self, repository: &RepositoryName, digest: &Digest) -> Option<&Bytes> {
        let linked = self.repositories.get(repository)?.blobs.contains(digest);
        linked.then(|| self.content.get(digest)).flatten()
    }

    fn manifest(&self, repository: &RepositoryName, digest: &Digest) -> Option<&Manifest> {
        self.repositories.get(repository)?.manifests.get(digest)
    }

    fn link(&mut self, repository: &RepositoryName, digest: &Digest) {
        let repository = self.repositories.entry(repository.clone()).or_default();
        repository.blobs.insert(digest.clone());
    }
}

fn ready<'a, T: Send + 'a>(value: T) -> BoxFuture<'a, Result<T>> {
    Box::pin(std::future::ready(Ok(value)))
}

impl Store for MemoryStore {
    fn blob_size<'a>(
        &'a self,
        repository: &'a RepositoryName,
        digest: &'a Digest,
    ) -> BoxFuture<'a, Result<Option<u64>>> {
        ready(self.state().blob(repository, digest).map(|blob| blob.len() as u64))
    }

    fn read_blob<'a>(
        &'a self,
        repository: &'a RepositoryName,
        digest: &'a Digest,
        range: Range<u64>,
    ) -> BoxFuture<'a, Result<Option<BlobStream>>> {
        let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
        let blob = self.state().blob(repository, digest).cloned();
        let blob = blob.map(|blob| blob.slice(place(range.start)..place(range.end)));
        ready(blob.map(|bytes| stream::iter([Ok(bytes)]).boxed()))
    }

    fn mount_blob<'a>(
        &'a self,
        repository: &'a RepositoryName,
        from: Option<&'a RepositoryName>,
        digest: &'a Digest,
    ) -> BoxFuture<'a, Result<bool>> {
        let mut state = self.state();
        let found = match from {
            Some(from) => state.blob(from, digest).is_some(),
            None => state.content.contains_key(digest),
        };
        if found {
            state.link(repository, digest);
        }
        ready(found)
    }

    fn delete_blob<'a>(
        &'a self,
        repository: &'a RepositoryName,
        digest: &'a Digest,
    ) -> BoxFuture<'a, Result<bool>> {
        let mut state = self.state();
        let repository = state.repositories.get_mut(repository);
        ready(repository.is_some_and(|repository| repository.blobs.remove(digest)))
    }

    fn begin_upload<'a>(
        &'a self,
        repository: &'a RepositoryName,
        algorithm: Algorithm,
    ) -> BoxFuture<'a, Result<UploadId>> {
        let id = UploadId::random();
        let turn = Arc::new(Turn::new(Some(Session { algorithm, bytes: BytesMut::new() })));
        self.state().uploads.insert((repository.clone(), id.clone()), turn);
        ready(id)
    }

    fn open_upload<'a>(
        &'a self,
        repository: &'a RepositoryName,
        id: &'a UploadId,
    ) -> BoxFuture<'a, Result<Box<dyn Upload>>> {
        Box::pin(async move {
            let key = (repository.clone(), id.clone());
            let turn = self.state().uploads.get(&key).cloned();
            let session = turn.ok_or(StoreError::UploadUnknown)?.lock_owned().await;
            if session.is_none() {
                return Err(StoreError::UploadUnknown);
            }
            Ok(Box::new(MemoryUpload { store: self.clone(), key, session }) as Box<dyn Upload>)
        })
    }

    fn manifest<'a>(
        &'a self,
        repository: &'a RepositoryName,
        digest: &'a Digest,
    ) -> BoxFuture<'a, Result<Option<Manifest>>> {
        ready(self.state().manifest(repository, digest).cloned())
    }

    fn has_manifest<'a>(
        &'a self,
        repository: &'a RepositoryName,
        digest: &'a Digest,
    ) -> BoxFuture<'a, Result<bool>> {
        ready(self.state().manifest(repository, digest).is_some())
    }

    fn put_manifest<'a>(
        &'a self,
        repository: &'a RepositoryName,
        manifest: &'a Manifest,
        referral: Option<&'a Referral>,
        tags: &'a [Tag],
    ) -> BoxFuture<'a, Result<()>> {
        let mut state = self.state();
        let repository = state.repositories.entry(repository.clone()).or_default();
        repository.known = true;
        repository.manifests.insert(manifest.digest.clone(), manifest.clone());
        if let Some(Referral { subject, descriptor }) = referral {
            let referrers = repository.referrers.entry(subject.clone()).or_default();
            referrers.insert(manifest.digest.clone(), descriptor.clone());
        }
        repository.tags.extend(tags.iter().map(|tag| (tag.clone(), manifest.digest.clone())));
        ready(())
    }

    fn delete_manifest<'a>(
        &'a self,
        repository: &'a RepositoryName,
        digest: &'a Digest,
        subject: Option<&'a Digest>,
    ) -> BoxFuture<'a, Result<bool>> {
        let mut state = self.state();
        let Some(repository) = state.repositories.get_mut(repository) else { return ready(false) };
        repository.tags.retain(|_, target| target != digest);
        if let Some(referrers) = subject.and_then(|subject| repository.referrers.get_mut(subject)) {
            referrers.remove(digest);
        }
        ready(repository.manifests.remove(digest).is_some())
    }

    fn tag<'a>(
        &'a self,
        repository: &'a RepositoryName,
        tag: &'a Tag,
    ) -> BoxFuture<'a, Result<Option<Digest>>> {
        let state = self.state();
        ready(state.repositories.get(repository).and_then(|found| found.tags.get(tag)).cloned())
    }

    fn delete_tag<'a>(
        &'a self,
        repository: &'a RepositoryName,
        tag: &'a Tag,
    ) -> BoxFuture<'a, Result<bool>> {
        let mut state = self.state();
        let repository = state.repositories.get_mut(repository);
        ready(repository.is_some_and(|repository| repository.tags.remove(tag).is_some()))
    }

    fn tags<'a>(
        &'a self,
        repository: &'a RepositoryName,
    ) -> BoxFuture<'a, Result<Option<Vec<Tag>>>> {
        let state = self.state();
        let known = state.repositories.get(repository).filter(|found| found.known);
        ready(known.map(|found| found.tags.keys().cloned().collect()))
    }

    fn repositories(&self) -> BoxFuture<'_, Result<Vec<RepositoryName>>> {
        let state = self.state();
        let known = state.repositories.iter().filter(|(_, repository)| repository.known);
        ready(known.map(|(name, _)| name.clone()).collect())
    }

    fn referrers<'a>(
        &'a self,
        repository: &'a RepositoryName,
        subject: &'a Digest,
    ) -> BoxFuture<'a, Result<Vec<Descriptor>>> {
        let state = self.state();
        let found =
            state.repositories.get(repository).and_then(|found| found.referrers.get(subject));
        ready(found.map(|found| found.values().cloned().collect()).unwrap_or_default())
    }
}

struct MemoryUpload {
    store: MemoryStore,
    key: (RepositoryName, UploadId),
    /// Nothing once it has ended, for those who still wait for their turn.
    session: OwnedMutexGuard<Option<Session>>,
}

impl MemoryUpload {
    fn end(&mut self) -> Result<Session> {
        self.store.state().uploads.remove(&self.key);
        self.session.take().ok_or(StoreError::UploadUnknown)
    }

    fn store(&mut self, expected: Option<Digest>) -> Result<(Digest, u64)> {
        let Session { algorithm, bytes } = self.end()?;
        let algorithm = expected.as_ref().map_or(algorithm, Digest::algorithm);
        let (actual, size) = (Digest::of(algorithm, &bytes), bytes.len() as u64);
        if let Some(expected) = expected
            && expected != actual
        {
            return Err(StoreError::DigestMismatch { expected, actual });
        }
        let mut state = self.store.state();
        state.content.insert(actual.clone(), bytes.freeze());
        state.link(&self.key.0, &actual);
        Ok((actual, size))
    }
}

impl Upload for MemoryUpload {
    fn size(&self) -> u64 {
        self.session.as_ref().map_or(0, |session| session.bytes.len()) as u64
    }

    fn append(&mut self, more: Bytes) -> BoxFuture<'_, Result<()>> {
        if let Some(session) = self.session.as_mut() {
            session.bytes.extend_from_slice(&more);
        }
        ready(())
    }

    fn suspend(self: Box<Self>) -> BoxFuture<'static, Result<()>> {
        ready(())
    }

    fn commit(
        mut self: Box<Self>,
        expected: Option<Digest>,
    ) -> BoxFuture<'static, Result<(Digest, u64)>> {
        Box::pin(std::future::ready(self.store(expected)))
    }

    fn cancel(mut self: Box<Self>) -> BoxFuture<'static, Result<()>> {
        Box::pin(std::future::ready(self.end().map(drop)))
    }
}
