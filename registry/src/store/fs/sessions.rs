//! What is known of uploads beyond their bytes on disk: the hash so far, and who holds them.

use crate::{model::Hasher, store::UploadId};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

/// How far an upload has come. Only a shortcut: what is lost with the process is computed again
/// from the file.
#[derive(Debug, Clone)]
pub(super) struct Progress {
    pub hasher: Hasher,
    pub size: u64,
}

/// The right to work on an upload. It travels with the work into the blocking pool, so nobody
/// else gets it while a write of a request long gone is still under way.
pub(super) type Lease = OwnedMutexGuard<Option<Progress>>;

/// The uploads that this process has seen.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    known: Mutex<HashMap<UploadId, Arc<Turn<Option<Progress>>>>>,
}

impl Sessions {
    /// Waits for one's turn.
    pub async fn lease(&self, id: &UploadId) -> Lease {
        let turn = Arc::clone(self.lock().entry(id.clone()).or_default());
        turn.lock_owned().await
    }

    /// Notes a new upload.
    pub fn begin(&self, id: &UploadId, progress: Progress) {
        self.lock().insert(id.clone(), Arc::new(Turn::new(Some(progress))));
    }

    /// Forgets an upload that has ended.
    pub fn forget(&self, id: &UploadId) {
        self.lock().remove(id);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<UploadId, Arc<Turn<Option<Progress>>>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
