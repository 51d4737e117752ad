//! An engine with everything it needs, in a folder of its own.

use crate::{
    oci::{self, Form},
    supervisor,
    support::servers::{Server, registry, registry_config},
};
use container_api::{ImageRef, SandboxId, TerminalSize};
use container_server::{
    engine::{
        BuildStep, Ended, Engine, EngineError, Layer, ReadyImage, Resources, RunConfig, Start,
        StepExit, native::NativeEngine,
    },
    remote::Remote,
};
use rustix::process::{Pid, Signal};
use serde_json::json;
use std::{collections::BTreeMap, process::Child, sync::Arc, time::Duration};
use tempfile::TempDir;
use tokio::sync::mpsc;

pub struct Fixture {
    pub engine: Arc<dyn Engine>,
    pub remote: Remote,
    pub ends: mpsc::UnboundedReceiver<Ended>,
    registry: Server,
    // Before its folder.
    supervisor: Supervisor,
    pub folder: TempDir,
}

/// Ends with the test, even one that fails, and takes what it holds of the host with it.
struct Supervisor(Child);

impl Drop for Supervisor {
    fn drop(&mut self) {
        if let Ok(None) = self.0.try_wait() {
            let pid = Pid::from_child(&self.0);
            let _ = rustix::process::kill_process(pid, Signal::TERM);
            let _ = self.0.wait();
        }
    }
}

impl Fixture {
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let registry = registry(&folder.path().join("registry"));
        let remote = Remote::new(&registry_config(&registry)).unwrap();
        let supervisor = Supervisor(supervisor::start(folder.path()));
        let engine = connect(&folder, &remote).await;
        let ends = engine.ends();
        Self { engine, remote, ends, folder, registry, supervisor }
    }

    /// As a server does that is restarted.
    pub async fn reconnect(&mut self) {
        self.engine = connect(&self.folder, &self.remote).await;
        self.ends = self.engine.ends();
    }

    /// As the machine does when memory runs out.
    pub fn kill_supervisor(&mut self) {
        self.supervisor.0.kill().unwrap();
        self.supervisor.0.wait().unwrap();
    }

    pub fn replace_supervisor(&mut self, child: Child) {
        self.supervisor = Supervisor(child);
    }

    /// Ends the engine, and sees that nothing is left of it.
    pub async fn finish(mut self) {
        self.engine.shutdown().await;
        let status = self.supervisor.0.wait().unwrap();
        assert!(status.success(), "the supervisor ended with {status}");
        self.registry.stop().await;
        let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap();
        let folder = self.folder.path().to_str().unwrap();
        assert!(!mounts.contains(folder), "mounts are left:\n{mounts}");
    }

    /// An image of busybox whose program is `argv`.
    pub async fn image(&self, argv: &[&str]) -> ImageRef {
        let layers = [(oci::busybox(), Form::Gzip)];
        oci::push(&self.remote, &layers, json!({"Cmd": argv})).await
    }

    pub async fn ready(&self, argv: &[&str]) -> ReadyImage {
        self.engine.prepare(&self.image(argv).await).await.unwrap()
    }

    /// How the next sandbox ended. There is one at a time in most tests.
    pub async fn next_end(&mut self) -> Ended {
        let ended = tokio::time::timeout(Duration::from_secs(60), self.ends.recv()).await;
        ended.expect("an end is told").expect("the engine lives")
    }

    /// Runs a build step of `sh -c script` and returns what it printed.
    pub async fn step(
        &self,
        layers: &[Layer],
        upper: &Layer,
        script: &str,
    ) -> (Result<StepExit, EngineError>, String) {
        let step = step(layers, upper, script);
        let (sender, mut receiver) = mpsc::channel::<bytes::Bytes>(4);
        let listening = tokio::spawn(async move {
            let mut all = Vec::new();
            while let Some(bytes) = receiver.recv().await {
                all.extend_from_slice(&bytes);
            }
            String::from_utf8_lossy(&all).into_owned()
        });
        let exit = self.engine.run_step(step, sender).await;
        (exit, listening.await.unwrap())
    }
}

async fn connect(folder: &TempDir, remote: &Remote) -> Arc<dyn Engine> {
    let socket = folder.path().join("sandboxd.sock");
    Arc::new(NativeEngine::start(socket, remote.clone()).await.unwrap())
}

pub fn resources() -> Resources {
    Resources { memory_bytes: 128 << 20, cpu_millis: 1_000, processes: 64, disk_bytes: 32 << 20 }
}

/// A sandbox of this image, 90 columns wide.
pub fn start(image: &ReadyImage) -> Start {
    Start {
        id: SandboxId::random(),
        labels: BTreeMap::from([("owner".to_owned(), "guest".to_owned())]),
        hostname: "contract".to_owned(),
        image: image.clone(),
        resources: resources(),
        size: TerminalSize { columns: 90, rows: 33 },
    }
}

pub fn step(layers: &[Layer], upper: &Layer, script: &str) -> BuildStep {
    BuildStep {
        id: SandboxId::random(),
        layers: layers.to_vec(),
        upper: upper.clone(),
        config: RunConfig {
            argv: ["/bin/sh", "-c", script].map(str::to_owned).to_vec(),
            env: vec!["GREETING=hello".to_owned()],
            cwd: "/tmp".to_owned(),
            user: String::new(),
        },
        resources: resources(),
    }
}
