//! Other processes: of the host, of other sandboxes, and the sandbox's own init.

use crate::{
    Outcome,
    raw::{bytes, call, won},
};
use std::{fs, io};

pub fn attack(name: &str, argument: &str) -> Option<Outcome> {
    let pid = argument.parse().unwrap_or_default();
    Some(match name {
        "signal" => call(libc::SYS_kill, [pid, 0]).map(won),
        "pidfd" => call(libc::SYS_pidfd_open, [pid, 0]).map(won),
        "ptrace" => call(libc::SYS_ptrace, [libc::PTRACE_SEIZE as usize, pid, 0, 0]).map(won),
        "read-memory" => read_memory(pid),
        "capability" => capability(argument),
        "processes" => processes(),
        _ => return None,
    })
}

fn read_memory(pid: usize) -> Outcome {
    let mut room = [0; 8];
    let to = [bytes(&mut room), room.len()];
    let from = [0x1_0000, room.len()];
    let (to, from) = (to.as_ptr().expose_provenance(), from.as_ptr().expose_provenance());
    call(libc::SYS_process_vm_readv, [pid, to, 1, from, 1, 0]).map(won)
}

/// Takes a capability that is not in the bounding set back, in every way there is.
fn capability(name: &str) -> Outcome {
    use caps::{CapSet, Capability};
    let wanted: Capability =
        name.parse().map_err(|_| io::Error::from_raw_os_error(libc::EINVAL))?;
    let denied = |_| io::Error::from_raw_os_error(libc::EPERM);
    let mut held = caps::read(None, CapSet::Permitted).map_err(denied)?;
    held.insert(wanted);
    caps::set(None, CapSet::Inheritable, &held)
        .or_else(|_| caps::set(None, CapSet::Permitted, &held))
        .map_err(denied)?;
    Ok("it is there".to_owned())
}

/// The numbers of all processes that can be seen.
fn processes() -> Outcome {
    let entries = fs::read_dir("/proc")?.filter_map(Result::ok);
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let numbers: Vec<String> = names.filter(|name| name.parse::<u32>().is_ok()).collect();
    Ok(format!("sees {}", numbers.len()))
}
