//! Makes sure that there is a supervisor to ask.

use crate::{Client, Config, sys};
use std::{
    io,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// How long a supervisor may take to answer for the first time. It may have to wait for one that
/// is about to end, or to clean up after one that was killed.
const PATIENCE: Duration = Duration::from_secs(30);

/// Finds the living supervisor of this configuration, or starts `exe sandboxd …` as one. Returns
/// when it answers. What is started is detached: it has a session of its own, its standard input
/// is empty, and no descriptor but standard error is inherited.
///
/// # Errors
/// When the program cannot be started, ends at once, or does not answer within 30 seconds.
pub fn supervisor(config: &Config, exe: &Path) -> io::Result<()> {
    let client = Client::new(&config.socket);
    if client.list().is_ok() {
        return Ok(());
    }
    let mut command = Command::new(exe);
    command.arg("sandboxd").args(config.to_arguments());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit());
    command.current_dir("/");
    sys::detach(&mut command);
    let mut child = command.spawn()?;

    let deadline = Instant::now() + PATIENCE;
    loop {
        if client.list().is_ok() {
            break;
        }
        if let Some(status) = child.try_wait()? {
            let text = format!("the sandbox supervisor ended at once ({status}); its log says why");
            return Err(io::Error::other(text));
        }
        if Instant::now() > deadline {
            child.kill()?;
            child.wait()?;
            let text = "the sandbox supervisor did not answer in time";
            return Err(io::Error::new(io::ErrorKind::TimedOut, text));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    // It outlives us; but if it ends first, somebody must take note, or it stays as a zombie.
    std::thread::Builder::new().name("sandboxd-reaper".into()).spawn(move || child.wait())?;
    Ok(())
}
