//! One thread that follows what ends at the supervisor, and tells whoever it concerns.
//!
//! ```text
//!   expected ── its start has succeeded ──> started ── it ended ──> told, forgotten
//!       │                                      │
//!       └── its start has failed: forgotten    └── the supervisor is gone, or does not
//!                                                  list it any more: told as lost
//! ```

use super::spec;
use crate::engine::{Ended, Exit};
use container_api::SandboxId;
use sandbox::{Client, Error, Events, EventsHandle, protocol::Event};
use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};
use tokio::sync::{mpsc, oneshot};

/// How long to wait before the supervisor is looked for again.
const PAUSE: Duration = Duration::from_millis(500);

/// Who is to be told of an end.
#[derive(Debug)]
enum Listener {
    Books,
    Step(oneshot::Sender<Exit>),
}

#[derive(Debug)]
struct Entry {
    listener: Listener,
    started: bool,
}

/// What is expected to end some day, and who is to be told.
#[derive(Debug)]
pub(super) struct Watch {
    client: Client,
    entries: Mutex<HashMap<SandboxId, Entry>>,
    ends: mpsc::UnboundedSender<Ended>,
    connection: Mutex<EventsHandle>,
    closed: AtomicBool,
}

/// Something whose start is under way. Dropped before it has [`started`](Self::started), it is
/// expected no more.
#[derive(Debug)]
pub(super) struct Expected {
    watch: Arc<Watch>,
    id: SandboxId,
    started: bool,
}

impl Expected {
    pub(super) fn started(mut self) {
        self.started = true;
        if let Some(entry) = self.watch.entries().get_mut(&self.id) {
            entry.started = true;
        }
    }
}

impl Drop for Expected {
    fn drop(&mut self) {
        if !self.started {
            self.watch.entries().remove(&self.id);
        }
    }
}

impl Watch {
    /// Connects, and starts the thread. Blocks.
    pub(super) fn start(
        client: Client,
        ends: mpsc::UnboundedSender<Ended>,
    ) -> Result<Arc<Self>, Error> {
        let events = client.events()?;
        let watch = Arc::new(Self {
            client,
            entries: Mutex::default(),
            ends,
            connection: Mutex::new(events.handle()),
            closed: AtomicBool::new(false),
        });
        let follower = watch.clone();
        thread::Builder::new()
            .name("supervisor-events".to_owned())
            .spawn(move || follower.follow(events))?;
        Ok(watch)
    }

    /// A sandbox is about to start: its end goes to the books.
    pub(super) fn expect_sandbox(self: &Arc<Self>, id: &SandboxId) -> Expected {
        self.expect(id, Listener::Books)
    }

    /// A build step is about to start: its end goes to the receiver, which gets nothing if the
    /// step is lost.
    pub(super) fn expect_step(
        self: &Arc<Self>,
        id: &SandboxId,
    ) -> (Expected, oneshot::Receiver<Exit>) {
        let (sender, receiver) = oneshot::channel();
        (self.expect(id, Listener::Step(sender)), receiver)
    }

    fn expect(self: &Arc<Self>, id: &SandboxId, listener: Listener) -> Expected {
        self.entries().insert(id.clone(), Entry { listener, started: false });
        Expected { watch: self.clone(), id: id.clone(), started: false }
    }

    /// The supervisor is about to end, and that is in order.
    pub(super) fn expect_hang_up(&self) {
        self.closed.store(true, Ordering::Release);
    }

    /// Ends the thread.
    pub(super) fn close(&self) {
        self.expect_hang_up();
        self.connection.lock().unwrap_or_else(PoisonError::into_inner).close();
    }

    fn follow(&self, mut events: Events) {
        loop {
            self.read(events);
            if self.is_closed() {
                return;
            }
            tracing::error!("the connection to the sandbox supervisor broke");
            events = match self.reconnect() {
                Some(events) => events,
                None => return,
            };
        }
    }

    /// Passes on what ends, until the connection breaks.
    fn read(&self, events: Events) {
        for event in events {
            match event {
                Ok(Event::Ended { id, exit }) => {
                    let exit = Exit { code: exit.code, out_of_memory: exit.out_of_memory };
                    if let Some(id) = spec::id(&id) {
                        self.tell(&id, Some(exit));
                    }
                }
                Err(error) => {
                    tracing::error!(%error, "an event of the supervisor cannot be read");
                    return;
                }
            }
        }
    }

    /// Looks for a supervisor until there is one. While there is none, nothing lives.
    fn reconnect(&self) -> Option<Events> {
        loop {
            match self.client.events().and_then(|events| Ok((events, self.client.list()?))) {
                Ok((events, living)) => {
                    *self.connection.lock().unwrap_or_else(PoisonError::into_inner) =
                        events.handle();
                    let living = living.iter().filter_map(|one| spec::id(&one.id)).collect();
                    self.lose_all_but(&living);
                    tracing::info!("the sandbox supervisor is back");
                    return Some(events);
                }
                Err(error) => {
                    tracing::debug!(%error, "the sandbox supervisor is out of reach");
                    self.lose_all_but(&HashSet::new());
                }
            }
            thread::sleep(PAUSE);
            if self.is_closed() {
                return None;
            }
        }
    }

    fn lose_all_but(&self, living: &HashSet<SandboxId>) {
        let lost = |id: &SandboxId, entry: &Entry| entry.started && !living.contains(id);
        let ids: Vec<SandboxId> = self
            .entries()
            .iter()
            .filter(|(id, entry)| lost(id, entry))
            .map(|(id, _)| id.clone())
            .collect();
        for id in ids {
            tracing::error!(sandbox = %id, "lost together with the supervisor");
            self.tell(&id, None);
        }
    }

    fn tell(&self, id: &SandboxId, exit: Option<Exit>) {
        let Some(entry) = self.entries().remove(id) else { return };
        // Whoever has gone meanwhile needs not be told.
        match (entry.listener, exit) {
            (Listener::Books, exit) => drop(self.ends.send(Ended { id: id.clone(), exit })),
            (Listener::Step(step), Some(exit)) => drop(step.send(exit)),
            (Listener::Step(step), None) => drop(step),
        }
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<SandboxId, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
