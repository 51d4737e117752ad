//! The screen model: what the program has painted, and how to paint it again elsewhere.
//!
//! The grid, its colours and most modes are kept by the `vt100` crate. It is fed with whole control
//! sequences only (see [`split`]), in the dialect that it knows: [`screen`] puts what xterm does
//! and `vt100` does not into sequences it has, and notes in [`modes`] what it does not tell.
//! Nothing here ever answers a program's question: the browser's terminal does.
//!
//! The program's output is a stranger's, so a panic in here costs the picture, never the session.

mod modes;
mod paint;
mod screen;
mod sequence;
mod split;

use container_api::TerminalSize;
use screen::Screen;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A terminal's screen, scrollback and modes.
#[derive(Debug)]
pub(crate) struct Model {
    screen: Screen,
    size: TerminalSize,
    scrollback_rows: usize,
}

impl Model {
    /// A blank screen. The size is taken as clamped.
    pub(crate) fn new(size: TerminalSize, scrollback_rows: usize) -> Self {
        Self { screen: Screen::new(size, scrollback_rows), size, scrollback_rows }
    }

    /// Takes output.
    pub(crate) fn feed(&mut self, output: &[u8]) {
        self.guarded(|screen| screen.feed(output));
    }

    /// Gives the screen another size, taken as clamped.
    pub(crate) fn resize(&mut self, size: TerminalSize) {
        self.size = size;
        self.guarded(|screen| screen.resize(size));
    }

    /// Bytes that reset a terminal of this size and paint the present screen on it.
    pub(crate) fn paint(&mut self) -> Vec<u8> {
        self.guarded(Screen::paint).unwrap_or_else(|| paint::RESET.into())
    }

    fn guarded<T>(&mut self, work: impl FnOnce(&mut Screen) -> T) -> Option<T> {
        // The screen is thrown away if it was left half changed.
        let done = catch_unwind(AssertUnwindSafe(|| work(&mut self.screen)));
        if done.is_err() {
            tracing::error!("the screen model failed: this terminal's picture starts afresh");
            self.screen = Screen::new(self.size, self.scrollback_rows);
        }
        done.ok()
    }
}

#[cfg(test)]
mod tests;
