//! The books: which sandboxes live, where they stand, and which places are taken.

use crate::{
    cgroup::Group,
    protocol::{Exit, Failure, Name, Spec, Upper},
    start::{Begun, RANGES},
};
use rustix::process::Pid;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    os::fd::OwnedFd,
    time::Instant,
};

/// The places of one supervisor: each has a range of ids and an address.
const SLOTS: u16 = RANGES;

/// All sandboxes.
#[derive(Default)]
pub(super) struct Registry {
    pub sandboxes: BTreeMap<Name, Sandbox>,
    /// Those that start or end: timers look at these alone.
    pub transient: BTreeSet<Name>,
    by_pid: HashMap<Pid, Name>,
    slots: BTreeSet<u16>,
    next_slot: u16,
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
    /// A free place; those just freed come last, so that nothing meant for a predecessor reaches
    /// a newcomer.
    pub fn take_slot(&mut self) -> Option<u16> {
        let order = (self.next_slot..SLOTS).chain(0..self.next_slot);
        let slot = order.into_iter().find(|slot| !self.slots.contains(slot))?;
        self.slots.insert(slot);
        self.next_slot = (slot + 1) % SLOTS;
        Some(slot)
    }

    /// Gives a place back.
    pub fn free_slot(&mut self, slot: u16) {
        self.slots.remove(&slot);
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
        self.slots.remove(&sandbox.slot);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_go_round_before_they_are_used_again() {
        let mut registry = Registry::default();
        assert_eq!((registry.take_slot(), registry.take_slot()), (Some(0), Some(1)));
        registry.free_slot(0);
        assert_eq!(registry.take_slot(), Some(2));
        for _ in 3..SLOTS {
            registry.take_slot().expect("there are places");
        }
        assert_eq!(registry.take_slot(), Some(0));
        assert_eq!(registry.take_slot(), None);
    }
}
