//! The sandbox's init once its program runs: it reaps, and ends with the program.
//!
//! When it ends, the kernel kills what is left in its PID namespace.

use super::caps;
use crate::sys;
use rustix::process::{Pid, WaitOptions, wait};

/// Reaps until `program` ends; returns its exit code, or 128 plus the number of its signal.
pub(crate) fn reap(program: Pid) -> i32 {
    // The terminal, the pipes and the socket are for others.
    sys::close_from(0);
    // Nothing below needs a capability. Where that cannot be, the sandbox is not to live.
    if caps::drop_all().is_err() {
        return 127;
    }
    loop {
        match wait(WaitOptions::empty()) {
            Ok(Some((pid, status))) if pid == program => {
                return status
                    .exit_status()
                    .or_else(|| status.terminating_signal().map(|number| 128 + number))
                    .unwrap_or(127);
            }
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return 127,
        }
    }
}
