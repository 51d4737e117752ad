//! Painting the screen: bytes that make any terminal of the same size look and behave like it.
//!
//! Reset, scrollback, main buffer, alternate buffer if it is shown, scroll region, the cursor put
//! aside, the cursor, modes. Every step leaves alone what those before have set up.

use super::{
    modes::{Charset, SavedCursor, paint_charsets},
    screen::{MAIN, State},
};
use vt100::{Cell, Color};

/// Breaks off whatever the terminal was in the middle of, and resets it.
pub(super) const RESET: &str = "\x18\x1bc";

impl State {
    /// Everything but what has begun and not ended.
    pub(super) fn paint(&mut self) -> String {
        let mut out = String::from(RESET);
        if self.grid.screen().alternate_screen() {
            // `vt100` tells of the buffer that is shown only; this has no other effect than that.
            self.grid.process(b"\x1b[?47l");
            self.paint_main(&mut out);
            self.paint_hidden_cursor(&mut out);
            self.grid.process(b"\x1b[?47h");
            out.push_str("\x1b[?1049h");
            out.push_str(&self.grid.screen().contents_formatted());
        } else {
            self.paint_main(&mut out);
        }
        self.paint_cursor(&mut out);
        out.push_str(&self.grid.screen().input_mode_formatted());
        self.modes.paint(&mut out);
        out
    }

    fn paint_main(&mut self, out: &mut String) {
        self.paint_scrollback(out);
        out.push_str(&self.grid.screen().contents_formatted());
    }

    /// Prints the scrollback's rows, and pushes them out of sight.
    fn paint_scrollback(&mut self, out: &mut String) {
        let (rows, columns) = self.grid.screen().size();
        let screen = self.grid.screen_mut();
        // More than there is means all there is.
        screen.set_scrollback(usize::MAX);
        let mut above = screen.scrollback();
        if above == 0 {
            return;
        }
        while above > 0 {
            screen.set_scrollback(above);
            let page = above.min(usize::from(rows.get()));
            for row in (0..rows.get()).take(page) {
                paint_row(screen, row, columns.get(), out);
            }
            above -= page;
        }
        screen.set_scrollback(0);
        for _ in 1..rows.get() {
            out.push_str("\r\n");
        }
    }

    /// Puts the cursor of the main buffer where it is to be after the alternate one: switching
    /// saves it.
    fn paint_hidden_cursor(&self, out: &mut String) {
        let buffer = &self.modes.buffers[MAIN];
        paint_region(buffer.region, out);
        let here = SavedCursor {
            position: self.grid.screen().cursor_position(),
            ..SavedCursor::default()
        };
        let saved = buffer.saved.as_ref().unwrap_or(&here);
        out.push_str(&move_to(saved.position));
        out.push_str(&saved.attributes);
    }

    /// Region, the cursor put aside, origin mode, the cursor. Painting the buffer has left the
    /// cursor in its place, so this is only needed where something moves it.
    fn paint_cursor(&self, out: &mut String) {
        let screen = self.grid.screen();
        let buffer = &self.modes.buffers[self.buffer()];
        if buffer.region.is_none() && buffer.saved.is_none() && !self.modes.origin {
            return;
        }
        paint_region(buffer.region, out);
        if let Some(saved) = &buffer.saved {
            paint_saved_cursor(saved, out);
        }
        if self.modes.origin {
            let top = buffer.region.map_or(0, |(top, _)| top - 1);
            let (row, column) = screen.cursor_position();
            out.push_str("\x1b[?6h");
            out.push_str(&move_to((row.saturating_sub(top), column)));
        } else {
            out.push_str(&screen.cursor_state_formatted());
        }
        out.push_str(&screen.attributes_formatted());
    }
}

fn paint_region(region: Option<(u16, u16)>, out: &mut String) {
    if let Some((top, bottom)) = region {
        out.push_str(&format!("\x1b[{top};{bottom}r"));
    }
}

fn paint_saved_cursor(saved: &SavedCursor, out: &mut String) {
    out.push_str(&move_to(saved.position));
    out.push_str(&saved.attributes);
    paint_charsets(saved.charsets, out);
    out.push_str("\x1b7");
    if saved.charsets.contains(&Charset::Graphics) {
        out.push_str("\x1b(B\x1b)B");
    }
}

fn move_to((row, column): (u16, u16)) -> String {
    format!("\x1b[{};{}H", row + 1, column + 1)
}

/// Prints a row without moving the cursor by anything but printing, and ends the line unless it
/// goes on in the next.
fn paint_row(screen: &vt100::Screen, row: u16, columns: u16, out: &mut String) {
    let cell = |column| screen.cell(row, column);
    let width = (0..columns)
        .rev()
        .find(|&column| cell(column).is_some_and(|cell| !is_blank(cell)))
        .map_or(0, |last| last + 1);
    let mut style = Style::default();
    for cell in (0..width).filter_map(cell).filter(|cell| !cell.is_wide_continuation()) {
        let wanted = Style::of(cell);
        if wanted != style {
            wanted.paint(out);
            style = wanted;
        }
        out.push_str(if cell.has_contents() { cell.contents() } else { " " });
    }
    if style != Style::default() {
        out.push_str("\x1b[m");
    }
    if width < columns || !screen.row_wrapped(row) {
        out.push_str("\r\n");
    }
}

/// Whether nothing of a cell is seen.
fn is_blank(cell: &Cell) -> bool {
    !cell.has_contents() && !cell.is_wide_continuation() && Style::of(cell) == Style::default()
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Style {
    foreground: Color,
    background: Color,
    /// Bold, dim, italic, underlined, inverse.
    flags: [bool; 5],
}

impl Default for Style {
    fn default() -> Self {
        Self { foreground: Color::Default, background: Color::Default, flags: [false; 5] }
    }
}

impl Style {
    fn of(cell: &Cell) -> Self {
        Self {
            foreground: cell.fgcolor(),
            background: cell.bgcolor(),
            flags: [cell.bold(), cell.dim(), cell.italic(), cell.underline(), cell.inverse()],
        }
    }

    fn paint(self, out: &mut String) {
        out.push_str("\x1b[0");
        for (set, code) in self.flags.into_iter().zip([";1", ";2", ";3", ";4", ";7"]) {
            if set {
                out.push_str(code);
            }
        }
        paint_color(self.foreground, 38, out);
        paint_color(self.background, 48, out);
        out.push('m');
    }
}

fn paint_color(color: Color, code: u8, out: &mut String) {
    match color {
        Color::Default => {}
        Color::Idx(index) => out.push_str(&format!(";{code};5;{index}")),
        Color::Rgb(r, g, b) => out.push_str(&format!(";{code};2;{r};{g};{b}")),
    }
}
