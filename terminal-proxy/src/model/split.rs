//! Cuts a program's output into text and whole control sequences.
//!
//! The model is fed with whole ones only, so it can be painted at any moment; what has begun but
//! not ended is the *tail*. A browser that attaches in the middle of a sequence, or of a
//! character, gets the screen and then the tail, and the output that follows completes it there
//! as it does here.
//!
//! ```text
//!             ESC                 [                    @…~
//!   ground ────────> escape ───────────────> CSI ──────────────> ground
//!      │                │   ]  P  X ^ _                 BEL (OSC only), ESC
//!      │                ├───────────────> OSC, DCS, string ─────> ground, escape
//!      │ lead byte      └── any other final ──> ground
//!      └───────────> character ── all its bytes, or none of them ──> ground
//!
//!   CAN or SUB breaks any sequence off; ESC starts a new one.
//! ```
//!
//! Sequences have no greatest length, so of one longer than [`MAX_SEQUENCE`] only the kind is
//! kept; its tail is the beginning of a sequence of that kind which terminals ignore.

use std::mem;

/// Longer control sequences are not kept, in bytes.
const MAX_SEQUENCE: usize = 4096;

const BEL: u8 = 0x07;
const CAN: u8 = 0x18;
const SUB: u8 = 0x1a;
const ESC: u8 = 0x1b;

/// A piece of output that can be acted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Characters and single control codes.
    Text(&'a [u8]),
    /// An escape or control sequence with all its bytes, or a string (OSC, DCS, …) from its ESC to
    /// its last byte, without the terminator.
    Sequence(&'a [u8]),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Ground,
    /// In a character of several bytes, of which so many are missing.
    Character(u8),
    Escape,
    Csi,
    Osc,
    Dcs,
    /// SOS, PM and APC, by the byte that introduced it.
    String(u8),
}

/// Remembers what has begun.
#[derive(Debug)]
pub(super) struct Splitter {
    state: State,
    tail: Vec<u8>,
    overlong: bool,
}

impl Splitter {
    pub(super) fn new() -> Self {
        Self { state: State::Ground, tail: Vec::new(), overlong: false }
    }

    /// Bytes that bring a terminal at rest to where the output has stopped.
    pub(super) fn tail(&self) -> Vec<u8> {
        if !self.overlong {
            return self.tail.clone();
        }
        match self.state {
            // A digit after an intermediate byte makes them wait for the end and ignore it.
            State::Escape | State::Csi => b"\x1b[ 0".to_vec(),
            State::Dcs => b"\x1bP 0".to_vec(),
            // No such command is known to anybody.
            State::Osc => b"\x1b]7777777;".to_vec(),
            State::String(kind) => vec![ESC, kind],
            State::Ground | State::Character(_) => Vec::new(),
        }
    }

    /// Takes more output and gives its pieces to `sink`.
    pub(super) fn feed(&mut self, mut bytes: &[u8], mut sink: impl FnMut(Piece<'_>)) {
        while let Some(&byte) = bytes.first() {
            if self.state == State::Ground {
                bytes = self.text(bytes, &mut sink);
            } else if self.step(byte, &mut sink) {
                bytes = &bytes[1..];
            }
        }
    }

    /// Takes text as far as it goes, and returns the rest.
    fn text<'a>(&mut self, bytes: &'a [u8], sink: &mut impl FnMut(Piece<'_>)) -> &'a [u8] {
        let end = bytes.iter().position(|&b| b == ESC).unwrap_or(bytes.len());
        let (text, rest) = bytes.split_at(end);
        // Cut off by ESC, a character is broken, not unfinished.
        let (whole, missing) = if rest.is_empty() { unfinished(text) } else { (text.len(), 0) };
        if whole > 0 {
            sink(Piece::Text(&text[..whole]));
        }
        if missing > 0 {
            self.begin(State::Character(missing), &text[whole..]);
        } else if !rest.is_empty() {
            self.begin(State::Escape, &rest[..1]);
            return &rest[1..];
        }
        rest
    }

    /// Takes one byte of what has begun. False: it was not part of it, and starts something else.
    fn step(&mut self, byte: u8, sink: &mut impl FnMut(Piece<'_>)) -> bool {
        if let State::Character(missing) = self.state {
            return self.character(byte, missing, sink);
        }
        match (self.state, byte) {
            (_, CAN | SUB) => self.reset(),
            (State::Escape | State::Csi, ESC) => self.begin(State::Escape, &[ESC]),
            (_, ESC) => {
                self.complete(sink);
                self.begin(State::Escape, &[ESC]);
            }
            (State::Osc, BEL) => self.complete(sink),
            (State::Escape, _) => self.escape(byte, sink),
            // No character beyond ASCII is part of a control sequence.
            (State::Csi, 0x80..) => {
                self.reset();
                return false;
            }
            (State::Csi, 0x40..=0x7e) => {
                self.keep(byte);
                self.complete(sink);
            }
            _ => self.keep(byte),
        }
        true
    }

    fn character(&mut self, byte: u8, missing: u8, sink: &mut impl FnMut(Piece<'_>)) -> bool {
        let continues = byte & 0xc0 == 0x80;
        if continues {
            self.tail.push(byte);
        }
        if continues && missing > 1 {
            self.state = State::Character(missing - 1);
        } else {
            sink(Piece::Text(&self.tail));
            self.reset();
        }
        continues
    }

    fn escape(&mut self, byte: u8, sink: &mut impl FnMut(Piece<'_>)) {
        let introduces = self.tail.len() == 1;
        self.keep(byte);
        match byte {
            b'[' if introduces => self.state = State::Csi,
            b']' if introduces => self.state = State::Osc,
            b'P' if introduces => self.state = State::Dcs,
            b'X' | b'^' | b'_' if introduces => self.state = State::String(byte),
            0x30..=0x7e => self.complete(sink),
            0x80.. => self.reset(),
            _ => {}
        }
    }

    fn begin(&mut self, state: State, tail: &[u8]) {
        self.reset();
        self.state = state;
        self.tail.extend_from_slice(tail);
    }

    fn keep(&mut self, byte: u8) {
        if self.tail.len() >= MAX_SEQUENCE {
            self.overlong = true;
        } else {
            self.tail.push(byte);
        }
    }

    fn complete(&mut self, sink: &mut impl FnMut(Piece<'_>)) {
        if !self.overlong {
            sink(Piece::Sequence(&self.tail));
        }
        self.reset();
    }

    fn reset(&mut self) {
        self.state = State::Ground;
        self.overlong = false;
        if self.tail.capacity() > 256 {
            drop(mem::take(&mut self.tail));
        }
        self.tail.clear();
    }
}

/// Where the last character begins if it is cut off at the end, and how many bytes it lacks.
fn unfinished(text: &[u8]) -> (usize, u8) {
    for (back, &byte) in (1_u8..).zip(text.iter().rev().take(3)) {
        let length = match byte {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            0x80..=0xbf => continue,
            _ => break,
        };
        if length > back {
            return (text.len() - usize::from(back), length - back);
        }
        break;
    }
    (text.len(), 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds `bytes` cut into pieces of `step` bytes.
    fn split(bytes: &[u8], step: usize) -> (Vec<u8>, Vec<Vec<u8>>, Vec<u8>) {
        let (mut splitter, mut text, mut sequences) = (Splitter::new(), Vec::new(), Vec::new());
        for cut in bytes.chunks(step) {
            splitter.feed(cut, |piece| match piece {
                Piece::Text(t) => text.extend_from_slice(t),
                Piece::Sequence(s) => sequences.push(s.to_vec()),
            });
        }
        (text, sequences, splitter.tail())
    }

    #[test]
    fn output_is_cut_the_same_however_it_arrives() {
        type Row = (&'static [u8], &'static [u8], &'static [&'static [u8]], &'static [u8]);
        let table: &[Row] = &[
            (b"plain\r\n", b"plain\r\n", &[], b""),
            (b"a\x1b[1;31mb", b"ab", &[b"\x1b[1;31m"], b""),
            (b"a\x1b[1;3", b"a", &[], b"\x1b[1;3"),
            (b"\x1b", b"", &[], b"\x1b"),
            (b"\x1b(0q\x1bM", b"q", &[b"\x1b(0", b"\x1bM"], b""),
            (b"\x1b]0;title\x07x", b"x", &[b"\x1b]0;title"], b""),
            (b"\x1b]0;title\x1b\\x", b"x", &[b"\x1b]0;title", b"\x1b\\"], b""),
            (b"\x1b]0;ti", b"", &[], b"\x1b]0;ti"),
            (b"\x1bPq#0\x07~\x1b\\x", b"x", &[b"\x1bPq#0\x07~", b"\x1b\\"], b""),
            (b"\x1b_apc\x1b\\", b"", &[b"\x1b_apc", b"\x1b\\"], b""),
            (b"\x1b[12\x18x", b"x", &[], b""),
            (b"\x1b[12\x1b[Hx", b"x", &[b"\x1b[H"], b""),
            (b"\x1b[1\r2m", b"", &[b"\x1b[1\r2m"], b""),
            ("\x1b[1é".as_bytes(), "é".as_bytes(), &[], b""),
            ("aé€😀".as_bytes(), "aé€😀".as_bytes(), &[], b""),
            (b"a\xe2\x82", b"a", &[], b"\xe2\x82"),
            (b"a\xf0\x9f\x98", b"a", &[], b"\xf0\x9f\x98"),
            (b"a\xe2\x82b", b"a\xe2\x82b", &[], b""),
            (b"a\xe2\x1b[m", b"a\xe2", &[b"\x1b[m"], b""),
            (b"\x80\xff\xc0", b"\x80\xff\xc0", &[], b""),
        ];
        for (bytes, text, sequences, tail) in table {
            for step in 1..=bytes.len() {
                let (t, s, rest) = split(bytes, step);
                assert_eq!((&t[..], &rest[..]), (*text, *tail), "{bytes:?} by {step}");
                assert_eq!(s, *sequences, "{bytes:?} by {step}");
            }
        }
    }

    #[test]
    fn what_is_too_long_is_dropped_and_its_tail_is_harmless() {
        let table: &[(&[u8], &[u8], &[u8])] = &[
            (b"\x1b]52;c;", b"\x1b]7777777;", b"\x07"),
            (b"\x1bPq", b"\x1bP 0", b"\x1b\\"),
            (b"\x1b[", b"\x1b[ 0", b"m"),
            (b"\x1bX", b"\x1bX", b"\x1b\\"),
        ];
        for (begin, tail, end) in table {
            let mut bytes = begin.to_vec();
            bytes.resize(100_000, b'0');
            assert_eq!(split(&bytes, 1000), (Vec::new(), Vec::new(), tail.to_vec()));
            bytes.extend_from_slice(end);
            bytes.extend_from_slice(b"text");
            let (text, sequences, rest) = split(&bytes, 1000);
            assert_eq!((&text[..], &rest[..]), (&b"text"[..], &b""[..]));
            assert!(sequences.iter().all(|s| s == b"\x1b\\"), "{sequences:?}");
        }
    }
}
