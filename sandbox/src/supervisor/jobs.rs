//! Work on archives: which workers run, for whom, and what becomes of their result.

use super::{Supervisor, registry::Use};
use crate::fault::Doing;
use crate::{
    fault::Fault,
    layers::{Job, Worker},
    protocol::{FailureKind, Name, Reply, Unpack},
    start::{Overlay, UpperDir, tree},
};
use rustix::process::Pid;
use std::{
    collections::HashMap,
    os::fd::OwnedFd,
    path::{Path, PathBuf},
};

/// The running workers.
#[derive(Default)]
pub(super) struct Jobs {
    running: HashMap<Pid, Running>,
    /// Makes names of work directories unique.
    count: u64,
}

struct Running {
    worker: Worker,
    client: Option<u64>,
    then: Then,
}

/// What is to be done when a worker has ended.
enum Then {
    Publish { staged: PathBuf, name: Name },
    Copied { lower: Vec<Name>, upper: Name, work: String },
    Packed { layer: Name },
    Removed,
}

impl Jobs {
    /// Kills the workers of a client that is gone.
    pub fn abandon(&mut self, client: u64) {
        for running in self.running.values_mut().filter(|r| r.client == Some(client)) {
            running.client = None;
            running.worker.kill();
        }
    }

    /// Kills them all.
    pub fn end_all(&mut self) {
        self.running.values().for_each(|running| running.worker.kill());
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.running.is_empty()
    }

    /// How workers use a layer.
    pub fn use_of(&self, layer: &Name) -> Use {
        let use_by = |running: &Running| match &running.then {
            Then::Publish { name, .. } if name == layer => Use::Written,
            Then::Copied { upper, .. } if upper == layer => Use::Written,
            Then::Copied { lower, .. } if lower.contains(layer) => Use::Read,
            Then::Packed { layer: packed } if packed == layer => Use::Read,
            _ => Use::None,
        };
        self.running.values().map(use_by).max().unwrap_or(Use::None)
    }
}

impl Supervisor {
    /// Starts to unpack an archive.
    pub(super) fn unpack(
        &mut self,
        client: u64,
        target: Unpack,
        tar: OwnedFd,
    ) -> Result<(), Fault> {
        let (job, then) = match target {
            Unpack::Layer(name) => {
                if self.store.layer(&name).is_ok() {
                    let text = format!("There is a layer `{name}` already.");
                    return Err(Fault::told(FailureKind::Exists, text));
                }
                self.not_written(&name)?;
                let staged = self.store.stage(&name)?;
                let tree = tree(&staged, false).doing("open the folder to unpack into")?;
                (Job::UnpackLayer { tree, tar }, Then::Publish { staged, name })
            }
            Unpack::Copy { layers, upper, into } => {
                if !into.starts_with('/') || into.contains('\0') {
                    let text = format!("`{into}` is not an absolute path.");
                    return Err(Fault::told(FailureKind::Invalid, text));
                }
                self.unused(&upper)?;
                layers.iter().try_for_each(|layer| self.not_written(layer))?;
                let lower = layers.iter().map(|l| self.store.layer(l)).collect::<Result<_, _>>()?;
                self.store.make_layer(&upper)?;
                self.jobs.count += 1;
                // No name of a sandbox begins with a dot.
                let work = self.store.make_work(&format!(".copy{}", self.jobs.count))?;
                let dir = UpperDir::Layer { name: &upper, work: &work };
                let tree = self.scratch.join(&Overlay { lower, upper: dir, shift: None });
                let tree = tree.map(|joined| joined.root);
                let tree = tree.doing("mount the image's file system").inspect_err(|_| {
                    self.store.remove_work(&work);
                })?;
                let into = PathBuf::from(into);
                (Job::Copy { tree, tar, into }, Then::Copied { lower: layers, upper, work })
            }
        };
        self.work(Some(client), job, then)
    }

    /// Starts to write a layer's archive.
    pub(super) fn pack(&mut self, client: u64, layer: Name, tar: OwnedFd) -> Result<(), Fault> {
        self.not_written(&layer)?;
        let path = self.store.layer(&layer)?;
        let tree = tree(&path, true).doing("open the layer")?;
        self.work(Some(client), Job::Pack { tree, tar }, Then::Packed { layer })
    }

    /// Removes what was discarded, in the background.
    pub(super) fn remove_discarded(&mut self, path: PathBuf) {
        if let Err(fault) = self.work(None, Job::Remove { path }, Then::Removed) {
            tracing::warn!("a discarded layer stays until the next start: {fault}");
        }
    }

    /// Sees to what a worker that ended has done. False where this process was none.
    pub(super) fn worker_ended(&mut self, pid: Pid) -> bool {
        let Some(Running { worker, client, then }) = self.jobs.running.remove(&pid) else {
            return false;
        };
        let result = worker.result();
        let result = match then {
            Then::Publish { staged, name } => {
                let published = result.and_then(|()| self.store.publish(&staged, &name));
                if published.is_err() {
                    self.discard(&staged);
                }
                published
            }
            Then::Copied { work, .. } => {
                self.store.remove_work(&work);
                result
            }
            Then::Packed { .. } => result,
            Then::Removed => {
                if let Err(fault) = &result {
                    tracing::warn!("a discarded layer stays until the next start: {fault}");
                }
                result
            }
        };
        if let Some(client) = client {
            self.conclude(client, result.map(|()| Some((Reply::Done, None))));
        }
        true
    }

    /// Refuses a layer that is being written.
    pub(super) fn not_written(&self, layer: &Name) -> Result<(), Fault> {
        if self.use_of(layer) == Use::Written { Err(busy(layer)) } else { Ok(()) }
    }

    /// Refuses a layer that is in use in any way.
    pub(super) fn unused(&self, layer: &Name) -> Result<(), Fault> {
        if self.use_of(layer) == Use::None { Ok(()) } else { Err(busy(layer)) }
    }

    fn use_of(&self, layer: &Name) -> Use {
        self.registry.use_of(layer).max(self.jobs.use_of(layer))
    }

    fn discard(&mut self, staged: &Path) {
        match self.store.discard_path(staged) {
            Ok(Some(path)) => self.remove_discarded(path),
            Ok(None) => {}
            Err(fault) => tracing::warn!("a half-done layer stays until the next start: {fault}"),
        }
    }

    fn work(&mut self, client: Option<u64>, job: Job, then: Then) -> Result<(), Fault> {
        match Worker::start(job) {
            Ok(worker) => {
                self.jobs.running.insert(worker.pid, Running { worker, client, then });
                Ok(())
            }
            Err(fault) => {
                match then {
                    Then::Publish { staged, .. } => self.discard(&staged),
                    Then::Copied { work, .. } => self.store.remove_work(&work),
                    Then::Packed { .. } | Then::Removed => {}
                }
                Err(fault)
            }
        }
    }
}

fn busy(layer: &Name) -> Fault {
    Fault::told(FailureKind::Busy, format!("The layer `{layer}` is in use."))
}
