//! A test double of an engine: sandboxes are PTYs without a program, and tests decide when a
//! program ends, what fails and what takes its time.

use super::walls;
use container_api::{ImageRef, SandboxId};
use container_server::engine::{
    BuildStep, Ended, Engine, EngineError, Examination, Exit, Found, Layer, Pressure, ReadyImage,
    Result, RunConfig, Start, StepExit, Usage,
};
use futures_util::future::{BoxFuture, FutureExt};
use rustix::{
    fs::{Mode, OFlags},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
};
use std::{
    collections::{BTreeMap, HashMap},
    io,
    os::fd::OwnedFd,
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};
use tokio::sync::{mpsc, watch};

/// See the module.
#[derive(Debug)]
pub struct FakeEngine {
    living: Mutex<HashMap<SandboxId, Alive>>,
    ends: Mutex<Option<mpsc::UnboundedSender<Ended>>>,
    /// Images are made ready while this is true.
    prepare_gate: watch::Sender<bool>,
    /// Programs start while this is true.
    start_gate: watch::Sender<bool>,
    /// Programs go on while this is true.
    thaw_gate: watch::Sender<bool>,
    /// The next start fails halfway: something is there already.
    pub start_fails: AtomicBool,
    /// The program of the next start ends before the start is reported.
    pub ends_at_once: AtomicBool,
    /// No image can be made ready.
    pub no_images: AtomicBool,
    /// The walls stand, as far as it says.
    pub walls: AtomicBool,
    /// Which limits every sandbox has met.
    pub pressure: Mutex<Pressure>,
    /// No sandbox can be made to stand still.
    pub restless: AtomicBool,
    /// So many stops fail from now on.
    pub failing_stops: AtomicUsize,
    /// What every sandbox uses.
    pub usage: Mutex<Usage>,
    /// How many starts were asked for.
    pub starts: AtomicUsize,
    /// How many times a sandbox was to stand still.
    pub freezes: AtomicUsize,
    /// How many times one was to go on.
    pub thaws: AtomicUsize,
}

#[derive(Debug)]
struct Alive {
    labels: BTreeMap<String, String>,
    master: OwnedFd,
    /// Held as a program would.
    slave: OwnedFd,
    frozen: bool,
}

impl FakeEngine {
    pub fn new() -> Self {
        Self {
            living: Mutex::default(),
            ends: Mutex::default(),
            prepare_gate: watch::Sender::new(true),
            start_gate: watch::Sender::new(true),
            thaw_gate: watch::Sender::new(true),
            start_fails: AtomicBool::new(false),
            ends_at_once: AtomicBool::new(false),
            no_images: AtomicBool::new(false),
            walls: AtomicBool::new(false),
            pressure: Mutex::default(),
            restless: AtomicBool::new(false),
            failing_stops: AtomicUsize::new(0),
            usage: Mutex::default(),
            starts: AtomicUsize::new(0),
            freezes: AtomicUsize::new(0),
            thaws: AtomicUsize::new(0),
        }
    }

    pub fn hold_images(&self, hold: bool) {
        self.prepare_gate.send_replace(!hold);
    }

    pub fn hold_starts(&self, hold: bool) {
        self.start_gate.send_replace(!hold);
    }

    pub fn hold_thaws(&self, hold: bool) {
        self.thaw_gate.send_replace(!hold);
    }

    pub fn ids(&self) -> Vec<SandboxId> {
        self.living().keys().cloned().collect()
    }

    /// A program ends by itself.
    pub fn exit(&self, id: &SandboxId, code: i32, out_of_memory: bool) {
        self.release(id, Some(Exit { code, out_of_memory }));
    }

    /// Everything is gone at once, as when the supervisor was killed.
    pub fn lose_everything(&self) {
        for id in self.ids() {
            self.release(&id, None);
        }
    }

    /// The program prints something.
    pub fn print(&self, id: &SandboxId, text: &str) {
        rustix::io::write(&self.living()[id].slave, text.as_bytes()).unwrap();
    }

    /// The program reads a line.
    pub async fn read_line(&self, id: &SandboxId) -> String {
        let slave = self.living()[id].slave.try_clone().unwrap();
        let reading = tokio::task::spawn_blocking(move || {
            let mut line = [0; 1_000];
            let length = rustix::io::read(&slave, &mut line).unwrap();
            String::from_utf8_lossy(&line[..length]).into_owned()
        });
        reading.await.unwrap()
    }

    /// Whether nothing was typed that the program has not read.
    pub fn has_no_input(&self, id: &SandboxId) -> bool {
        rustix::io::ioctl_fionread(&self.living()[id].slave).unwrap() == 0
    }

    /// Puts a sandbox there that nobody asked for.
    pub fn plant(&self, id: &SandboxId, labels: BTreeMap<String, String>) {
        let (master, slave) = pty().unwrap();
        self.living().insert(id.clone(), Alive { labels, master, slave, frozen: false });
    }

    pub fn is_frozen(&self, id: &SandboxId) -> bool {
        self.living()[id].frozen
    }

    pub fn labels(&self, id: &SandboxId) -> BTreeMap<String, String> {
        self.living()[id].labels.clone()
    }

    fn release(&self, id: &SandboxId, exit: Option<Exit>) {
        if self.living().remove(id).is_some()
            && let Some(ends) = &*self.ends.lock().unwrap()
        {
            let _ = ends.send(Ended { id: id.clone(), exit });
        }
    }

    fn living(&self) -> MutexGuard<'_, HashMap<SandboxId, Alive>> {
        self.living.lock().unwrap()
    }
}

async fn opened(gate: &watch::Sender<bool>) {
    let mut gate = gate.subscribe();
    gate.wait_for(|open| *open).await.unwrap();
}

fn pty() -> io::Result<(OwnedFd, OwnedFd)> {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
    grantpt(&master)?;
    unlockpt(&master)?;
    let name = ptsname(&master, Vec::new())?;
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let slave = rustix::fs::open(name.as_c_str(), flags, Mode::empty())?;
    Ok((master, slave))
}

impl Engine for FakeEngine {
    fn name(&self) -> &'static str {
        "fake"
    }

    fn isolation(&self) -> String {
        "None: a test double.".to_owned()
    }

    fn examine(&self) -> BoxFuture<'_, Result<Examination>> {
        async {
            match self.walls.load(Ordering::SeqCst) {
                true => Ok(walls::standing()),
                false => Err(EngineError::Internal("a double has no walls".to_owned())),
            }
        }
        .boxed()
    }

    fn pressure(&self, ids: Vec<SandboxId>) -> BoxFuture<'_, Result<Vec<(SandboxId, Pressure)>>> {
        let seen = *self.pressure.lock().unwrap();
        async move { Ok(ids.into_iter().map(|id| (id, seen)).collect()) }.boxed()
    }

    fn prepare<'a>(&'a self, image: &'a ImageRef) -> BoxFuture<'a, Result<ReadyImage>> {
        async move {
            opened(&self.prepare_gate).await;
            if self.no_images.load(Ordering::SeqCst) {
                let message = "it is not there".to_owned();
                return Err(EngineError::Image { image: image.to_string(), message });
            }
            Ok(ReadyImage { layers: vec![Layer("base".to_owned())], config: RunConfig::default() })
        }
        .boxed()
    }

    fn start(&self, start: Start) -> BoxFuture<'_, Result<OwnedFd>> {
        async move {
            self.starts.fetch_add(1, Ordering::SeqCst);
            let (master, slave) = pty()?;
            let ours = master.try_clone()?;
            let alive = Alive { labels: start.labels, master, slave, frozen: false };
            self.living().insert(start.id.clone(), alive);
            opened(&self.start_gate).await;
            if self.start_fails.swap(false, Ordering::SeqCst) {
                return Err(EngineError::Program(
                    "/bin/nosuch: not found in the image.".to_owned(),
                ));
            }
            if self.ends_at_once.swap(false, Ordering::SeqCst) {
                self.exit(&start.id, 4, false);
            }
            Ok(ours)
        }
        .boxed()
    }

    fn attach<'a>(&'a self, id: &'a SandboxId) -> BoxFuture<'a, Result<OwnedFd>> {
        async move {
            let living = self.living();
            let alive = living.get(id).ok_or(EngineError::NotFound)?;
            Ok(alive.master.try_clone()?)
        }
        .boxed()
    }

    fn stop<'a>(&'a self, id: &'a SandboxId) -> BoxFuture<'a, Result<()>> {
        async move {
            let failing = &self.failing_stops;
            let left =
                failing.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
            if left.is_ok() {
                return Err(EngineError::Internal("a mount is busy".to_owned()));
            }
            self.release(id, Some(Exit { code: 137, out_of_memory: false }));
            Ok(())
        }
        .boxed()
    }

    fn freeze<'a>(&'a self, id: &'a SandboxId) -> BoxFuture<'a, Result<()>> {
        async move {
            self.freezes.fetch_add(1, Ordering::SeqCst);
            if self.restless.load(Ordering::SeqCst) {
                return Err(EngineError::Restless);
            }
            self.living().get_mut(id).ok_or(EngineError::NotFound)?.frozen = true;
            Ok(())
        }
        .boxed()
    }

    fn thaw<'a>(&'a self, id: &'a SandboxId) -> BoxFuture<'a, Result<()>> {
        async move {
            self.thaws.fetch_add(1, Ordering::SeqCst);
            opened(&self.thaw_gate).await;
            self.living().get_mut(id).ok_or(EngineError::NotFound)?.frozen = false;
            Ok(())
        }
        .boxed()
    }

    fn statistics<'a>(&'a self, id: &'a SandboxId) -> BoxFuture<'a, Result<Usage>> {
        async move {
            self.living().get(id).ok_or(EngineError::NotFound)?;
            Ok(*self.usage.lock().unwrap())
        }
        .boxed()
    }

    fn relabel<'a>(
        &'a self,
        id: &'a SandboxId,
        labels: BTreeMap<String, String>,
    ) -> BoxFuture<'a, Result<()>> {
        async move {
            self.living().get_mut(id).ok_or(EngineError::NotFound)?.labels = labels;
            Ok(())
        }
        .boxed()
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<Found>>> {
        async move {
            let found = |(id, alive): (&SandboxId, &Alive)| Found {
                id: id.clone(),
                labels: alive.labels.clone(),
                frozen: alive.frozen,
            };
            Ok(self.living().iter().map(found).collect())
        }
        .boxed()
    }

    /// Unlike a real engine, it may be asked again: a restart of the server is a new actor.
    fn ends(&self) -> mpsc::UnboundedReceiver<Ended> {
        let (sender, receiver) = mpsc::unbounded_channel();
        *self.ends.lock().unwrap() = Some(sender);
        receiver
    }

    fn new_layer_name(&self) -> Layer {
        Layer(SandboxId::random().to_string())
    }

    fn run_step(
        &self,
        _: BuildStep,
        _: mpsc::Sender<bytes::Bytes>,
    ) -> BoxFuture<'_, Result<StepExit>> {
        async { Ok(Exit { code: 0, out_of_memory: false }) }.boxed()
    }

    fn copy_in<'a>(
        &'a self,
        _: &'a [Layer],
        _: &'a Layer,
        _: &'a str,
        _: OwnedFd,
    ) -> BoxFuture<'a, Result<()>> {
        async { Ok(()) }.boxed()
    }

    fn export_layer<'a>(&'a self, _: &'a Layer, _: OwnedFd) -> BoxFuture<'a, Result<()>> {
        async { Ok(()) }.boxed()
    }

    fn remove_layer<'a>(&'a self, _: &'a Layer) -> BoxFuture<'a, Result<()>> {
        async { Ok(()) }.boxed()
    }

    fn shutdown(&self) -> BoxFuture<'_, ()> {
        async {}.boxed()
    }
}
