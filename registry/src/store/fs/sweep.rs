//! Uploads that nobody came back to, and temporary files that a crash has left.

use super::{Inner, disk};
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};
use walkdir::WalkDir;

/// How long an upload may rest.
const MAX_REST: Duration = Duration::from_secs(24 * 3600);

/// How often to look.
const INTERVAL: Duration = Duration::from_secs(3600);

/// When the last sweep was.
#[derive(Debug, Default)]
pub(super) struct Sweep {
    last: Mutex<Option<Instant>>,
}

impl Sweep {
    fn is_due(&self) -> bool {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.is_none_or(|last| last.elapsed() >= INTERVAL);
        if due {
            *last = Some(Instant::now());
        }
        due
    }
}

impl Inner {
    /// Removes what has rested for a day, if an hour has passed since the last look.
    pub fn sweep_if_due(&self) {
        if self.sweep.is_due()
            && let Some(limit) = SystemTime::now().checked_sub(MAX_REST)
        {
            let removed = self.sweep_older_than(limit);
            tracing::debug!(removed, "swept abandoned uploads");
        }
    }

    /// Removes what was last written before `limit`; a file that resists is logged and left for
    /// the next time.
    pub fn sweep_older_than(&self, limit: SystemTime) -> usize {
        let mut removed = 0;
        for path in self.unfinished() {
            match self.remove_if_older(&path, limit) {
                Ok(gone) => removed += usize::from(gone),
                Err(error) => tracing::warn!(path = %path.display(), %error, "cannot be swept"),
            }
        }
        removed
    }

    fn unfinished(&self) -> Vec<PathBuf> {
        let mut found = list(&self.disk.layout.temporary());
        let mut walk = WalkDir::new(self.disk.layout.repositories()).into_iter();
        while let Some(entry) = walk.next() {
            let Ok(entry) = entry else { continue };
            let name = entry.file_name().to_string_lossy();
            if name == "_uploads" {
                found.extend(list(entry.path()));
            }
            if name.starts_with('_') {
                walk.skip_current_dir();
            }
        }
        found
    }

    fn remove_if_older(&self, path: &Path, limit: SystemTime) -> io::Result<bool> {
        let Some(meta) = disk::if_found(fs::metadata(path))? else { return Ok(false) };
        if meta.modified()? >= limit {
            return Ok(false);
        }
        if let Some(id) = path.file_name().and_then(|name| name.to_str()?.parse().ok()) {
            self.sessions.forget(&id);
        }
        self.disk.remove(path)
    }
}

fn list(folder: &Path) -> Vec<PathBuf> {
    let names = disk::names(folder).ok().flatten().unwrap_or_default();
    names.into_iter().map(|name| folder.join(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Algorithm, RepositoryName},
        store::{FileStore, Store, StoreError},
    };
    use std::fs::File;

    #[tokio::test]
    async fn what_rests_for_long_is_removed_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = FileStore::open(folder.path()).expect("a store");
        let name: RepositoryName = "a/b".parse().expect("a name");
        let old = store.begin_upload(&name, Algorithm::Sha256).await.expect("an upload");
        let new = store.begin_upload(&name, Algorithm::Sha256).await.expect("an upload");
        let layout = &store.inner.disk.layout;
        let (upload, left) = (layout.upload(&name, &old), layout.temporary().join("left"));
        let limit = SystemTime::now() - Duration::from_secs(60);
        for path in [&upload, &left] {
            let file = File::options().create(true).append(true).open(path).expect("a file");
            file.set_modified(limit - Duration::from_secs(1)).expect("a clock");
        }
        assert_eq!(store.inner.sweep_older_than(limit), 2);
        let gone = store.open_upload(&name, &old).await.map(drop);
        assert!(matches!(gone, Err(StoreError::UploadUnknown)));
        assert!(store.open_upload(&name, &new).await.is_ok());
    }
}
