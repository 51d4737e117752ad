//! From a command's bytes to lines of text.

use std::time::{Duration, Instant};

/// The longest line that is kept, in bytes.
pub(crate) const LINE_LIMIT: usize = 8 << 10;

/// What stands at the end of a line that was cut.
const CUT: &str = " … (the line is cut here)";

/// How often a line that overwrites itself, as progress bars do, is shown.
const PROGRESS_PAUSE: Duration = Duration::from_secs(1);

/// Splits bytes at `\n`, whatever pieces they come in. Of what a `\r` overwrites, one line a
/// second stays.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    pending: Piece,
    /// What stood before a `\r`: a line if `\n` comes next, else overwritten.
    returned: Option<Piece>,
    shown: Option<Instant>,
}

#[derive(Debug, Default)]
struct Piece {
    bytes: Vec<u8>,
    cut: bool,
}

impl Lines {
    /// Takes bytes that came at `now`, and hands out the lines that are whole.
    pub(crate) fn feed(&mut self, bytes: &[u8], now: Instant, mut line: impl FnMut(String)) {
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|b| matches!(b, b'\n' | b'\r')) {
            self.take(&rest[..end], now, &mut line);
            let piece = std::mem::take(&mut self.pending);
            if rest[end] == b'\r' {
                // `\r\r` says no more than one.
                if !piece.bytes.is_empty() || self.returned.is_none() {
                    self.overwrite(now, &mut line);
                    self.returned = Some(piece);
                }
            } else {
                line(self.returned.take().unwrap_or(piece).text());
            }
            rest = &rest[end + 1..];
        }
        self.take(rest, now, &mut line);
    }

    /// The last line, where it has no ending.
    pub(crate) fn end(&mut self) -> Option<String> {
        let pending = std::mem::take(&mut self.pending);
        let last = self.returned.take().unwrap_or(pending);
        (!last.bytes.is_empty()).then(|| last.text())
    }

    fn take(&mut self, bytes: &[u8], now: Instant, line: &mut impl FnMut(String)) {
        if bytes.is_empty() {
            return;
        }
        self.overwrite(now, line);
        let pending = &mut self.pending;
        let room = LINE_LIMIT - pending.bytes.len();
        pending.cut |= bytes.len() > room;
        pending.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// Something takes the place of what stood before a `\r`.
    fn overwrite(&mut self, now: Instant, line: &mut impl FnMut(String)) {
        let Some(piece) = self.returned.take().filter(|piece| !piece.bytes.is_empty()) else {
            return;
        };
        if self.shown.is_none_or(|shown| now.duration_since(shown) >= PROGRESS_PAUSE) {
            self.shown = Some(now);
            line(piece.text());
        }
    }
}

impl Piece {
    fn text(self) -> String {
        let Self { bytes, cut } = self;
        if !cut {
            return String::from_utf8_lossy(&bytes).into_owned();
        }
        // The cut may have gone through a character.
        let whole = match std::str::from_utf8(&bytes) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => bytes.len(),
        };
        String::from_utf8_lossy(&bytes[..whole]).into_owned() + CUT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of pieces that come so many milliseconds apart.
    fn split_slowly(pieces: &[&[u8]], apart: u64) -> Vec<String> {
        let (mut lines, mut out) = (Lines::default(), Vec::new());
        let mut now = Instant::now();
        for piece in pieces {
            lines.feed(piece, now, |line| out.push(line));
            now += Duration::from_millis(apart);
        }
        out.extend(lines.end());
        out
    }

    fn split(pieces: &[&[u8]]) -> Vec<String> {
        split_slowly(pieces, 0)
    }

    #[test]
    fn bytes_become_lines() {
        let table: &[(&[&[u8]], &[&str])] = &[
            (&[], &[]),
            (&[b"a\nb\n"], &["a", "b"]),
            (&[b"a\r\nb\r\n"], &["a", "b"]),
            (&[b"a\r", b"\nb"], &["a", "b"]),
            (&[b"a", b"b", b"\n"], &["ab"]),
            (&[b"a\n\nb"], &["a", "", "b"]),
            (&[b"a\r\n\r\nb"], &["a", "", "b"]),
            (&[b"a\r\r\nb"], &["a", "b"]),
            (&[b"a\r"], &["a"]),
            (&[b"\xc3", b"\xbc\n"], &["ü"]),
            (&[b"\xff\xfe\n"], &["\u{fffd}\u{fffd}"]),
            (&[b"\x1b[31mred\x1b[0m\n"], &["\x1b[31mred\x1b[0m"]),
        ];
        for (pieces, expected) in table {
            assert_eq!(split(pieces), *expected, "{pieces:?}");
        }
    }

    #[test]
    fn progress_is_shown_now_and_then() {
        let progress: [&[u8]; 5] = [b"10%\r", b"20%\r", b"30%\r", b"100%\r", b"\nnext\n"];
        assert_eq!(split(&progress), ["10%", "100%", "next"]);
        assert_eq!(split_slowly(&progress, 500), ["10%", "30%", "100%", "next"]);
        assert_eq!(split_slowly(&progress, 1_000), ["10%", "20%", "30%", "100%", "next"]);
        assert_eq!(split(&[b"\r10%\r20%\rdone\n"]), ["10%", "done"]);
    }

    #[test]
    fn long_lines_are_cut() {
        let exact = "x".repeat(LINE_LIMIT);
        assert_eq!(split(&[exact.as_bytes(), b"\n"]), std::slice::from_ref(&exact));
        let long = [exact.as_bytes(), exact.as_bytes(), b"y\nnext"];
        assert_eq!(split(&long), [format!("{exact}{CUT}"), "next".to_owned()]);
        // The limit falls into the middle of a character.
        let wide = format!("x{}", "ü".repeat(LINE_LIMIT));
        let [line] = &split(&[wide.as_bytes()])[..] else { panic!("one line") };
        assert!(line.ends_with(&format!("ü{CUT}")) && !line.contains('\u{fffd}'));
    }
}
