//! The supervisor: the one process with privilege, parent of every sandbox.
//!
//! It has one thread and one loop, which waits for requests, for what inits report, for the ends of
//! children and for its own timers. Nothing in the loop waits for a sandbox or for an archive.
//!
//! A sandbox's states:
//!
//! ```text
//!            Start                   init says Running
//! (nothing) ──────> Starting ────────────────────────────> Running
//!                      │ Failed, too slow,                    │ its program ended,
//!                      │ client gone, Stop                    │ Stop, Shutdown
//!                      ▼                                      ▼
//!                   Ending: killed ──reaped──> Ending: releasing ──> (nothing)
//!                      ▲    │ not yet                ▲    │ something stays
//!                      └────┘ again, later           └────┘ again, later
//! ```
//!
//! Only when its processes, cgroups, device and work directory are gone does a sandbox leave the
//! books, and only then are Stop, a failed Start and the followers of events answered. What stays
//! is tried again, ever less often, and logged.

mod cleanup;
mod connections;
mod event_loop;
mod jobs;
mod places;
mod pressure;
mod progress;
mod registry;
mod release;
mod requests;
mod statistics;

use crate::{
    cgroup::Cgroups,
    config::Config,
    fault::{Doing, Fault},
    layers::Store,
    net::Net,
    protocol::Reply,
    start::{Filter, Scratch},
    sys::{self, Title},
};
use connections::Connections;
use jobs::Jobs;
use nix::sys::{
    signal::{SigSet, Signal},
    signalfd::{SfdFlags, SignalFd},
};
use places::Places;
use registry::Registry;
use rustix::{
    fs::{FlockOperation, Mode, flock},
    process::{Resource, Rlimit, getrlimit, setrlimit, umask},
};
use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

/// How long a predecessor that is about to end may hold the folder.
const LOCK_PATIENCE: Duration = Duration::from_secs(20);

/// Why a supervisor did not start, or could not go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another supervisor holds the data folder.
    #[error("another supervisor holds {0}")]
    Held(PathBuf),
    /// The host refused something.
    #[error("cannot {doing}: {source}")]
    Host {
        /// What was tried.
        doing: &'static str,
        /// What the host said.
        source: io::Error,
    },
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Host { doing, source } => Self::Host { doing, source },
            Fault::Told(failure) => {
                Self::Host { doing: "start the supervisor", source: io::Error::other(failure) }
            }
        }
    }
}

struct Supervisor {
    config: Config,
    store: Store,
    scratch: Scratch,
    cgroups: Cgroups,
    net: Option<Net>,
    title: Option<Title>,
    filter: Filter,
    signals: SignalFd,
    connections: Connections,
    registry: Registry,
    jobs: Jobs,
    /// Set when everything is to end: by when, and who asked.
    closing: Option<Closing>,
    last_contact: Instant,
}

struct Closing {
    deadline: Instant,
    waiting: Vec<u64>,
}

/// Runs a supervisor until a `Shutdown` request, SIGTERM or SIGINT, or until nobody was connected
/// for the grace period. It must be called as root, in a process of one thread.
///
/// # Errors
/// When the host lacks something that sandboxes cannot do without, or the data folder is another
/// supervisor's.
pub fn run(config: Config) -> Result<(), Error> {
    umask(Mode::from_raw_mode(0o022));
    let store = Store::open(&config.data)?;
    let _lock = lock(&store.data().join("lock"))?;
    sys::ignore_sigpipe()?;
    raise_open_files()?;
    let title = Title::find();
    let filter = Filter::compile()?;
    let cgroups = Cgroups::detect(instance_name(store.data())).doing("use cgroups")?;
    cleanup::leftovers(&cgroups, &store)?;
    let net = match Net::set_up(config.subnet, &store.data().join("instance")) {
        Ok(net) => Some(net),
        Err(fault) => {
            tracing::error!("sandboxes will have no network: {fault}");
            None
        }
    };
    let connections = Connections::listen(&config.socket, config.owner)?;
    let scratch = Scratch::enter(&store)?;
    let places = Places::new(net.as_ref().map_or(0, Net::instance));
    let mut supervisor = Supervisor {
        store,
        scratch,
        cgroups,
        net,
        title,
        filter,
        signals: signals()?,
        connections,
        registry: Registry::new(places),
        jobs: Jobs::default(),
        closing: None,
        last_contact: Instant::now(),
        config,
    };
    tracing::info!("the supervisor is ready");
    let ended = supervisor.serve();
    supervisor.release_host();
    for client in ended? {
        supervisor.connections.answer(client, &Reply::Done, None);
    }
    Ok(())
}

impl Supervisor {
    /// Gives back what the supervisor itself took from the host.
    fn release_host(&self) {
        self.connections.remove_socket();
        if let Err(e) = self.net.as_ref().map_or(Ok(()), Net::remove) {
            tracing::warn!("cannot remove the firewall rules: {e}");
        }
        if let Err(e) = self.cgroups.remove() {
            tracing::warn!("cannot remove the cgroups: {e}");
        }
    }
}

fn lock(path: &Path) -> Result<File, Error> {
    let file = File::create(path).doing("open the data folder's lock")?;
    let deadline = Instant::now() + LOCK_PATIENCE;
    loop {
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(file),
            Err(rustix::io::Errno::WOULDBLOCK) if Instant::now() < deadline => {
                thread::sleep(Duration::from_millis(20));
            }
            Err(rustix::io::Errno::WOULDBLOCK) => {
                return Err(Error::Held(path.parent().unwrap_or(path).to_owned()));
            }
            Err(e) => return Err(e).doing("lock the data folder").map_err(Error::from),
        }
    }
}

/// Every terminal is a descriptor.
fn raise_open_files() -> Result<(), Fault> {
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).doing("raise open files")
}

/// The signals that the loop reads, and nothing else handles.
fn signals() -> Result<SignalFd, Fault> {
    let mut mask = SigSet::empty();
    for signal in [Signal::SIGCHLD, Signal::SIGTERM, Signal::SIGINT] {
        mask.add(signal);
    }
    mask.thread_block().doing("block signals")?;
    SignalFd::with_flags(&mask, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)
        .doing("receive signals")
}

/// The same for the same folder, so that a successor finds what is left (FNV-1a, 64 bits).
fn instance_name(data: &Path) -> String {
    let hash = data.as_os_str().as_encoded_bytes().iter().fold(0xcbf2_9ce4_8422_2325, |hash, b| {
        (hash ^ u64::from(*b)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("trythis-{hash:016x}")
}

fn absolute(path: &Path) -> io::Result<PathBuf> {
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    Ok(fs::canonicalize(parent)?.join(name))
}
