//! An engine that breaks down in the middle of a build.

use crate::bench::{BASE, Bench, dockerfile};
use container_api::{FailureCause, ImageRef, SandboxId};
use container_server::engine::{
    BuildStep, Ended, Engine, Examination, Found, Layer, ReadyImage, Result, Start, StepExit, Usage,
};
use futures_util::future::BoxFuture;
use std::{collections::BTreeMap, os::fd::OwnedFd, sync::Arc};
use tokio::sync::mpsc;

/// Does everything that the real engine does, but for taking layers out.
struct Breaking(Arc<dyn Engine>);

impl Engine for Breaking {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn isolation(&self) -> String {
        self.0.isolation()
    }

    fn examine(&self) -> BoxFuture<'_, Result<Examination>> {
        self.0.examine()
    }

    fn prepare<'a>(&'a self, image: &'a ImageRef) -> BoxFuture<'a, Result<ReadyImage>> {
        self.0.prepare(image)
    }

    fn start(&self, start: Start) -> BoxFuture<'_, Result<OwnedFd>> {
        self.0.start(start)
    }

    fn attach<'a>(&'a self, id: &'a SandboxId) -> BoxFuture<'a, Result<OwnedFd>> {
        self.0.attach(id)
    }

    fn stop<'a>(&'a self, id: &'a SandboxId) -> BoxFuture<'a, Result<()>> {
        self.0.stop(id)
    }

    fn freeze<'a>(&'a self, id: &'a SandboxId) -> BoxFuture<'a, Result<()>> {
        self.0.freeze(id)
    }

    fn thaw<'a>(&'a self, id: &'a SandboxId) -> BoxFuture<'a, Result<()>> {
        self.0.thaw(id)
    }

    fn statistics<'a>(&'a self, id: &'a SandboxId) -> BoxFuture<'a, Result<Usage>> {
        self.0.statistics(id)
    }

    fn relabel<'a>(
        &'a self,
        id: &'a SandboxId,
        labels: BTreeMap<String, String>,
    ) -> BoxFuture<'a, Result<()>> {
        self.0.relabel(id, labels)
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<Found>>> {
        self.0.list()
    }

    fn ends(&self) -> mpsc::UnboundedReceiver<Ended> {
        self.0.ends()
    }

    fn new_layer_name(&self) -> Layer {
        self.0.new_layer_name()
    }

    fn run_step(
        &self,
        step: BuildStep,
        output: mpsc::Sender<bytes::Bytes>,
    ) -> BoxFuture<'_, Result<StepExit>> {
        self.0.run_step(step, output)
    }

    fn copy_in<'a>(
        &'a self,
        layers: &'a [Layer],
        upper: &'a Layer,
        into: &'a str,
        tar: OwnedFd,
    ) -> BoxFuture<'a, Result<()>> {
        self.0.copy_in(layers, upper, into, tar)
    }

    fn export_layer<'a>(&'a self, _: &'a Layer, _: OwnedFd) -> BoxFuture<'a, Result<()>> {
        panic!("the engine breaks down, as this test wants it")
    }

    fn remove_layer<'a>(&'a self, layer: &'a Layer) -> BoxFuture<'a, Result<()>> {
        self.0.remove_layer(layer)
    }

    fn shutdown(&self) -> BoxFuture<'_, ()> {
        self.0.shutdown()
    }
}

#[actix_web::test]
async fn a_panic_is_a_failed_build_that_leaves_nothing() {
    let mut bench = Bench::start().await;
    bench.use_engine(Arc::new(Breaking(bench.fixture.engine.clone())));
    let built = bench.build(dockerfile(&format!("FROM {BASE}\nRUN echo 1 > /x"))).await;
    assert!(matches!(built.failure(), FailureCause::Internal { .. }), "{:?}", built.view);
    bench.nothing_is_left_but(&[]).await;
    bench.finish().await;
}
