//! Engines: what runs sandboxes and build steps.
//!
//! One narrow trait, one contract test suite (`tests/engine_contract/`) over every
//! implementation. Handlers and use cases know only this file.

pub mod native;

use container_api::{ImageRef, Isolation, SandboxId, SelfTest, TerminalSize};
use futures_util::future::BoxFuture;
use std::{collections::BTreeMap, io, os::fd::OwnedFd};
use tokio::sync::mpsc;

/// A layer that the engine holds unpacked, by a name that only the engine reads.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Layer(pub String);

/// How an image's program is started: the part of the OCI image configuration that engines use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunConfig {
    /// Entrypoint and command, put together.
    pub argv: Vec<String>,
    /// `NAME=value` pairs.
    pub env: Vec<String>,
    /// The working directory; `/` where it is empty.
    pub cwd: String,
    /// As in the image's configuration; empty is root.
    pub user: String,
}

/// What a sandbox or a build step may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resources {
    /// Memory in bytes, swap included.
    pub memory_bytes: u64,
    /// Thousandths of a core.
    pub cpu_millis: u32,
    /// Processes and threads.
    pub processes: u32,
    /// Bytes that may be written; build steps write to disk and ignore it.
    pub disk_bytes: u64,
}

/// A request to start a sandbox from a ready image.
#[derive(Debug, Clone)]
pub struct Start {
    /// Its id.
    pub id: SandboxId,
    /// Kept by the engine and given back by [`Engine::list`].
    pub labels: BTreeMap<String, String>,
    /// What `hostname` says inside: a DNS label.
    pub hostname: String,
    /// A ready image.
    pub image: ReadyImage,
    /// What it may use.
    pub resources: Resources,
    /// The terminal's size at the program's first look.
    pub size: TerminalSize,
}

/// An image that can be started without further work.
#[derive(Debug, Clone)]
pub struct ReadyImage {
    /// The layers, the lowest first.
    pub layers: Vec<Layer>,
    /// How its program is started.
    pub config: RunConfig,
}

/// A sandbox that the engine found alive.
#[derive(Debug)]
pub struct Found {
    /// Its id.
    pub id: SandboxId,
    /// As given last.
    pub labels: BTreeMap<String, String>,
    /// Whether it was frozen, and not thawed since.
    pub frozen: bool,
}

/// A sandbox's end, told once for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Which one.
    pub id: SandboxId,
    /// How its program ended; `None` where it was lost together with its engine.
    pub exit: Option<Exit>,
}

/// One command of a build, run on `layers` and writing to `upper`.
#[derive(Debug, Clone)]
pub struct BuildStep {
    /// Unique among what lives.
    pub id: SandboxId,
    /// Read-only layers, the lowest first.
    pub layers: Vec<Layer>,
    /// The layer that takes the writes; made by [`Engine::new_layer_name`].
    pub upper: Layer,
    /// What to run.
    pub config: RunConfig,
    /// What it may use.
    pub resources: Resources,
}

/// What a look from inside a sandbox has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examination {
    /// Which walls there are.
    pub facts: Isolation,
    /// Whether they stand.
    pub self_test: SelfTest,
}

/// What a living sandbox uses, all of its processes together. `None` is what the engine cannot tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Processor time since its start, in microseconds.
    pub cpu_micros: u64,
    /// Memory now, in bytes.
    pub memory_bytes: u64,
    /// The most memory so far, in bytes.
    pub memory_peak_bytes: Option<u64>,
    /// Processes and threads.
    pub processes: u64,
    /// What it has written and not removed, in bytes.
    pub disk_bytes: Option<u64>,
    /// What it was sent by the network, in bytes.
    pub received_bytes: Option<u64>,
    /// What it sent, in bytes.
    pub sent_bytes: Option<u64>,
}

/// Which of its limits a living sandbox has met.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pressure {
    /// How many of its processes the memory limit has killed.
    pub memory_kills: u64,
    /// How often a process was not made because there were enough.
    pub refused_processes: u64,
    /// Whether nothing more can be written.
    pub disk_full: bool,
    /// Whether no further file can be made.
    pub files_full: bool,
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exit {
    /// The exit code, or 128 plus the signal's number.
    pub code: i32,
    /// Whether the memory limit killed a process of it: not always the program itself.
    pub out_of_memory: bool,
}

/// How a build step ended.
pub type StepExit = Exit;

/// Why an engine could not do something.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The image is not in the registry, or cannot be read.
    #[error("the image {image} cannot be pulled: {message}")]
    Image {
        /// Which image.
        image: String,
        /// Why.
        message: String,
    },
    /// The image's program cannot be started; the message may be shown to the visitor.
    #[error("{0}")]
    Program(String),
    /// No such sandbox.
    #[error("there is no such sandbox")]
    NotFound,
    /// The sandbox's processes do not stand still in time.
    #[error("the sandbox's processes do not stand still")]
    Restless,
    /// An archive that cannot be unpacked; the message may be shown to the maintainer.
    #[error("{0}")]
    Archive(String),
    /// The engine or the host failed. For the log only.
    #[error("the engine failed: {0}")]
    Internal(String),
    /// Talking to the engine failed. For the log only.
    #[error("the engine cannot be reached")]
    Io(#[from] io::Error),
}

/// The result of an engine's work.
pub type Result<T, E = EngineError> = std::result::Result<T, E>;

/// What runs sandboxes and build steps. Object-safe, so that the engine is chosen at run time.
pub trait Engine: Send + Sync + 'static {
    /// `native`, `docker`, …
    fn name(&self) -> &'static str;

    /// What stands between a sandbox and the host, in a sentence.
    fn isolation(&self) -> String;

    /// Tries from inside a sandbox whether the walls stand, and which there are. Takes well under a
    /// second, and disturbs nobody.
    fn examine(&self) -> BoxFuture<'_, Result<Examination>>;

    /// Makes an image ready: pulls it from the registry and unpacks it. Quick when it is ready.
    fn prepare<'a>(&'a self, image: &'a ImageRef) -> BoxFuture<'a, Result<ReadyImage>>;

    /// Starts a sandbox; the descriptor is the master of its terminal.
    fn start(&self, start: Start) -> BoxFuture<'_, Result<OwnedFd>>;

    /// The terminal of a living sandbox once more, after a restart of the server.
    fn attach<'a>(&'a self, id: &'a SandboxId) -> BoxFuture<'a, Result<OwnedFd>>;

    /// Ends a sandbox or a build step; everything of it is released when this returns. Ending
    /// what does not live is no error.
    fn stop<'a>(&'a self, id: &'a SandboxId) -> BoxFuture<'a, Result<()>>;

    /// Lets every process of a sandbox stand still, with its memory kept; they do when this
    /// returns. A frozen sandbox can be attached to, and be stopped.
    fn freeze<'a>(&'a self, id: &'a SandboxId) -> BoxFuture<'a, Result<()>>;

    /// Lets a frozen sandbox go on.
    fn thaw<'a>(&'a self, id: &'a SandboxId) -> BoxFuture<'a, Result<()>>;

    /// What a living sandbox uses, now and since its start.
    fn statistics<'a>(&'a self, id: &'a SandboxId) -> BoxFuture<'a, Result<Usage>>;

    /// Keeps other labels with a living sandbox from now on.
    fn relabel<'a>(
        &'a self,
        id: &'a SandboxId,
        labels: BTreeMap<String, String>,
    ) -> BoxFuture<'a, Result<()>>;

    /// Which limits these sandboxes have met. What does not live is left out, and so is everything
    /// by an engine that cannot tell.
    fn pressure(&self, _ids: Vec<SandboxId>) -> BoxFuture<'_, Result<Vec<(SandboxId, Pressure)>>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    /// What lives, for reconciliation. Build steps are not listed.
    fn list(&self) -> BoxFuture<'_, Result<Vec<Found>>>;

    /// Every end of a sandbox from now on, whoever caused it. Called once.
    fn ends(&self) -> mpsc::UnboundedReceiver<Ended>;

    /// A fresh name for a layer that a build is going to write.
    fn new_layer_name(&self) -> Layer;

    /// Runs one command of a build to its end. What it prints goes to `output` as it comes, with
    /// back pressure. Dropping the future does not end the command: [`Engine::stop`] does.
    fn run_step(
        &self,
        step: BuildStep,
        output: mpsc::Sender<bytes::Bytes>,
    ) -> BoxFuture<'_, Result<StepExit>>;

    /// Unpacks a plain tar stream into the file system that `layers` with `upper` make, below
    /// `into`, following the links in there: what COPY does.
    fn copy_in<'a>(
        &'a self,
        layers: &'a [Layer],
        upper: &'a Layer,
        into: &'a str,
        tar: OwnedFd,
    ) -> BoxFuture<'a, Result<()>>;

    /// Writes a layer as a plain OCI layer tar to a descriptor.
    fn export_layer<'a>(&'a self, layer: &'a Layer, tar: OwnedFd) -> BoxFuture<'a, Result<()>>;

    /// Removes a layer that a build made. Removing what does not exist is no error.
    fn remove_layer<'a>(&'a self, layer: &'a Layer) -> BoxFuture<'a, Result<()>>;

    /// Ends everything, in order.
    fn shutdown(&self) -> BoxFuture<'_, ()>;
}
