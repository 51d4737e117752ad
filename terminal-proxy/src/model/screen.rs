//! The grid, fed with a program's output in the dialect that `vt100` knows.

use super::{
    modes::{BufferModes, Charset, Modes, SavedCursor, graphic},
    sequence::{Csi, Sequence, parse},
    split::{Piece, Splitter},
};
use container_api::TerminalSize;
use std::{fmt, num::NonZeroU16};

pub(super) const MAIN: usize = 0;
const ALTERNATE: usize = 1;

/// Tab stops are every so many columns; no program that matters sets others.
const TAB: u16 = 8;

pub(super) struct Screen {
    splitter: Splitter,
    pub(super) state: State,
}

/// What whole pieces act on.
pub(super) struct State {
    pub(super) grid: vt100::Parser,
    pub(super) modes: Modes,
}

impl fmt::Debug for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Screen").field("modes", &self.state.modes).finish_non_exhaustive()
    }
}

impl Screen {
    pub(super) fn new(size: TerminalSize, scrollback_rows: usize) -> Self {
        let (rows, columns) = cells(size);
        let grid = vt100::Parser::new(rows, columns, scrollback_rows);
        Self { splitter: Splitter::new(), state: State { grid, modes: Modes::default() } }
    }

    pub(super) fn feed(&mut self, output: &[u8]) {
        let state = &mut self.state;
        self.splitter.feed(output, |piece| match piece {
            Piece::Text(text) => state.text(text),
            Piece::Sequence(sequence) => state.sequence(sequence),
        });
    }

    pub(super) fn resize(&mut self, size: TerminalSize) {
        let (rows, columns) = cells(size);
        self.state.grid.set_size(rows, columns);
        // Terminals forget the scroll region when their size changes.
        for buffer in &mut self.state.modes.buffers {
            buffer.region = None;
        }
    }

    pub(super) fn paint(&mut self) -> Vec<u8> {
        let mut out = self.state.paint().into_bytes();
        out.extend_from_slice(&self.splitter.tail());
        out
    }
}

fn cells(size: TerminalSize) -> (NonZeroU16, NonZeroU16) {
    let at_least_one = |n| NonZeroU16::new(n).unwrap_or(NonZeroU16::MIN);
    (at_least_one(size.rows), at_least_one(size.columns))
}

impl State {
    /// Which buffer is shown.
    pub(super) fn buffer(&self) -> usize {
        if self.grid.screen().alternate_screen() { ALTERNATE } else { MAIN }
    }

    fn columns(&self) -> u16 {
        self.grid.screen().size().1.get()
    }

    fn rows(&self) -> u16 {
        self.grid.screen().size().0.get()
    }

    fn text(&mut self, text: &[u8]) {
        let shifts = text.iter().any(|b| matches!(b, 0x0e | 0x0f));
        if self.modes.plain_text() && !shifts {
            return self.grid.process(text);
        }
        for character in String::from_utf8_lossy(text).chars() {
            match character {
                '\x0e' => self.modes.shift = 1,
                '\x0f' => self.modes.shift = 0,
                '\0'..' ' => self.put(character),
                _ => self.character(character),
            }
        }
    }

    fn character(&mut self, character: char) {
        if !self.modes.autowrap && self.grid.screen().cursor_position().1 >= self.columns() {
            self.grid.process(format!("\x1b[{}G", self.columns()).as_bytes());
        }
        if self.modes.insert {
            self.grid.process(b"\x1b[@");
        }
        match self.modes.charset() {
            Charset::Ascii => self.put(character),
            Charset::Graphics => self.put(graphic(character)),
        }
    }

    fn put(&mut self, character: char) {
        self.grid.process(character.encode_utf8(&mut [0; 4]).as_bytes());
    }

    fn sequence(&mut self, bytes: &[u8]) {
        match parse(bytes) {
            Sequence::Escape { intermediate: None, last } => self.escape(last, bytes),
            Sequence::Escape { intermediate: Some(which @ (b'(' | b')')), last } => {
                let charset = if last == b'0' { Charset::Graphics } else { Charset::Ascii };
                self.modes.charsets[usize::from(which == b')')] = charset;
            }
            Sequence::Csi(csi) => self.csi(&csi, bytes),
            Sequence::Osc { command: b"0" | b"2", text } => self.modes.set_title(text),
            Sequence::Escape { .. } | Sequence::Osc { .. } | Sequence::Other => {}
        }
    }

    fn escape(&mut self, last: u8, bytes: &[u8]) {
        match last {
            b'7' => self.save_cursor(),
            b'8' => self.restore_cursor(),
            // Index and next line.
            b'D' => self.grid.process(b"\n"),
            b'E' => self.grid.process(b"\r\n"),
            b'c' => {
                self.modes = Modes::default();
                self.grid.process(bytes);
            }
            _ => self.grid.process(bytes),
        }
    }

    fn csi(&mut self, csi: &Csi, bytes: &[u8]) {
        match (csi.prefix, csi.intermediate, csi.last) {
            (Some(b'?'), None, b'h' | b'l') => {
                for &mode in &csi.parameters {
                    self.private_mode(mode, csi.last == b'h');
                }
            }
            (Some(b'?'), None, b'J' | b'K') | (None, Some(b' '), b'q') => self.grid.process(bytes),
            (None, Some(b'!'), b'p') => self.soft_reset(),
            (None, None, last) => self.plain_csi(csi, last, bytes),
            _ => {}
        }
    }

    fn plain_csi(&mut self, csi: &Csi, last: u8, bytes: &[u8]) {
        let count = csi.parameter(0, 1);
        match last {
            b'h' | b'l' if csi.parameters.contains(&4) => self.modes.insert = last == b'h',
            b'r' => {
                let (buffer, rows) = (self.buffer(), self.rows());
                self.modes.set_region(buffer, count, csi.parameter(1, rows), rows);
                self.grid.process(bytes);
            }
            b's' if csi.parameters == [0] => self.save_cursor(),
            b'u' if csi.parameters == [0] => self.restore_cursor(),
            b'I' => self.grid.process(&vec![b'\t'; usize::from(count.min(self.columns()))]),
            b'Z' => self.back_tab(count),
            b'a' => self.grid.process(format!("\x1b[{count}C").as_bytes()),
            b'e' => self.grid.process(format!("\x1b[{count}B").as_bytes()),
            // More than the whole screen full shows nothing else.
            b'b' => {
                let most = u32::from(self.columns()) * u32::from(self.rows());
                let count = u32::from(count).min(most);
                self.grid.process(format!("\x1b[{count}b").as_bytes());
            }
            // Questions and window operations, which nobody answers here.
            b'c' | b'n' | b't' | b'h' | b'l' | b's' | b'u' => {}
            _ => self.grid.process(bytes),
        }
    }

    fn private_mode(&mut self, mode: u16, set: bool) {
        let last = if set { 'h' } else { 'l' };
        match mode {
            7 => self.modes.autowrap = set,
            1047 => self.grid.process(format!("\x1b[?47{last}").as_bytes()),
            1048 if set => self.save_cursor(),
            1048 => self.restore_cursor(),
            1049 => {
                if set && self.buffer() == MAIN {
                    self.note_saved_cursor();
                }
                // The alternate buffer starts blank whenever it is entered this way.
                self.modes.buffers[ALTERNATE] = BufferModes::default();
                self.grid.process(format!("\x1b[?1049{last}").as_bytes());
            }
            _ => {
                if mode == 6 {
                    self.modes.origin = set;
                }
                self.modes.remember(mode, set);
                self.grid.process(format!("\x1b[?{mode}{last}").as_bytes());
            }
        }
    }

    fn save_cursor(&mut self) {
        self.note_saved_cursor();
        self.grid.process(b"\x1b7");
    }

    fn note_saved_cursor(&mut self) {
        let screen = self.grid.screen();
        let saved = SavedCursor {
            position: screen.cursor_position(),
            attributes: screen.attributes_formatted(),
            charsets: self.modes.charsets,
        };
        let buffer = self.buffer();
        self.modes.buffers[buffer].saved = Some(saved);
    }

    fn restore_cursor(&mut self) {
        let saved = self.modes.buffers[self.buffer()].saved.as_ref();
        self.modes.charsets = saved.map(|saved| saved.charsets).unwrap_or_default();
        self.grid.process(b"\x1b8");
    }

    fn back_tab(&mut self, count: u16) {
        let column = self.grid.screen().cursor_position().1.min(self.columns() - 1);
        // The stop before this column, and then so many more.
        let stop = column.div_ceil(TAB).saturating_sub(count) * TAB;
        self.grid.process(format!("\x1b[{}G", stop + 1).as_bytes());
    }

    fn soft_reset(&mut self) {
        let buffer = self.buffer();
        self.modes.soft_reset(buffer);
        let (row, column) = self.grid.screen().cursor_position();
        // Region and origin mode move the cursor, which a soft reset does not.
        self.grid.process(b"\x1b[?25h\x1b[?1l\x1b[?2004l\x1b>\x1b[?6l\x1b[r\x1b[m");
        self.grid.process(format!("\x1b[{};{}H", row + 1, column + 1).as_bytes());
    }
}
