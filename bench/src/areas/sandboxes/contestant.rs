//! What everybody who starts shells can do, ours and the peers.

use anyhow::{Result, ensure};
use nix::pty::{Winsize, openpty};
use std::{
    fs::File,
    io::Read,
    os::fd::OwnedFd,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// Something that starts shells.
pub trait Contestant: Sync {
    /// Somebody who starts and stops one shell after the other, in a thread of its own.
    fn worker(&self) -> Result<Box<dyn Worker + '_>>;
}

/// See [`Contestant::worker`].
pub trait Worker {
    /// Starts a shell; returns when its prompt is there.
    fn start(&mut self) -> Result<()>;
    /// Ends it; returns when nothing is left of it.
    fn stop(&mut self) -> Result<()>;
    /// Looks whether nothing is left indeed, where that can be seen. Not timed.
    fn check(&mut self) -> Result<()> {
        Ok(())
    }
}

/// How long each part of a shell's life took.
#[derive(Debug, Clone, Copy)]
pub struct Life {
    pub start: Duration,
    pub stop: Duration,
}

/// Starts a shell and stops it.
pub fn live(worker: &mut dyn Worker) -> Result<Life> {
    let begun = Instant::now();
    worker.start()?;
    let start = begun.elapsed();
    let begun = Instant::now();
    worker.stop()?;
    let stop = begun.elapsed();
    worker.check()?;
    Ok(Life { start, stop })
}

/// How busybox's prompt ends. It shows a banner before, and asks where the cursor is.
pub const PROMPT: &str = "# ";

/// Waits for the prompt.
pub fn prompt(mut terminal: impl Read) -> Result<()> {
    let (mut text, mut buffer) = (String::new(), [0; 512]);
    while !text.contains(PROMPT) {
        // A terminal that nobody has open any more is an error on Linux.
        let length = terminal.read(&mut buffer).unwrap_or(0);
        ensure!(length > 0, "it ended before its prompt: {}", text.trim());
        text.push_str(&String::from_utf8_lossy(&buffer[..length]));
    }
    Ok(())
}

/// A program that shows a shell on a terminal of ours.
pub struct OnTerminal {
    pub child: Child,
    master: File,
}

impl OnTerminal {
    /// Starts it, and waits for the prompt.
    pub fn start(command: &mut Command) -> Result<Self> {
        let size = Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };
        let pty = openpty(Some(&size), None)?;
        let slave = |fd: &OwnedFd| fd.try_clone().map(Stdio::from);
        let child = command
            .stdin(slave(&pty.slave)?)
            .stdout(slave(&pty.slave)?)
            .stderr(slave(&pty.slave)?)
            .spawn()?;
        drop(pty.slave);
        let shown = Self { child, master: File::from(pty.master) };
        prompt(&shown.master)?;
        Ok(shown)
    }
}
