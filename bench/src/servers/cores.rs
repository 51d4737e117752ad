//! Which cores a process may use.

use anyhow::Result;
use nix::{
    sched::{CpuSet, sched_getaffinity, sched_setaffinity},
    unistd::Pid,
};

/// The core of the server under load.
pub const SERVER: usize = 0;

/// Cores, as `taskset -c` takes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cores {
    /// Whichever the kernel chooses.
    All,
    /// The server's own.
    Server,
    /// All but the server's.
    Others,
}

impl Cores {
    /// For `taskset -c`; nothing where there is nothing to say.
    pub fn list(&self) -> Option<String> {
        match self {
            Self::All => None,
            Self::Server => Some(SERVER.to_string()),
            Self::Others => Some(others(SERVER, count())),
        }
    }
}

/// How many cores the machine has.
pub fn count() -> usize {
    nix::unistd::sysconf(nix::unistd::SysconfVar::_NPROCESSORS_ONLN)
        .ok()
        .flatten()
        .and_then(|count| usize::try_from(count).ok())
        .unwrap_or(1)
}

fn others(but: usize, count: usize) -> String {
    let others: Vec<String> =
        (0..count).filter(|core| *core != but).map(|core| core.to_string()).collect();
    if others.is_empty() { but.to_string() } else { others.join(",") }
}

/// Keeps the calling thread, and those that it starts, off the server's core until it is dropped.
pub struct AwayFromServer {
    before: CpuSet,
}

impl AwayFromServer {
    /// Moves away. On a machine of one core there is nowhere to go.
    pub fn begin() -> Result<Self> {
        let this = Pid::from_raw(0);
        let before = sched_getaffinity(this)?;
        let mut wanted = before;
        if count() > 1 {
            wanted.unset(SERVER)?;
        }
        sched_setaffinity(this, &wanted)?;
        Ok(Self { before })
    }
}

impl Drop for AwayFromServer {
    fn drop(&mut self) {
        let _ = sched_setaffinity(Pid::from_raw(0), &self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_cores() {
        assert_eq!(others(0, 2), "1");
        assert_eq!(others(0, 4), "1,2,3");
        assert_eq!(others(0, 1), "0");
    }
}
