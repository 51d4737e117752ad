//! From a command's bytes to lines of text.

/// The longest line that is kept, in bytes.
pub(crate) const LINE_LIMIT: usize = 8 << 10;

/// What stands at the end of a line that was cut.
const CUT: &str = " … (the line is cut here)";

/// Splits bytes at `\n` and at `\r`, which progress bars use, whatever pieces they come in.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    pending: Vec<u8>,
    cut: bool,
    after_return: bool,
}

impl Lines {
    /// Takes bytes and hands out the lines that are whole.
    pub(crate) fn feed(&mut self, bytes: &[u8], mut line: impl FnMut(String)) {
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|b| matches!(b, b'\n' | b'\r')) {
            self.take(&rest[..end]);
            let returned = rest[end] == b'\r';
            // `\r\n` is one line ending, and a bare `\r` after nothing shows nothing.
            let shows = !self.pending.is_empty() || !(returned || self.after_return);
            if shows {
                line(self.line());
            }
            self.after_return = returned;
            rest = &rest[end + 1..];
        }
        self.take(rest);
    }

    /// The last line, where it has no ending.
    pub(crate) fn end(&mut self) -> Option<String> {
        (!self.pending.is_empty()).then(|| self.line())
    }

    fn take(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        self.after_return = false;
        let room = LINE_LIMIT - self.pending.len();
        self.cut |= bytes.len() > room;
        self.pending.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn line(&mut self) -> String {
        let bytes = std::mem::take(&mut self.pending);
        let cut = std::mem::take(&mut self.cut);
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

    fn split(pieces: &[&[u8]]) -> Vec<String> {
        let (mut lines, mut out) = (Lines::default(), Vec::new());
        for piece in pieces {
            lines.feed(piece, |line| out.push(line));
        }
        out.extend(lines.end());
        out
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
            (&[b"a\r\n\r\nb"], &["a", "b"]),
            (&[b"10%\r20%\r\r\n"], &["10%", "20%"]),
            (&[b"\xc3", b"\xbc\n"], &["ü"]),
            (&[b"\xff\xfe\n"], &["\u{fffd}\u{fffd}"]),
            (&[b"\x1b[31mred\x1b[0m\n"], &["\x1b[31mred\x1b[0m"]),
        ];
        for (pieces, expected) in table {
            assert_eq!(split(pieces), *expected, "{pieces:?}");
        }
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
