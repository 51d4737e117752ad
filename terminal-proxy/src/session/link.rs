//! What connections and the owner of a session share with its task.
//!
//! Whatever a client can send in any number takes a fixed place here: acknowledgements and sizes
//! overwrite each other, input goes through a short queue that makes its sender wait.

use crate::status::{State, Status};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use container_api::TerminalSize;
use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Instant,
};
use tokio::sync::{Notify, mpsc, oneshot, watch};

/// How many frames may wait in the queue towards one viewer. Full frames run into the window
/// first; this bounds tiny ones.
pub(crate) const VIEWER_QUEUE: usize = 512;

/// How many input frames may wait in the queue towards the session's task.
pub(crate) const INPUT_QUEUE: usize = 4;

/// A frame on its way to a viewer.
#[derive(Debug, Clone)]
pub(crate) struct Outgoing {
    /// How far the output has come when this is drawn.
    pub(crate) end: u64,
    /// The frame.
    pub(crate) frame: Bytes,
}

/// One viewer, as the session's task and the viewer's connection both see it.
#[derive(Debug, Default)]
pub(crate) struct ViewerLink {
    /// The offset before which the viewer has drawn everything.
    pub(crate) drawn: AtomicU64,
    /// The task waits for the queue towards the viewer to be emptied.
    pub(crate) queue_was_full: AtomicBool,
}

/// A viewer that comes or goes.
#[derive(Debug)]
pub(crate) enum Event {
    Attach { viewer: u64, link: Arc<ViewerLink>, frames: mpsc::Sender<Outgoing> },
    Detach { viewer: u64 },
}

/// What is known of a session outside its task.
#[derive(Debug)]
pub(crate) struct Shared {
    /// What viewers are told.
    pub(crate) status: watch::Sender<Status>,
    /// Wakes the task to look at acknowledgements and at the wished size.
    pub(crate) wake: Notify,
    /// The last size that a viewer asked for, and which viewer.
    size_wish: Mutex<Option<(u64, TerminalSize)>>,
    watched: Mutex<Watched>,
    /// The program stands still because nobody was there, and viewers are not told.
    asleep: AtomicBool,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    pub(crate) unwatched_since: Option<Instant>,
    pub(crate) last_input: Option<Instant>,
    pub(crate) last_output: Option<Instant>,
    /// When somebody last came, went, typed or chose a size.
    pub(crate) last_touch: Instant,
    pub(crate) first_command_at: Option<DateTime<Utc>>,
}

/// The times, and who is to be told of the next touch.
#[derive(Debug)]
struct Watched {
    times: Times,
    waker: Option<oneshot::Sender<()>>,
}

impl Watched {
    fn touch(&mut self, now: Instant) {
        self.times.last_touch = now;
        if let Some(waker) = self.waker.take() {
            // Whoever does not listen any more has thought better of it.
            let _ = waker.send(());
        }
    }
}

impl Shared {
    pub(crate) fn new(status: Status, now: Instant) -> Self {
        Self {
            status: watch::Sender::new(status),
            wake: Notify::new(),
            size_wish: Mutex::new(None),
            watched: Mutex::new(Watched {
                times: Times {
                    unwatched_since: Some(now),
                    last_input: None,
                    last_output: None,
                    last_touch: now,
                    first_command_at: None,
                },
                waker: None,
            }),
            asleep: AtomicBool::new(false),
        }
    }

    pub(crate) fn times(&self) -> Times {
        lock(&self.watched).times
    }

    /// Somebody types. What an Enter is in the first place is for terminals to say; each of the two
    /// bytes is one in some mode.
    pub(crate) fn note_input(&self, bytes: &[u8], now: Instant) {
        let mut watched = lock(&self.watched);
        watched.touch(now);
        let times = &mut watched.times;
        times.last_input = Some(now);
        if times.first_command_at.is_none() && bytes.iter().any(|b| matches!(b, b'\r' | b'\n')) {
            times.first_command_at = Some(Utc::now());
        }
    }

    /// The program has printed something.
    pub(crate) fn note_output(&self, now: Instant) {
        lock(&self.watched).times.last_output = Some(now);
    }

    /// Keeps what is typed from now on until [`Shared::set_frozen`]; the receiver hears of the next
    /// touch. `None` where there was one after `seen`.
    pub(crate) fn sleep(&self, seen: Instant) -> Option<oneshot::Receiver<()>> {
        let mut watched = lock(&self.watched);
        if watched.times.last_touch != seen {
            return None;
        }
        let (waker, touched) = oneshot::channel();
        watched.waker = Some(waker);
        self.asleep.store(true, Ordering::Release);
        Some(touched)
    }

    /// The program stands still, or goes on, and is not asleep any more: viewers are told, and what was typed moves or waits.
    pub(crate) fn set_frozen(&self, frozen: bool) {
        lock(&self.watched).waker = None;
        let slept = self.asleep.swap(false, Ordering::AcqRel);
        let state = if frozen { State::Frozen } else { State::Running };
        let changed = self.status.send_if_modified(|status| {
            let other = matches!(status.state, State::Running | State::Frozen);
            let changed = other && status.state != state;
            if changed {
                status.state = state;
            }
            changed
        });
        if changed || slept {
            self.wake.notify_one();
        }
    }

    /// Whether what is typed waits.
    pub(crate) fn keeps_input(&self) -> bool {
        self.asleep.load(Ordering::Acquire) || self.status.borrow().state == State::Frozen
    }

    /// The number of viewers has changed: they are told, and so is whoever reaps.
    pub(crate) fn note_viewers(&self, viewers: usize, now: Instant) {
        let mut watched = lock(&self.watched);
        if viewers > self.status.borrow().viewers {
            watched.touch(now);
        }
        // Who leaves wakes nobody.
        watched.times.last_touch = now;
        watched.times.unwatched_since = (viewers == 0).then_some(now);
        drop(watched);
        self.status.send_if_modified(|status| {
            let changed = status.viewers != viewers;
            status.viewers = viewers;
            changed
        });
    }

    pub(crate) fn wish_size(&self, viewer: u64, size: TerminalSize) {
        lock(&self.watched).touch(Instant::now());
        *lock(&self.size_wish) = Some((viewer, size));
        self.wake.notify_one();
    }

    pub(crate) fn take_size_wish(&self) -> Option<(u64, TerminalSize)> {
        lock(&self.size_wish).take()
    }

    pub(crate) fn note_drawn(&self, link: &ViewerLink, offset: u64) {
        link.drawn.fetch_max(offset, Ordering::Relaxed);
        self.wake.notify_one();
    }

    /// The queue towards a viewer is empty.
    pub(crate) fn note_queue_empty(&self, link: &ViewerLink) {
        if link.queue_was_full.swap(false, Ordering::AcqRel) {
            self.wake.notify_one();
        }
    }
}

/// Nothing that holds these locks can leave their content half changed, so a panic elsewhere is
/// no reason to refuse it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
