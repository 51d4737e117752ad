//! What a terminal remembers besides the grid that `vt100` keeps (or keeps to itself).

/// How bytes 0x60–0x7e of a character set look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Charset {
    /// As ASCII has it.
    #[default]
    Ascii,
    /// DEC special graphics: lines and corners.
    Graphics,
}

/// A cursor put aside by DECSC.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SavedCursor {
    /// Row and column, from 0.
    pub(super) position: (u16, u16),
    /// The sequence that sets its colours and styles.
    pub(super) attributes: String,
    /// G0 and G1.
    pub(super) charsets: [Charset; 2],
}

/// What the main and the alternate buffer have each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct BufferModes {
    /// First and last row of the scroll region, from 1; `None` is the whole screen.
    pub(super) region: Option<(u16, u16)>,
    /// The cursor put aside.
    pub(super) saved: Option<SavedCursor>,
}

/// Private modes that change nothing in the model and must be set again after a repaint: reverse
/// video, cursor blinking, focus reports, alternate scroll, two mouse encodings.
const REMEMBERED: [u16; 6] = [5, 12, 1004, 1007, 1015, 1016];

/// The longest title that is kept, in bytes.
const MAX_TITLE: usize = 512;

/// Modes and registers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Modes {
    /// The window's title.
    pub(super) title: Option<String>,
    /// The main and the alternate buffer.
    pub(super) buffers: [BufferModes; 2],
    /// G0 and G1.
    pub(super) charsets: [Charset; 2],
    /// Which of them is in use.
    pub(super) shift: usize,
    /// The cursor goes on in the next line behind the last column.
    pub(super) autowrap: bool,
    /// Characters push what is right of them.
    pub(super) insert: bool,
    /// Rows count from the top of the scroll region.
    pub(super) origin: bool,
    remembered: [Option<bool>; REMEMBERED.len()],
}

impl Default for Modes {
    fn default() -> Self {
        Self {
            title: None,
            buffers: Default::default(),
            charsets: Default::default(),
            shift: 0,
            autowrap: true,
            insert: false,
            origin: false,
            remembered: Default::default(),
        }
    }
}

impl Modes {
    /// Whether text can go into the grid as it is.
    pub(super) fn plain_text(&self) -> bool {
        self.autowrap && !self.insert && self.charset() == Charset::Ascii
    }

    /// The character set in use.
    pub(super) fn charset(&self) -> Charset {
        self.charsets[self.shift]
    }

    /// Notes a private mode, if it is one of those to remember.
    pub(super) fn remember(&mut self, mode: u16, set: bool) {
        if let Some(at) = REMEMBERED.iter().position(|&known| known == mode) {
            self.remembered[at] = Some(set);
        }
    }

    /// Notes a title: without control characters, and cut where it is very long.
    pub(super) fn set_title(&mut self, title: &[u8]) {
        let title = String::from_utf8_lossy(&title[..title.len().min(MAX_TITLE)]);
        self.title = Some(title.chars().filter(|c| !c.is_control()).collect());
    }

    /// Notes a scroll region as DECSTBM names it.
    pub(super) fn set_region(&mut self, buffer: usize, top: u16, bottom: u16, rows: u16) {
        let bottom = bottom.min(rows);
        let whole = top >= bottom || (top, bottom) == (1, rows);
        self.buffers[buffer].region = (!whole).then_some((top, bottom));
    }

    /// What DECSTR resets.
    pub(super) fn soft_reset(&mut self, buffer: usize) {
        self.buffers[buffer] = BufferModes::default();
        self.charsets = Default::default();
        self.shift = 0;
        self.autowrap = true;
        self.insert = false;
        self.origin = false;
    }

    /// Sequences that bring a terminal just reset into these modes; without what moves the cursor.
    pub(super) fn paint(&self, out: &mut String) {
        if !self.autowrap {
            out.push_str("\x1b[?7l");
        }
        if self.insert {
            out.push_str("\x1b[4h");
        }
        for (mode, set) in REMEMBERED.iter().zip(self.remembered) {
            if let Some(set) = set {
                out.push_str(&format!("\x1b[?{mode}{}", if set { 'h' } else { 'l' }));
            }
        }
        if let Some(title) = &self.title {
            out.push_str("\x1b]2;");
            out.push_str(title);
            out.push('\x07');
        }
        paint_charsets(self.charsets, out);
        if self.shift == 1 {
            out.push('\x0e');
        }
    }
}

/// Sequences that set G0 and G1 on a terminal where both are ASCII.
pub(super) fn paint_charsets(charsets: [Charset; 2], out: &mut String) {
    for (charset, sequence) in charsets.into_iter().zip(["\x1b(0", "\x1b)0"]) {
        if charset == Charset::Graphics {
            out.push_str(sequence);
        }
    }
}

/// What DEC special graphics show for a character.
pub(super) fn graphic(character: char) -> char {
    const GLYPHS: [char; 31] = [
        '◆', '▒', '␉', '␌', '␍', '␊', '°', '±', '␤', '␋', '┘', '┐', '┌', '└', '┼', '⎺', '⎻', '─',
        '⎼', '⎽', '├', '┤', '┴', '┬', '│', '≤', '≥', 'π', '≠', '£', '·',
    ];
    let index = (character as usize).checked_sub('`' as usize);
    index.and_then(|index| GLYPHS.get(index)).copied().unwrap_or(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_without_special_modes_needs_no_sequences() {
        let mut out = String::new();
        Modes::default().paint(&mut out);
        assert_eq!(out, "");
    }

    #[test]
    fn modes_are_painted() {
        let mut modes = Modes { autowrap: false, insert: true, shift: 1, ..Modes::default() };
        modes.charsets = [Charset::Ascii, Charset::Graphics];
        modes.remember(1004, true);
        modes.remember(12, false);
        modes.remember(9999, true);
        modes.set_title(b"a\x1bb\xff");
        let mut out = String::new();
        modes.paint(&mut out);
        let modes = "\x1b[?7l\x1b[4h\x1b[?12l\x1b[?1004h";
        assert_eq!(out, format!("{modes}\x1b]2;ab\u{fffd}\x07\x1b)0\x0e"));
    }

    #[test]
    fn a_scroll_region_over_the_whole_screen_is_none() {
        let mut modes = Modes::default();
        let table = [((2, 5), Some((2, 5))), ((1, 24), None), ((1, 99), None), ((5, 5), None)];
        for ((top, bottom), region) in table {
            modes.set_region(0, top, bottom, 24);
            assert_eq!(modes.buffers[0].region, region);
        }
    }

    #[test]
    fn graphics_have_lines_and_corners() {
        assert_eq!("lqkx~".chars().map(graphic).collect::<String>(), "┌─┐│·");
        assert_eq!("A_\u{7f}é".chars().map(graphic).collect::<String>(), "A_\u{7f}é");
    }
}
