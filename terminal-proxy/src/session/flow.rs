//! Flow control: who is sent what, and when the PTY is read. Pure bookkeeping, no I/O.
//!
//! Offsets count the program's output. Of every viewer it is known how far it was sent (`sent`)
//! and how far it has drawn (`drawn`); the difference is what it owes.
//!
//! ```text
//!                 output, and the viewer owes less than a window: it is sent
//!                    ┌──┐
//!      attach ──> following ── output while it owes a window ──> stale ──┐ output is
//!                    ▲         (another viewer, or input that            │ skipped
//!                    │          waits, kept the PTY going)         ▲─────┘
//!                    │                                             │
//!                    └──── it has drawn all that it was sent: ─────┘
//!                          it is sent the present screen
//! ```
//!
//! The PTY is read while no viewer is attached, or while at least one viewer is following with
//! room in its window. Otherwise the kernel's buffer fills and the program blocks: memory stays
//! flat, and the slowest of several viewers never holds up the others.

/// How many bytes a viewer may owe. Half a mebibyte is 5 MB/s at a round trip of 100 ms, more than
/// xterm.js draws, and little enough that Ctrl-C is seen at once during a flood.
pub(crate) const WINDOW: u64 = 512 * 1024;

/// One viewer's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ViewerFlow {
    sent: u64,
    drawn: u64,
    stale: bool,
}

impl ViewerFlow {
    /// The account of a viewer that is sent the screen at `offset` as its first.
    pub(crate) fn new(offset: u64) -> Self {
        Self { sent: offset, drawn: offset, stale: false }
    }

    /// Whether the viewer can be sent more output. `queue_full` tells of a queue towards it with
    /// too many frames in it, which tiny writes can fill long before the window is.
    pub(crate) fn has_room(&self, queue_full: bool) -> bool {
        !self.stale && !queue_full && self.sent.saturating_sub(self.drawn) < WINDOW
    }

    /// Accounts for output up to `end`. True: send it. False: the viewer has become, or stays,
    /// stale.
    pub(crate) fn offer(&mut self, end: u64, queue_full: bool) -> bool {
        if self.has_room(queue_full) {
            self.sent = end;
            true
        } else {
            self.stale = true;
            false
        }
    }

    /// The viewer has drawn everything before `offset`.
    pub(crate) fn drawn(&mut self, offset: u64) {
        self.drawn = self.drawn.max(offset.min(self.sent));
    }

    /// What the viewer shows is not the present screen (it has another size).
    pub(crate) fn outdate(&mut self) {
        self.stale = true;
    }

    /// Whether it is time to send the present screen.
    pub(crate) fn wants_screen(&self, queue_full: bool) -> bool {
        self.stale && self.drawn == self.sent && !queue_full
    }

    /// The present screen, at `offset`, was sent.
    pub(crate) fn screen_sent(&mut self, offset: u64) {
        self.sent = offset;
        self.stale = false;
    }
}

/// Whether the PTY is to be read. `viewers` tells of each whether it has room; `input_waits` that
/// so much input waits for the program that no more is taken from the viewers. Their
/// acknowledgements are stuck behind that input, and the program may itself wait for its output to
/// be read before it reads on, so reading is the only way forward.
pub(crate) fn may_read(
    mut viewers: impl ExactSizeIterator<Item = bool>,
    input_waits: bool,
) -> bool {
    input_waits || viewers.len() == 0 || viewers.any(|has_room| has_room)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_viewer_is_sent_output_until_it_owes_a_window() {
        let mut viewer = ViewerFlow::new(1000);
        assert!(viewer.offer(1000 + WINDOW - 1, false));
        assert!(viewer.has_room(false));
        assert!(viewer.offer(1000 + WINDOW + 500, false), "one frame may go over");
        assert!(!viewer.has_room(false));
        viewer.drawn(1500);
        assert!(!viewer.has_room(false));
        viewer.drawn(1501);
        assert!(viewer.has_room(false));
        assert!(!viewer.has_room(true));
    }

    #[test]
    fn a_viewer_left_behind_gets_the_screen_once_it_has_drawn_all_it_was_sent() {
        let mut viewer = ViewerFlow::new(0);
        assert!(viewer.offer(WINDOW, false));
        assert!(!viewer.offer(WINDOW + 10, false));
        assert!(!viewer.wants_screen(false));
        viewer.drawn(WINDOW - 1);
        assert!(!viewer.wants_screen(false), "it has something to draw yet");
        assert!(!viewer.offer(WINDOW + 20, false), "what it missed cannot be joined on to");
        viewer.drawn(WINDOW);
        assert!(viewer.wants_screen(false));
        assert!(!viewer.wants_screen(true));
        viewer.screen_sent(WINDOW + 20);
        assert!(!viewer.wants_screen(false));
        assert!(viewer.offer(WINDOW + 30, false));
        viewer.drawn(WINDOW + 30);
        assert_eq!(viewer, ViewerFlow::new(WINDOW + 30));
    }

    #[test]
    fn a_viewer_far_behind_owes_the_screen_it_is_sent() {
        let mut viewer = ViewerFlow::new(0);
        viewer.outdate();
        assert!(viewer.wants_screen(false));
        viewer.screen_sent(5 * WINDOW);
        assert!(!viewer.has_room(false));
        viewer.drawn(5 * WINDOW);
        assert!(viewer.has_room(false));
    }

    #[test]
    fn acknowledgements_never_go_back_nor_ahead() {
        let mut viewer = ViewerFlow::new(100);
        viewer.offer(200, false);
        for offset in [150, 120, 0, u64::MAX] {
            viewer.drawn(offset);
        }
        assert_eq!(viewer, ViewerFlow::new(200));
    }

    #[test]
    fn when_the_pty_is_read() {
        let table: &[(&[bool], bool, bool)] = &[
            (&[], false, true),
            (&[true], false, true),
            (&[false], false, false),
            (&[false, false], false, false),
            (&[false, true], false, true),
            (&[false], true, true),
        ];
        for (viewers, input_waits, read) in table {
            assert_eq!(may_read(viewers.iter().copied(), *input_waits), *read, "{viewers:?}");
        }
    }
}
