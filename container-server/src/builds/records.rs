//! What is kept of builds on disk, so that they outlive the server.

use super::log;
use chrono::Utc;
use container_api::{BuildEvent, BuildEventKind, BuildId, BuildState, BuildView, FailureCause};
use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

/// The folder that keeps builds.
#[derive(Debug, Clone)]
pub(super) struct Records {
    folder: PathBuf,
}

impl Records {
    /// Opens the folder. Builds that the server's end cut off are marked as interrupted.
    pub(super) fn open(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        let records = Self { folder };
        for entry in fs::read_dir(&records.folder)? {
            let Some(id) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) else {
                continue;
            };
            if let Some(view) = records.load(&id).filter(|view| !view.state.is_final()) {
                records.interrupt(view)?;
            }
        }
        Ok(records)
    }

    /// A build's own folder.
    pub(super) fn folder(&self, id: &BuildId) -> PathBuf {
        self.folder.join(id.as_str())
    }

    /// A build's log.
    pub(super) fn log(&self, id: &BuildId) -> PathBuf {
        self.folder(id).join("log.ndjson")
    }

    /// A build's context, while it is needed.
    pub(super) fn context(&self, id: &BuildId) -> PathBuf {
        self.folder(id).join("context")
    }

    /// Makes a build's folder.
    pub(super) fn create(&self, id: &BuildId) -> io::Result<()> {
        fs::create_dir(self.folder(id))
    }

    /// Forgets a build that never began.
    pub(super) fn remove(&self, id: &BuildId) {
        if let Err(error) = fs::remove_dir_all(self.folder(id)) {
            tracing::warn!(%error, %id, "a build's folder cannot be removed");
        }
    }

    /// Keeps a build's state.
    pub(super) fn save(&self, view: &BuildView) -> io::Result<()> {
        let folder = self.folder(&view.id);
        let mut file = tempfile::NamedTempFile::new_in(&folder)?;
        file.write_all(&serde_json::to_vec(view)?)?;
        file.persist(folder.join("build.json"))?;
        Ok(())
    }

    /// A build's state as it was kept; `None` where there is no such build.
    pub(super) fn load(&self, id: &BuildId) -> Option<BuildView> {
        let bytes = fs::read(self.folder(id).join("build.json")).ok()?;
        match serde_json::from_slice(&bytes) {
            Ok(view) => Some(view),
            Err(error) => {
                tracing::error!(%error, %id, "a build's record cannot be read");
                None
            }
        }
    }

    /// Removes what only a build at work needs.
    pub(super) fn tidy(&self, id: &BuildId) {
        remove_file(&self.context(id));
    }

    fn interrupt(&self, mut view: BuildView) -> io::Result<()> {
        let now = Utc::now();
        view.state = BuildState::Failed;
        view.failure = Some(FailureCause::Interrupted);
        view.ended_at = Some(now);
        let at_ms = u64::try_from((now - view.created_at).num_milliseconds()).unwrap_or_default();
        let kind =
            BuildEventKind::State { state: view.state, failure: view.failure.clone(), image: None };
        log::close_interrupted(&self.log(&view.id), &BuildEvent { at_ms, kind })?;
        self.save(&view)?;
        self.tidy(&view.id);
        // Layers that were being packed.
        for entry in fs::read_dir(self.folder(&view.id))? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(".tmp") {
                let path = entry.path();
                let _ = fs::remove_file(&path).or_else(|_| fs::remove_dir_all(&path));
            }
        }
        Ok(())
    }
}

fn remove_file(path: &Path) {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(%error, "a build's context cannot be removed");
        }
        _ => {}
    }
}
