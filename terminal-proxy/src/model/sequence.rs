//! Reads a whole control sequence apart.

/// A control sequence by its meaning-bearing parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sequence<'a> {
    /// `ESC` intermediates final.
    Escape {
        /// The byte between, if there is one.
        intermediate: Option<u8>,
        /// The last byte.
        last: u8,
    },
    /// `ESC [` prefix parameters intermediates final.
    Csi(Csi),
    /// `ESC ]` number `;` text.
    Osc {
        /// The command's number.
        command: &'a [u8],
        /// What comes after the first semicolon.
        text: &'a [u8],
    },
    /// A string that no screen model cares about.
    Other,
}

/// A control sequence with parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Csi {
    /// One of `< = > ?`, if it is there.
    pub(super) prefix: Option<u8>,
    /// The parameters; an empty one is 0, the parts behind a colon are left out.
    pub(super) parameters: Vec<u16>,
    /// The byte before the last, if there is one.
    pub(super) intermediate: Option<u8>,
    /// The last byte.
    pub(super) last: u8,
}

impl Csi {
    /// Parameter `index`, where 0 and nothing mean `default`.
    pub(super) fn parameter(&self, index: usize, default: u16) -> u16 {
        self.parameters.get(index).copied().filter(|&n| n != 0).unwrap_or(default)
    }
}

/// Reads a sequence that [`super::split`] found to be whole.
pub(super) fn parse(sequence: &[u8]) -> Sequence<'_> {
    match sequence {
        [0x1b, b'[', body @ .., last] => Sequence::Csi(csi(body, *last)),
        [0x1b, b']', body @ ..] => {
            let semicolon = body.iter().position(|&b| b == b';').unwrap_or(body.len());
            let text = body.get(semicolon + 1..).unwrap_or_default();
            Sequence::Osc { command: &body[..semicolon], text }
        }
        [0x1b, b'P' | b'X' | b'^' | b'_', ..] => Sequence::Other,
        [0x1b, between @ .., last] => {
            let intermediate = between.iter().copied().find(|b| (0x20..0x30).contains(b));
            Sequence::Escape { intermediate, last: *last }
        }
        _ => Sequence::Other,
    }
}

fn csi(body: &[u8], last: u8) -> Csi {
    let mut csi = Csi { prefix: None, parameters: Vec::new(), intermediate: None, last };
    let (mut number, mut in_part) = (0_u16, false);
    for &byte in body {
        match byte {
            b'0'..=b'9' if !in_part => {
                number = number.saturating_mul(10).saturating_add(u16::from(byte - b'0'));
            }
            b':' => in_part = true,
            b';' => {
                csi.parameters.push(number);
                (number, in_part) = (0, false);
            }
            b'<'..=b'?' => csi.prefix = Some(byte),
            0x20..=0x2f => csi.intermediate = Some(byte),
            // Control codes in the middle mean what they always mean, and no parameter.
            _ => {}
        }
    }
    csi.parameters.push(number);
    csi
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csi(prefix: Option<u8>, parameters: &[u16], intermediate: Option<u8>, last: u8) -> Csi {
        Csi { prefix, parameters: parameters.to_vec(), intermediate, last }
    }

    #[test]
    fn sequences_are_read_apart() {
        let escape = |intermediate, last| Sequence::Escape { intermediate, last };
        let table: &[(&[u8], Sequence<'_>)] = &[
            (b"\x1bM", escape(None, b'M')),
            (b"\x1b(0", escape(Some(b'('), b'0')),
            (b"\x1b\r7", escape(None, b'7')),
            (b"\x1b[m", Sequence::Csi(csi(None, &[0], None, b'm'))),
            (b"\x1b[1;;3H", Sequence::Csi(csi(None, &[1, 0, 3], None, b'H'))),
            (b"\x1b[?1049;25h", Sequence::Csi(csi(Some(b'?'), &[1049, 25], None, b'h'))),
            (b"\x1b[!p", Sequence::Csi(csi(None, &[0], Some(b'!'), b'p'))),
            (b"\x1b[38:2:1:2:3;4m", Sequence::Csi(csi(None, &[38, 4], None, b'm'))),
            (b"\x1b[99999999b", Sequence::Csi(csi(None, &[65535], None, b'b'))),
            (b"\x1b]0;a;b", Sequence::Osc { command: b"0", text: b"a;b" }),
            (b"\x1b]", Sequence::Osc { command: b"", text: b"" }),
            (b"\x1bPq", Sequence::Other),
            (b"\x1b", Sequence::Other),
        ];
        for (bytes, sequence) in table {
            assert_eq!(parse(bytes), *sequence, "{bytes:?}");
        }
    }
}
