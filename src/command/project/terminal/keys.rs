//! What is typed, or piped in. A thread reads it, for files and terminals can be read in no other
//! way; it ends with the process.

use bytes::Bytes;
use std::{
    io::{self, IsTerminal, Read},
    thread,
};
use tokio::sync::mpsc;

/// Ctrl-], as with telnet.
const LEAVE: u8 = 0x1d;
/// Ctrl-D: the end of the input, to a program that reads lines.
const END: u8 = 0x04;

/// What came in.
#[derive(Debug, PartialEq, Eq)]
pub enum Key {
    /// For the program.
    Input(Bytes),
    /// The visitor wishes to leave.
    Leave,
}

/// The input.
pub struct Keys(mpsc::Receiver<Key>);

impl Keys {
    /// Starts to read.
    pub fn read() -> Self {
        let (to, from) = mpsc::channel(16);
        let typed = io::stdin().is_terminal();
        thread::spawn(move || pump(io::stdin().lock(), typed, &to));
        Self(from)
    }

    /// What comes next; waits for ever where nothing does any more.
    pub async fn next(&mut self) -> Key {
        match self.0.recv().await {
            Some(key) => key,
            None => std::future::pending().await,
        }
    }
}

fn pump(mut input: impl Read, typed: bool, to: &mpsc::Sender<Key>) {
    let mut buffer = [0; 16 * 1024];
    let mut last = b'\n';
    loop {
        let count = match input.read(&mut buffer) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => 0,
        };
        let read = &buffer[..count];
        let Some(newest) = read.last() else { break };
        last = *newest;
        let leaves = typed.then(|| read.iter().position(|byte| *byte == LEAVE)).flatten();
        let input = &read[..leaves.unwrap_or(count)];
        if !input.is_empty() && to.blocking_send(Key::Input(Bytes::copy_from_slice(input))).is_err()
        {
            return;
        }
        if leaves.is_some() {
            let _ = to.blocking_send(Key::Leave);
            return;
        }
    }
    // In mid-line the first one only hands over what was typed so far.
    let end: &'static [u8] = if last == b'\n' { &[END] } else { &[END, END] };
    let end = if typed { Key::Leave } else { Key::Input(Bytes::from_static(end)) };
    let _ = to.blocking_send(end);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(input: &[u8], typed: bool) -> Vec<Key> {
        let (to, mut from) = mpsc::channel(16);
        pump(input, typed, &to);
        drop(to);
        std::iter::from_fn(|| from.blocking_recv()).collect()
    }

    fn input(bytes: &'static [u8]) -> Key {
        Key::Input(Bytes::from_static(bytes))
    }

    #[test]
    fn who_types_leaves_by_a_key_and_a_pipe_by_its_end() {
        assert_eq!(keys(b"ls\r\x1dmore", true), [input(b"ls\r"), Key::Leave]);
        assert_eq!(keys(b"\x03", true), [input(b"\x03"), Key::Leave]);
        assert_eq!(keys(b"a\x1db\n", false), [input(b"a\x1db\n"), input(b"\x04")]);
        assert_eq!(keys(b"a", false), [input(b"a"), input(b"\x04\x04")]);
    }
}
