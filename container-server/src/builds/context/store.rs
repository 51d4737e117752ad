//! Where uploaded contexts wait for their build.

use super::{Format, UPLOAD_LIMIT};
use crate::builds::BuildError;
use bytes::Bytes;
use container_api::ContextId;
use futures_util::{Stream, StreamExt};
use std::{
    io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};
use tokio::{fs, io::AsyncWriteExt};

/// How long a context waits for its build.
const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// The folder of uploaded contexts.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    folder: PathBuf,
    limit: u64,
}

impl Store {
    /// Opens the folder, and removes uploads that a crash cut off.
    pub(crate) fn open(folder: PathBuf) -> io::Result<Self> {
        Self::open_limited(folder, UPLOAD_LIMIT)
    }

    pub(super) fn open_limited(folder: PathBuf, limit: u64) -> io::Result<Self> {
        std::fs::create_dir_all(&folder)?;
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "part") {
                std::fs::remove_file(path)?;
            }
        }
        Ok(Self { folder, limit })
    }

    /// Keeps an upload, whatever its size, off memory.
    pub(crate) async fn save<E>(
        &self,
        body: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<ContextId, BuildError>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let id = ContextId::random();
        let part = self.folder.join(format!("{id}.part"));
        // The future may be dropped at any await, when the client goes away.
        let guard = tempfile::TempPath::try_from_path(part.clone())?;
        self.write(&part, body).await?;
        fs::rename(&part, self.path(&id)).await?;
        drop(guard);
        Ok(id)
    }

    async fn write<E>(
        &self,
        path: &Path,
        body: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<(), BuildError>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let mut body = std::pin::pin!(body);
        let mut file = fs::File::create_new(path).await?;
        let mut size = 0;
        let mut head = Vec::new();
        let mut known = false;
        while let Some(bytes) = body.next().await {
            let bytes = bytes.map_err(|error| BuildError::Upload(error.into()))?;
            size += bytes.len() as u64;
            if size > self.limit {
                return Err(BuildError::ContextTooLarge { limit: self.limit });
            }
            file.write_all(&bytes).await?;
            if !known {
                head.extend_from_slice(&bytes[..bytes.len().min(Format::LENGTH)]);
                // What can be no context is refused before all of it is sent.
                known = head.len() >= Format::LENGTH;
                if known {
                    accept(&head)?;
                }
            }
        }
        accept(&head)?;
        file.flush().await?;
        Ok(())
    }

    /// Hands a context over to one build: moves it to `to`. `false` where there is none.
    pub(crate) async fn claim(&self, id: &ContextId, to: &Path) -> io::Result<bool> {
        match fs::rename(self.path(id), to).await {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Removes what has waited too long.
    pub(crate) async fn sweep(&self, now: SystemTime) -> io::Result<()> {
        let mut entries = fs::read_dir(&self.folder).await?;
        while let Some(entry) = entries.next_entry().await? {
            let Ok(changed) = entry.metadata().await.and_then(|metadata| metadata.modified())
            else {
                continue;
            };
            if now.duration_since(changed).is_ok_and(|age| age > LIFETIME) {
                fs::remove_file(entry.path()).await?;
            }
        }
        Ok(())
    }

    fn path(&self, id: &ContextId) -> PathBuf {
        self.folder.join(id.as_str())
    }
}

fn accept(head: &[u8]) -> Result<(), BuildError> {
    match Format::of(head) {
        Format::Tar | Format::Gzip => Ok(()),
        Format::Other(what) => Err(BuildError::ContextFormat(what)),
    }
}
