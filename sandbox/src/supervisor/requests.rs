//! What is asked, and by which part of the supervisor it is done.

use super::{
    Closing, Supervisor,
    registry::{Phase, Sandbox},
};
use crate::{
    fault::{Doing, Fault},
    protocol::{FailureKind, Living, Name, Reply, Request, Spec},
    start::{self, Host},
    wire,
};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    io,
    os::fd::OwnedFd,
    time::{Duration, Instant},
};

/// How long a sandbox's init may take to execute its program.
const START_LIMIT: Duration = Duration::from_secs(10);
/// How long everything may take to end at a shutdown.
const CLOSING_LIMIT: Duration = Duration::from_secs(15);

/// An answer, or `None` where it comes later.
type Outcome = Result<Option<(Reply, Option<OwnedFd>)>, Fault>;

const DONE: Outcome = Ok(Some((Reply::Done, None)));

impl Supervisor {
    /// Does what a client asks.
    pub(super) fn request(&mut self, client: u64, bytes: &[u8], fd: Option<OwnedFd>) {
        let outcome = match wire::decode(bytes) {
            Ok(request) => self.handle(client, request, fd),
            Err(e) => {
                let text = format!("The request makes no sense: {e}.");
                Err(Fault::told(FailureKind::Invalid, text))
            }
        };
        self.conclude(client, outcome);
    }

    /// Answers a client, where there is something to answer.
    pub(super) fn conclude(&mut self, client: u64, outcome: Outcome) {
        match outcome {
            Ok(None) => {}
            Ok(Some((reply, fd))) => self.connections.answer(client, &reply, fd),
            Err(fault) => {
                if let Fault::Host { .. } = fault {
                    tracing::error!("{fault}");
                }
                self.connections.answer(client, &Reply::Failed(fault.into_failure()), None);
            }
        }
    }

    fn handle(&mut self, client: u64, request: Request, fd: Option<OwnedFd>) -> Outcome {
        // List too, by which a new server finds out whether there is somebody to rely on.
        if self.closing.is_some()
            && matches!(
                request,
                Request::Start(_) | Request::Unpack(_) | Request::Pack(_) | Request::List
            )
        {
            let text = "The sandbox supervisor is shutting down.";
            return Err(Fault::told(FailureKind::Internal, text));
        }
        match request {
            Request::Start(spec) => self.start(client, *spec).map(|()| None),
            Request::Attach(id) => self.attach(&id),
            Request::Stop(id) => Ok(self.stop(client, &id)),
            Request::Freeze(id) => self.freeze(&id, true),
            Request::Thaw(id) => self.freeze(&id, false),
            Request::Relabel { id, labels } => self.relabel(&id, labels),
            Request::Pressure(ids) => {
                let parts = in_parts(self.pressure(&ids), Reply::Pressure);
                self.connections.answer_in_parts(client, parts, None);
                Ok(None)
            }
            Request::Statistics(ids) => {
                let parts = in_parts(self.statistics(&ids), Reply::Statistics);
                self.connections.answer_in_parts(client, parts, None);
                Ok(None)
            }
            Request::SetEgress(egress) => {
                self.net.as_ref().map_or(Ok(()), |net| net.set_egress(&egress))?;
                DONE
            }
            Request::List => Ok(self.list(client)),
            Request::Events => {
                self.connections.follow(client);
                Ok(None)
            }
            Request::Unpack(target) => self.unpack(client, target, descriptor(fd)?).map(|()| None),
            Request::Pack(layer) => self.pack(client, layer, descriptor(fd)?).map(|()| None),
            Request::Layers => {
                let parts = in_parts(self.store.layers()?, Reply::Layers);
                self.connections.answer_in_parts(client, parts, None);
                Ok(None)
            }
            Request::RenameLayer { from, to } => self.rename_layer(&from, &to),
            Request::RemoveLayer(layer) => self.remove_layer(&layer),
            Request::Shutdown => {
                self.close(Some(client));
                Ok(None)
            }
        }
    }

    fn start(&mut self, client: u64, spec: Spec) -> Result<(), Fault> {
        if self.registry.sandboxes.contains_key(&spec.id) {
            let text = format!("A sandbox `{}` lives already.", spec.id);
            return Err(Fault::told(FailureKind::Exists, text));
        }
        spec.layers.iter().try_for_each(|layer| self.not_written(layer))?;
        if let crate::protocol::Upper::Layer(upper) = &spec.upper {
            self.unused(upper)?;
            if spec.layers.contains(upper) {
                let text = format!("The layer `{upper}` cannot be both read and written.");
                return Err(Fault::told(FailureKind::Invalid, text));
            }
        }
        let full = || io::Error::other("every place is taken");
        let slot = self.registry.places.take().doing("claim ids for sandboxes")?;
        let slot = slot.ok_or_else(full).doing("find a free place")?;
        let mut host = Host {
            scratch: &self.scratch,
            store: &self.store,
            cgroups: &self.cgroups,
            net: self.net.as_mut(),
            title: self.title,
            filter: &self.filter,
        };
        match start::begin(&mut host, &spec, slot) {
            Ok(begun) => {
                let deadline = Instant::now() + START_LIMIT;
                self.registry.insert(spec, slot, begun, client, deadline);
                Ok(())
            }
            Err(fault) => {
                self.registry.places.give_back(slot);
                Err(fault)
            }
        }
    }

    fn attach(&self, id: &Name) -> Outcome {
        let sandbox = self.registry.sandboxes.get(id);
        let io = sandbox.filter(|s| matches!(s.phase, Phase::Running)).and_then(|s| s.io.as_ref());
        let copy = io.ok_or_else(|| unknown(id))?.try_clone().doing("copy a descriptor")?;
        Ok(Some((Reply::Done, Some(copy))))
    }

    fn stop(&mut self, client: u64, id: &Name) -> Option<(Reply, Option<OwnedFd>)> {
        let Some(sandbox) = self.registry.sandboxes.get_mut(id) else {
            return Some((Reply::Done, None));
        };
        sandbox.waiting.push(client);
        self.end(id, None);
        None
    }

    fn freeze(&mut self, id: &Name, frozen: bool) -> Outcome {
        let sandbox = self.running(id)?;
        let doing = if frozen { "freeze the sandbox" } else { "thaw the sandbox" };
        // Noted before: a half-frozen sandbox is one that wants to be thawed.
        sandbox.frozen = frozen;
        sandbox.group.freeze(frozen).doing(doing)?;
        if frozen && !sandbox.group.is_frozen().doing(doing)? {
            let text = "Not every process stands still yet.";
            return Err(Fault::told(FailureKind::Busy, text));
        }
        DONE
    }

    fn relabel(&mut self, id: &Name, labels: BTreeMap<String, String>) -> Outcome {
        self.running(id)?.labels = labels;
        DONE
    }

    fn running(&mut self, id: &Name) -> Result<&mut Sandbox, Fault> {
        let sandbox = self.registry.sandboxes.get_mut(id);
        sandbox.filter(|sandbox| matches!(sandbox.phase, Phase::Running)).ok_or_else(|| unknown(id))
    }

    fn list(&mut self, client: u64) -> Option<(Reply, Option<OwnedFd>)> {
        let running = self.registry.sandboxes.iter();
        let running = running.filter(|(_, sandbox)| matches!(sandbox.phase, Phase::Running));
        let living = running.filter_map(|(id, sandbox)| {
            let pid = sandbox.pid?.as_raw_nonzero().get();
            let (labels, frozen) = (sandbox.labels.clone(), sandbox.frozen);
            Some(Living { id: id.clone(), labels, pid, frozen })
        });
        let parts = in_parts(living.collect(), Reply::Sandboxes);
        self.connections.answer_in_parts(client, parts, None);
        None
    }

    fn rename_layer(&mut self, from: &Name, to: &Name) -> Outcome {
        self.unused(from)?;
        if !self.store.rename(from, to)?
            && let Some(path) = self.store.discard(from)?
        {
            self.remove_discarded(path);
        }
        DONE
    }

    fn remove_layer(&mut self, layer: &Name) -> Outcome {
        self.unused(layer)?;
        if let Some(path) = self.store.discard(layer)? {
            self.remove_discarded(path);
        }
        DONE
    }

    /// Begins to end everything.
    pub(super) fn close(&mut self, client: Option<u64>) {
        let deadline = Instant::now() + CLOSING_LIMIT;
        let closing = self.closing.get_or_insert_with(|| Closing { deadline, waiting: Vec::new() });
        closing.waiting.extend(client);
        let all: Vec<Name> = self.registry.sandboxes.keys().cloned().collect();
        for id in all {
            self.end(&id, None);
        }
        self.jobs.end_all();
    }
}

fn unknown(id: &Name) -> Fault {
    Fault::told(FailureKind::NotFound, format!("There is no sandbox `{id}`."))
}

fn descriptor(fd: Option<OwnedFd>) -> Result<OwnedFd, Fault> {
    fd.ok_or_else(|| Fault::told(FailureKind::Invalid, "No descriptor came with the request."))
}

/// A list as messages that each fit; at least one.
fn in_parts<T: Serialize>(items: Vec<T>, reply: impl Fn(Vec<T>) -> Reply) -> Vec<Vec<u8>> {
    let (mut parts, mut part, mut length) = (Vec::new(), Vec::new(), 0);
    for item in items {
        let size = wire::encode(&item).len();
        if length + size > wire::LIST_PART && !part.is_empty() {
            parts.push(wire::encode(&reply(std::mem::take(&mut part))));
            length = 0;
        }
        length += size;
        part.push(item);
    }
    parts.push(wire::encode(&reply(part)));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_cut_and_short_ones_are_not() {
        let name = |n: usize| Name::try_from(format!("layer-{n:0100}")).expect("a name");
        let names: Vec<Name> = (0..2000).map(name).collect();
        let parts = in_parts(names.clone(), Reply::Layers);
        assert!(parts.len() > 1);
        let mut all = Vec::new();
        for part in &parts {
            assert!(part.len() < wire::MAX_MESSAGE);
            let Ok(Reply::Layers(some)) = wire::decode(part) else { panic!("another reply") };
            all.extend(some);
        }
        assert_eq!(all, names);
        assert_eq!(in_parts(Vec::new(), Reply::Layers).len(), 1);
    }
}
