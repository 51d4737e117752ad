//! The native engine: Linux namespaces, by way of the supervisor (`sandbox::Client`).
//!
//! The supervisor's calls block, so each runs on a blocking thread ([`calls`]). One thread follows
//! what ends ([`watch`]) and tells the books of sandboxes, or the build step that waits for it.
//! Images come from the registry, layer by layer ([`images`]).

mod calls;
mod egress;
mod images;
mod self_test;
mod spec;
mod startup;
mod step;
mod watch;

pub use egress::EgressConfig;

use super::{
    BuildStep, Ended, Engine, EngineError, Examination, Found, Layer, Pressure, ReadyImage, Result,
    Start, StepExit, Usage,
};
use crate::remote::Remote;
use bytes::Bytes;
use calls::{CallError, Calls};
use container_api::{ImageRef, SandboxId};
use egress::Door;
use futures_util::future::{BoxFuture, FutureExt};
use images::Images;
use sandbox::{
    Client,
    protocol::{FailureKind, Unpack},
};
use std::{
    collections::BTreeMap,
    os::fd::OwnedFd,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::mpsc;
use watch::Watch;

/// How layers begin that a build writes.
const BUILD_LAYER: &str = "build-";

/// The engine that is built in.
#[derive(Debug)]
pub struct NativeEngine {
    calls: Calls,
    images: Images,
    door: Arc<Door>,
    watch: Arc<Watch>,
    ends: Mutex<Option<mpsc::UnboundedReceiver<Ended>>>,
}

impl NativeEngine {
    /// Connects to the supervisor, follows what ends there, and clears away what the builds of an
    /// earlier run have left.
    ///
    /// # Errors
    /// When the supervisor cannot be reached.
    pub async fn start(supervisor: impl Into<PathBuf>, remote: Remote) -> Result<Self> {
        let calls = Calls::new(Client::new(supervisor));
        let (sender, ends) = mpsc::unbounded_channel();
        let watch = {
            let client = calls.client().clone();
            calls::blocking(move || Watch::start(client, sender)).await?
        };
        let layers = startup::clear(&calls).await?;
        let images = Images::new(calls.clone(), remote, layers);
        let door = Arc::default();
        Ok(Self { calls, images, door, watch, ends: Mutex::new(Some(ends)) })
    }

    /// Lets sandboxes reach these from now on.
    ///
    /// # Errors
    /// When the supervisor cannot be reached, or its host's firewall refuses.
    pub async fn set_egress(&mut self, config: EgressConfig) -> Result<()> {
        self.door = Arc::new(Door::new(config));
        self.door.open(&self.calls).await
    }

    async fn start_sandbox(&self, start: Start) -> Result<OwnedFd> {
        let spec = spec::sandbox(&start)?;
        let entry = self.watch.expect_sandbox(&start.id);
        let started = self.calls.run(move |client| client.start(&spec)).await;
        match started {
            Ok((_, master)) => {
                entry.started();
                Ok(master)
            }
            Err(error) => {
                if error.kind() == Some(FailureKind::NotFound) {
                    // A layer is gone that we believed to be there: look again the next time.
                    self.images.forget();
                }
                Err(error.into())
            }
        }
    }

    async fn list_sandboxes(&self) -> Result<Vec<Found>> {
        let living = self.calls.run(Client::list).await?;
        let found: Vec<_> = living.into_iter().filter_map(spec::found).collect();
        for sandbox in &found {
            self.watch.expect_sandbox(&sandbox.id).started();
        }
        Ok(found)
    }

    async fn copy(&self, target: Unpack, tar: OwnedFd) -> Result<()> {
        Ok(self.calls.run(move |client| client.unpack(&target, tar)).await?)
    }
}

/// What goes wrong with a sandbox that ought to live.
fn of_living(error: CallError) -> EngineError {
    match error.kind() {
        Some(FailureKind::NotFound) => EngineError::NotFound,
        _ => error.into(),
    }
}

impl Drop for NativeEngine {
    fn drop(&mut self) {
        self.watch.close();
    }
}

impl Engine for NativeEngine {
    fn name(&self) -> &'static str {
        "native"
    }

    fn isolation(&self) -> String {
        "Linux namespaces with a user namespace, cgroup limits, a filter of system calls, a reduced \
         capability set and no new privileges; the kernel is shared with the host."
            .to_owned()
    }

    fn examine(&self) -> BoxFuture<'_, Result<Examination>> {
        async move { self_test::examine(&self.calls, &self.door.egress()).await }.boxed()
    }

    fn prepare<'a>(&'a self, image: &'a ImageRef) -> BoxFuture<'a, Result<ReadyImage>> {
        self.images.prepare(image).boxed()
    }

    fn start(&self, start: Start) -> BoxFuture<'_, Result<OwnedFd>> {
        self.start_sandbox(start).boxed()
    }

    fn attach<'a>(&'a self, id: &'a SandboxId) -> BoxFuture<'a, Result<OwnedFd>> {
        async move {
            let id = spec::name(id.as_str())?;
            self.calls.run(move |client| client.attach(&id)).await.map_err(of_living)
        }
        .boxed()
    }

    fn stop<'a>(&'a self, id: &'a SandboxId) -> BoxFuture<'a, Result<()>> {
        async move {
            let id = spec::name(id.as_str())?;
            Ok(self.calls.run(move |client| client.stop(&id)).await?)
        }
        .boxed()
    }

    fn freeze<'a>(&'a self, id: &'a SandboxId) -> BoxFuture<'a, Result<()>> {
        async move {
            let id = spec::name(id.as_str())?;
            let frozen = self.calls.run(move |client| client.freeze(&id)).await;
            frozen.map_err(|error| match error.kind() {
                Some(FailureKind::Busy) => EngineError::Restless,
                _ => of_living(error),
            })
        }
        .boxed()
    }

    fn thaw<'a>(&'a self, id: &'a SandboxId) -> BoxFuture<'a, Result<()>> {
        async move {
            let id = spec::name(id.as_str())?;
            self.calls.run(move |client| client.thaw(&id)).await.map_err(of_living)
        }
        .boxed()
    }

    fn statistics<'a>(&'a self, id: &'a SandboxId) -> BoxFuture<'a, Result<Usage>> {
        async move {
            let ids = [spec::name(id.as_str())?];
            let told = self.calls.run(move |client| client.statistics(&ids)).await?;
            told.first().map(spec::usage).ok_or(EngineError::NotFound)
        }
        .boxed()
    }

    fn relabel<'a>(
        &'a self,
        id: &'a SandboxId,
        labels: BTreeMap<String, String>,
    ) -> BoxFuture<'a, Result<()>> {
        async move {
            let id = spec::name(id.as_str())?;
            let labels = spec::labels(labels);
            self.calls.run(move |client| client.relabel(&id, labels)).await.map_err(of_living)
        }
        .boxed()
    }

    fn pressure(&self, ids: Vec<SandboxId>) -> BoxFuture<'_, Result<Vec<(SandboxId, Pressure)>>> {
        async move {
            let names = ids.iter().map(|id| spec::name(id.as_str())).collect::<Result<Vec<_>>>()?;
            let all = self.calls.run(move |client| client.pressure(&names)).await?;
            Ok(all.iter().filter_map(spec::pressure).collect())
        }
        .boxed()
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<Found>>> {
        self.list_sandboxes().boxed()
    }

    fn ends(&self) -> mpsc::UnboundedReceiver<Ended> {
        let ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A second caller gets a stream that is over.
        ends.unwrap_or_else(|| mpsc::unbounded_channel().1)
    }

    fn new_layer_name(&self) -> Layer {
        Layer(format!("{BUILD_LAYER}{:032x}", rand::random::<u128>()))
    }

    fn run_step(
        &self,
        step: BuildStep,
        output: mpsc::Sender<Bytes>,
    ) -> BoxFuture<'_, Result<StepExit>> {
        step::run(&self.calls, &self.watch, step, output).boxed()
    }

    fn copy_in<'a>(
        &'a self,
        layers: &'a [Layer],
        upper: &'a Layer,
        into: &'a str,
        tar: OwnedFd,
    ) -> BoxFuture<'a, Result<()>> {
        async move {
            let target = Unpack::Copy {
                layers: spec::names(layers)?,
                upper: spec::name(&upper.0)?,
                into: into.to_owned(),
            };
            self.copy(target, tar).await
        }
        .boxed()
    }

    fn export_layer<'a>(&'a self, layer: &'a Layer, tar: OwnedFd) -> BoxFuture<'a, Result<()>> {
        async move {
            let layer = spec::name(&layer.0)?;
            Ok(self.calls.run(move |client| client.pack(&layer, tar)).await?)
        }
        .boxed()
    }

    fn remove_layer<'a>(&'a self, layer: &'a Layer) -> BoxFuture<'a, Result<()>> {
        async move {
            let layer = spec::name(&layer.0)?;
            Ok(self.calls.run(move |client| client.remove_layer(&layer)).await?)
        }
        .boxed()
    }

    fn shutdown(&self) -> BoxFuture<'_, ()> {
        async move {
            self.watch.expect_hang_up();
            if let Err(error) = self.calls.run(Client::shutdown).await {
                tracing::warn!(%error, "the supervisor could not be asked to end");
            }
            self.watch.close();
        }
        .boxed()
    }
}
