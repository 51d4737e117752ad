//! A program on a PTY of its own.

use nix::pty::{Winsize, openpty};
use rustix::io::{FdFlags, fcntl_setfd};
use std::{
    os::fd::OwnedFd,
    process::{Child, Command, Stdio},
};

/// Killed when dropped.
pub struct Shell {
    child: Child,
}

impl Shell {
    /// Starts a program on a PTY of 80 × 24; gives its master too.
    pub fn start(argv: &[&str]) -> (Self, OwnedFd) {
        let size = Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };
        let pty = openpty(&size, None).expect("a PTY");
        // The program must not hold its own master: it would never be hung up on.
        for end in [&pty.master, &pty.slave] {
            fcntl_setfd(end, FdFlags::CLOEXEC).expect("a flag");
        }
        let stdio = || Stdio::from(pty.slave.try_clone().expect("a duplicate"));
        // setsid makes the PTY the controlling terminal, for Ctrl-C to mean something.
        let child = Command::new("setsid")
            .arg("--ctty")
            .args(argv)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("TERM", "xterm-256color")
            .env("PS1", "$ ")
            .env("LANG", "C.UTF-8")
            .stdin(stdio())
            .stdout(stdio())
            .stderr(stdio())
            .spawn()
            .expect("a program");
        (Self { child }, pty.master)
    }

    /// Waits for the program to end by itself.
    pub async fn ended(&mut self) {
        // The session's task runs on this thread, so waiting must not block it.
        while self.child.try_wait().expect("a child to wait for").is_none() {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
