//! The books: which sandboxes live, where they stand, and which places are taken.

use super::places::Places;
use crate::{
    cgroup::Group,
    protocol::{Exit, Failure, Name, Spec, Upper},
    start::Begun,
};
use rustix::process::Pid;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    os::fd::OwnedFd,
    time::Instant,
};

/// All sandboxes.
pub(super) struct Registry {
    pub sandboxes: BTreeMap<Name, Sandbox>,
    /// Those that start or end: timers look at these alone.
    pub transient: BTreeSet<Name>,
    by_pid: HashMap<Pid, Name>,
    pub places: Places,
}

/// One sandbox.
pub(super) struct Sandbox {
    pub labels: BTreeMap<String, String>,
    /// Its init, until that is reaped.
    pub pid: Option<Pid>,
    /// The terminal's master, or the read end of the output.
    pub io: Option<OwnedFd>,
    pub group: Group,
    pub device: Option<String>,
    pub work: Option<String>,
    pub slot: u16,
    pub phase: Phase,
    /// Whether it is to stand still.
    pub frozen: bool,
    /// Who waits for its end.
    pub waiting: Vec<u64>,
    lower: Vec<Name>,
    upper: Option<Name>,
}

/// Where a sandbox stands.
pub(super) enum Phase {
    Starting { handshake: OwnedFd, client: u64, deadline: Instant },
    Running,
    Ending(Ending),
}

/// What is known of an end.
pub(super) struct Ending {
    /// Known once its init is reaped.
    pub exit: Option<Exit>,
    /// Where it never ran: whom to tell what, once it is released.
    pub failed: Option<(u64, Failure)>,
    /// Whether it ran, so that its end is an event.
    pub ran: bool,
    pub attempts: u32,
    /// When to try again what did not work.
    pub next: Instant,
}

/// How a layer is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Use {
    None,
    Read,
    Written,
}

impl Registry {
    /// Nobody lives.
    pub fn new(places: Places) -> Self {
        Self {
            sandboxes: BTreeMap::new(),
            transient: BTreeSet::new(),
            by_pid: HashMap::new(),
            places,
        }
    }

    /// Notes a sandbox whose init is at work.
    pub fn insert(&mut self, spec: Spec, slot: u16, begun: Begun, client: u64, deadline: Instant) {
        self.by_pid.insert(begun.pid, spec.id.clone());
        self.transient.insert(spec.id.clone());
        let sandbox = Sandbox {
            labels: spec.labels,
            pid: Some(begun.pid),
            io: begun.output,
            group: begun.group,
            device: begun.device,
            work: begun.work,
            slot,
            phase: Phase::Starting { handshake: begun.handshake, client, deadline },
            frozen: false,
            waiting: Vec::new(),
            lower: spec.layers,
            upper: match spec.upper {
                Upper::Memory { .. } => None,
                Upper::Layer(name) => Some(name),
            },
        };
        self.sandboxes.insert(spec.id, sandbox);
    }

    /// Takes a released sandbox out of the books.
    pub fn remove(&mut self, id: &Name) -> Option<Sandbox> {
        let sandbox = self.sandboxes.remove(id)?;
        self.transient.remove(id);
        sandbox.pid.and_then(|pid| self.by_pid.remove(&pid));
        self.places.give_back(sandbox.slot);
        Some(sandbox)
    }

    /// Whose init this process is. Once its end is known the number may become another's.
    pub fn take_pid(&mut self, pid: Pid) -> Option<Name> {
        self.by_pid.remove(&pid)
    }

    /// How sandboxes use a layer.
    pub fn use_of(&self, layer: &Name) -> Use {
        let use_by = |sandbox: &Sandbox| {
            if sandbox.upper.as_ref() == Some(layer) {
                Use::Written
            } else if sandbox.lower.contains(layer) {
                Use::Read
            } else {
                Use::None
            }
        };
        self.sandboxes.values().map(use_by).max().unwrap_or(Use::None)
    }
}

impl Sandbox {
    /// Whether what it writes is a layer on disk, and not its own memory.
    pub fn writes_to_disk(&self) -> bool {
        self.upper.is_some()
    }
}

impl Ending {
    /// An end that begins now.
    pub fn now(ran: bool) -> Self {
        Self { exit: None, failed: None, ran, attempts: 0, next: Instant::now() }
    }
}
