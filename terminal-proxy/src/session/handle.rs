//! The two ends that hold on to a session's task: its owner's, and a connection's.

use super::{
    link::{Event, INPUT_QUEUE, Outgoing, Shared, Times, VIEWER_QUEUE, ViewerLink},
    task::{Last, Mailbox, Task},
};
use crate::status::{State, Status};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use container_api::{EndReason, LimitMet, SandboxId, TerminalSize};
use std::{
    io,
    os::fd::OwnedFd,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};
use tokio::sync::{mpsc, oneshot, watch};

/// A session, for its owner. Dropping it ends the session's task.
#[derive(Debug)]
pub(crate) struct Handle {
    shared: Arc<Shared>,
    events: mpsc::UnboundedSender<Event>,
    input: mpsc::Sender<Bytes>,
    end: oneshot::Sender<Last>,
    next_viewer: AtomicU64,
}

impl Handle {
    /// Starts the task of a session on the present runtime.
    pub(crate) fn spawn(
        id: &SandboxId,
        master: OwnedFd,
        size: TerminalSize,
        scrollback_rows: usize,
        expires_at: DateTime<Utc>,
    ) -> io::Result<Self> {
        let status = Status::new(State::Running, expires_at, None);
        let shared = Arc::new(Shared::new(status, Instant::now()));
        let (events, events_in) = mpsc::unbounded_channel();
        let (input, input_in) = mpsc::channel(INPUT_QUEUE);
        let (end, end_in) = oneshot::channel();
        let mailbox = Mailbox { events: events_in, input: input_in, end: end_in };
        let shared_too = Arc::clone(&shared);
        let task = Task::new(id.clone(), master, size, scrollback_rows, shared_too, mailbox)?;
        tokio::spawn(task.run());
        Ok(Self { shared, events, input, end, next_viewer: AtomicU64::new(0) })
    }

    /// Takes a seat in front of the terminal. Its first frame is the present screen.
    pub(crate) fn attach(&self) -> Attachment {
        let viewer = self.next_viewer.fetch_add(1, Ordering::Relaxed);
        let link = Arc::new(ViewerLink::default());
        let (frames, frames_out) = mpsc::channel(VIEWER_QUEUE);
        let link_too = Arc::clone(&link);
        // Where the task is gone `frames` is dropped, and the connection sees just that.
        let _ = self.events.send(Event::Attach { viewer, link: link_too, frames });
        Attachment {
            frames: frames_out,
            status: self.shared.status.subscribe(),
            seat: Seat {
                viewer,
                link,
                shared: Arc::clone(&self.shared),
                events: self.events.clone(),
                input: self.input.clone(),
            },
        }
    }

    /// What viewers are told.
    pub(crate) fn status(&self) -> Status {
        self.shared.status.borrow().clone()
    }

    pub(crate) fn times(&self) -> Times {
        self.shared.times()
    }

    pub(crate) fn set_expiry(&self, expires_at: DateTime<Utc>) {
        self.shared.status.send_if_modified(|status| {
            let changed = status.expires_at != expires_at;
            status.expires_at = expires_at;
            changed
        });
    }

    /// See [`Shared::sleep`].
    pub(crate) fn sleep(&self, seen: Instant) -> Option<oneshot::Receiver<()>> {
        self.shared.sleep(seen)
    }

    pub(crate) fn set_limits_met(&self, limits: Vec<LimitMet>) {
        self.shared.status.send_if_modified(|status| {
            let changed = status.limits_met != limits;
            status.limits_met = limits;
            changed
        });
    }

    pub(crate) fn set_frozen(&self, frozen: bool) {
        self.shared.set_frozen(frozen);
    }

    /// Ends the session for another one under the same id: viewers get what is left to read, and
    /// are told to come back.
    pub(crate) fn replace(self) {
        let _ = self.end.send(Last::Replaced);
    }

    /// Ends the session: viewers get what is left to read and the last status.
    pub(crate) fn end(self, reason: EndReason) {
        // The task goes only by this or by the handle's drop, so it is there to hear it, or the
        // runtime is being shut down.
        let _ = self.end.send(Last::Ended(reason));
    }
}

/// What a connection holds of a session.
#[derive(Debug)]
pub(crate) struct Attachment {
    /// Output and screens. Ends when the session does.
    pub(crate) frames: mpsc::Receiver<Outgoing>,
    /// What viewers are told; the last value after the end.
    pub(crate) status: watch::Receiver<Status>,
    /// The rest.
    pub(crate) seat: Seat,
}

/// A viewer's way to the session. Dropping it gives up the seat.
#[derive(Debug)]
pub(crate) struct Seat {
    viewer: u64,
    link: Arc<ViewerLink>,
    shared: Arc<Shared>,
    events: mpsc::UnboundedSender<Event>,
    input: mpsc::Sender<Bytes>,
}

impl Seat {
    /// Hands input over; waits while too much of it waits for the program.
    pub(crate) async fn input(&self, bytes: Bytes) {
        self.shared.note_input(&bytes, Instant::now());
        // Without a task there is no program to type to; the connection is about to be closed.
        let _ = self.input.send(bytes).await;
    }

    pub(crate) fn resize(&self, size: TerminalSize) {
        self.shared.wish_size(self.viewer, size);
    }

    pub(crate) fn drawn(&self, offset: u64) {
        self.shared.note_drawn(&self.link, offset);
    }

    /// Everything that was in the queue was taken out of it.
    pub(crate) fn queue_is_empty(&self) {
        self.shared.note_queue_empty(&self.link);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let _ = self.events.send(Event::Detach { viewer: self.viewer });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::ServerFrame;
    use nix::pty::openpty;

    fn handle(master: OwnedFd) -> Handle {
        let (id, size) = (SandboxId::random(), TerminalSize::default());
        Handle::spawn(&id, master, size, 10, Utc::now()).expect("a session")
    }

    async fn first_screen(attachment: &mut Attachment) -> ServerFrame {
        let Outgoing { frame, .. } = attachment.frames.recv().await.expect("a frame");
        ServerFrame::decode(frame).expect("of the protocol")
    }

    #[tokio::test]
    async fn a_session_that_is_let_go_ends_without_a_reason() {
        let pty = openpty(None, None).expect("a PTY");
        let handle = handle(pty.master);
        let mut attachment = handle.attach();
        let frame = first_screen(&mut attachment).await;
        assert!(matches!(frame, ServerFrame::Screen { offset: 0, .. }), "{frame:?}");
        drop(handle);
        assert!(attachment.frames.recv().await.is_none());
        assert_eq!(attachment.status.borrow().state, State::Running);
    }

    #[tokio::test]
    async fn what_was_written_before_the_end_is_sent_before_it() {
        let pty = openpty(None, None).expect("a PTY");
        let handle = handle(pty.master);
        let mut attachment = handle.attach();
        first_screen(&mut attachment).await;
        rustix::io::write(&pty.slave, b"last words").expect("to write");
        handle.end(EndReason::Stopped);
        let Outgoing { end, frame } = attachment.frames.recv().await.expect("a frame");
        let bytes = Bytes::from_static(b"last words");
        assert_eq!(ServerFrame::decode(frame), Ok(ServerFrame::Output { offset: 0, bytes }));
        assert_eq!(end, 10);
        assert!(attachment.frames.recv().await.is_none());
        let status = attachment.status.borrow().clone();
        assert_eq!((status.state, status.end), (State::Ended, Some(EndReason::Stopped)));
    }
}
