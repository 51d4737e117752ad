//! The task of a session.

use super::{
    flow::{self, ViewerFlow},
    link::{Event, Outgoing, Shared, ViewerLink},
    pty::{Pty, Read},
};
use crate::{
    model::Model,
    status::State,
    wire::{self, OUTPUT_HEADER, ServerFrame},
};
use bytes::{Bytes, BytesMut};
use container_api::{EndReason, SandboxId, TerminalSize};
use std::{
    io,
    os::fd::OwnedFd,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};
use tokio::sync::{mpsc, oneshot};

/// The most output that goes into one frame, in bytes.
const READ_MAX: usize = 64 * 1024;

/// From this much on a read is taken for the middle of a flood, and given a moment to grow: large
/// frames cost less. A keystroke's echo is shorter and goes at once.
const FLOOD: usize = 1024;

/// How much input may wait for the program, in bytes, before none is taken from the viewers.
const INPUT_MAX: usize = 1024 * 1024;

/// Sizes are applied at most this often: a new size costs a new grid and makes programs redraw.
const RESIZE_EVERY: Duration = Duration::from_millis(25);

/// How long the model may work before others get a turn. Some short sequences are much work.
const MODEL_TURN: Duration = Duration::from_millis(1);

/// How many full frames are read after the end.
const LAST_READS: usize = 16;

/// What comes to the task.
#[derive(Debug)]
pub(super) struct Mailbox {
    pub(super) events: mpsc::UnboundedReceiver<Event>,
    pub(super) input: mpsc::Receiver<Bytes>,
    pub(super) end: oneshot::Receiver<Last>,
}

/// How a session ends for its viewers.
#[derive(Debug)]
pub(super) enum Last {
    /// With its sandbox.
    Ended(EndReason),
    /// Another one under the same id takes its place.
    Replaced,
}

#[derive(Debug)]
struct Viewer {
    id: u64,
    flow: ViewerFlow,
    link: Arc<ViewerLink>,
    frames: mpsc::Sender<Outgoing>,
}

impl Viewer {
    /// Whether the queue towards the viewer takes no more. Whoever empties it then wakes us.
    fn queue_full(&self) -> bool {
        if self.frames.capacity() > 0 {
            return false;
        }
        self.link.queue_was_full.store(true, Ordering::SeqCst);
        // It may have been emptied before the note was up.
        self.frames.capacity() == 0
    }

    fn send(&self, end: u64, frame: Bytes) {
        // Full is excluded by the question above; closed means that its detaching is on the way.
        let _ = self.frames.try_send(Outgoing { end, frame });
    }
}

#[derive(Debug)]
pub(super) struct Task {
    id: SandboxId,
    pty: Pty,
    model: Model,
    shared: Arc<Shared>,
    mailbox: Mailbox,
    viewers: Vec<Viewer>,
    /// How many bytes the program has written so far.
    offset: u64,
    /// Input that the program's side has not yet taken.
    pending: BytesMut,
    /// Some process has the program's side open.
    open: bool,
    size: TerminalSize,
    size_wish: Option<(u64, TerminalSize)>,
    resize_at: tokio::time::Instant,
}

impl Task {
    pub(super) fn new(
        id: SandboxId,
        master: OwnedFd,
        size: TerminalSize,
        scrollback_rows: usize,
        shared: Arc<Shared>,
        mailbox: Mailbox,
    ) -> io::Result<Self> {
        let size = size.clamped();
        Ok(Self {
            id,
            pty: Pty::new(master)?,
            model: Model::new(size, scrollback_rows),
            shared,
            mailbox,
            viewers: Vec::new(),
            offset: 0,
            pending: BytesMut::new(),
            open: true,
            size,
            size_wish: None,
            resize_at: tokio::time::Instant::now(),
        })
    }

    pub(super) async fn run(mut self) {
        let last = loop {
            let takes_input = self.pending.len() < INPUT_MAX;
            let may_read = self.open && self.may_read();
            // A terminal would echo, and act upon Ctrl-C: nothing of that while nobody is there.
            let may_write = self.open && !self.pending.is_empty() && !self.shared.keeps_input();
            tokio::select! {
                last = &mut self.mailbox.end => break last.ok(),
                Some(event) = self.mailbox.events.recv() => self.handle(event),
                () = self.shared.wake.notified() => self.look_at_viewers(),
                Some(input) = self.mailbox.input.recv(), if takes_input => self.take_input(&input),
                ready = self.pty.readable(), if may_read => {
                    if self.check(ready).is_some() {
                        self.read(Pty::read).await;
                    }
                }
                ready = self.pty.writable(), if may_write => {
                    if self.check(ready).is_some() {
                        self.write();
                    }
                }
                () = tokio::time::sleep_until(self.resize_at), if self.size_wish.is_some() => {
                    self.resize();
                }
            }
        };
        self.finish(last).await;
    }

    fn may_read(&self) -> bool {
        let viewers = self.viewers.iter().map(|viewer| viewer.flow.has_room(viewer.queue_full()));
        flow::may_read(viewers, self.pending.len() >= INPUT_MAX)
    }

    /// The value, or `None` after the terminal has failed, which is taken for its being closed.
    fn check<T>(&mut self, result: io::Result<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                tracing::error!(sandbox = %self.id, %error, "the PTY failed");
                self.close();
                None
            }
        }
    }

    fn close(&mut self) {
        self.open = false;
        self.pending = BytesMut::new();
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Attach { viewer: id, link, frames } => {
                let viewer = Viewer { id, flow: ViewerFlow::new(self.offset), link, frames };
                // First the count, so that the viewer's first status is the present one.
                self.shared.note_viewers(self.viewers.len() + 1, Instant::now());
                viewer.send(self.offset, self.screen());
                self.viewers.push(viewer);
            }
            Event::Detach { viewer } => {
                self.viewers.retain(|v| v.id != viewer);
                self.shared.note_viewers(self.viewers.len(), Instant::now());
            }
        }
    }

    /// Looks at what viewers have drawn and at the size they wish.
    fn look_at_viewers(&mut self) {
        for viewer in &mut self.viewers {
            viewer.flow.drawn(viewer.link.drawn.load(Ordering::Relaxed));
        }
        self.send_screens();
        if let Some(wish) = self.shared.take_size_wish() {
            self.size_wish = Some(wish);
            if self.resize_at <= tokio::time::Instant::now() {
                self.resize();
            }
        }
    }

    /// Brings those to the present that were left behind and have drawn all they were sent.
    fn send_screens(&mut self) {
        let wants = |viewer: &Viewer| viewer.flow.wants_screen(viewer.queue_full());
        if !self.viewers.iter().any(wants) {
            return;
        }
        let screen = self.screen();
        for viewer in self.viewers.iter_mut().filter(|viewer| wants(viewer)) {
            viewer.flow.screen_sent(self.offset);
            viewer.send(self.offset, screen.clone());
        }
    }

    fn screen(&mut self) -> Bytes {
        let paint = Bytes::from(self.model.paint());
        ServerFrame::Screen { offset: self.offset, size: self.size, paint }.encode()
    }

    fn take_input(&mut self, input: &[u8]) {
        if !self.open {
            return;
        }
        self.pending.extend_from_slice(input);
        while self.pending.len() < INPUT_MAX {
            let Ok(more) = self.mailbox.input.try_recv() else { break };
            self.pending.extend_from_slice(&more);
        }
        if !self.shared.keeps_input() {
            self.write();
        }
    }

    fn write(&mut self) {
        let written = self.pty.write(&mut self.pending);
        if self.check(written) == Some(false) {
            self.close();
        }
        if self.pending.is_empty() {
            // Gives back what a large paste has needed.
            self.pending = BytesMut::new();
        }
    }

    /// Reads what there is, sends it, and keeps the model up to date. Returns how much it was.
    async fn read(&mut self, first: fn(&Pty, &mut Vec<u8>) -> io::Result<Read>) -> usize {
        let mut frame = Vec::with_capacity(OUTPUT_HEADER + READ_MAX);
        frame.extend_from_slice(&wire::output_header(self.offset));
        self.fill(&mut frame, first);
        if self.open && frame.len() >= OUTPUT_HEADER + FLOOD {
            tokio::task::yield_now().await;
            self.fill(&mut frame, Pty::read_on);
        }
        let count = frame.len() - OUTPUT_HEADER;
        if count == 0 {
            return 0;
        }
        // A frame that waits for its viewer must not hold on to a buffer far larger than itself.
        let frame = match count {
            0..READ_MAX => Bytes::copy_from_slice(&frame),
            _ => Bytes::from(frame),
        };
        self.offset += count as u64;
        self.shared.note_output(Instant::now());
        for viewer in &mut self.viewers {
            let full = viewer.queue_full();
            if viewer.flow.offer(self.offset, full) {
                viewer.send(self.offset, frame.clone());
            }
        }
        self.show(&frame[OUTPUT_HEADER..]).await;
        self.send_screens();
        count
    }

    fn fill(&mut self, frame: &mut Vec<u8>, read: impl Fn(&Pty, &mut Vec<u8>) -> io::Result<Read>) {
        while self.open && frame.len() < frame.capacity() {
            let outcome = read(&self.pty, frame);
            match self.check(outcome) {
                Some(Read::Bytes(_)) => {}
                Some(Read::Closed) => self.close(),
                Some(Read::Empty) | None => break,
            }
        }
    }

    async fn show(&mut self, output: &[u8]) {
        let mut turn = Instant::now();
        for slice in output.chunks(256) {
            if turn.elapsed() > MODEL_TURN {
                tokio::task::yield_now().await;
                turn = Instant::now();
            }
            self.model.feed(slice);
        }
    }

    fn resize(&mut self) {
        let Some((wisher, size)) = self.size_wish.take() else { return };
        let size = size.clamped();
        if size == self.size {
            return;
        }
        self.resize_at = tokio::time::Instant::now() + RESIZE_EVERY;
        self.size = size;
        self.model.resize(size);
        if self.open {
            let resized = self.pty.resize(size);
            self.check(resized);
        }
        for viewer in self.viewers.iter_mut().filter(|viewer| viewer.id != wisher) {
            viewer.flow.outdate();
        }
        self.send_screens();
    }

    async fn finish(mut self, last: Option<Last>) {
        let Some(last) = last else { return };
        for _ in 0..LAST_READS {
            // The last words may be there though nothing was heard of them yet.
            if !self.open || self.read(Pty::read_on).await == 0 {
                break;
            }
        }
        self.shared.status.send_modify(|status| {
            (status.state, status.end) = match last {
                Last::Ended(reason) => (State::Ended, Some(reason)),
                Last::Replaced => (State::Restarting, None),
            };
        });
    }
}
