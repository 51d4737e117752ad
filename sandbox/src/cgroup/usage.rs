//! What the processes of a group use.

use super::{Group, counter, processes, v1, v2};
use std::{fs, path::Path};

/// What they use, all together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct GroupUsage {
    /// Processor time since the group was made.
    pub cpu_micros: u64,
    /// Memory now, without what was read from files and not touched of late.
    pub memory_bytes: u64,
    /// The most memory so far, with that; `None` where the kernel does not tell.
    pub memory_peak_bytes: Option<u64>,
    /// Processes and threads.
    pub processes: u64,
}

impl Group {
    /// What its processes use; `None` where it is gone.
    pub fn usage(&self) -> Option<GroupUsage> {
        match self {
            Self::V1(group) => of_v1(group),
            Self::V2(group) => of_v2(group),
        }
    }
}

fn of_v1(group: &v1::Group) -> Option<GroupUsage> {
    let memory = group.of("memory");
    let inactive = counter(&memory.join("memory.stat"), "total_inactive_file ").unwrap_or(0);
    // Mostly counted together with the processor's limits, and there where both are mounted.
    let counted = number(&group.of("cpu").join("cpuacct.usage")).map(|nanos| nanos / 1000);
    Some(GroupUsage {
        cpu_micros: counted.or_else(|| of_processes(group.of("cpu")))?,
        memory_bytes: number(&memory.join("memory.usage_in_bytes"))?.saturating_sub(inactive),
        memory_peak_bytes: number(&memory.join("memory.max_usage_in_bytes")),
        processes: number(&group.of("pids").join("pids.current"))?,
    })
}

fn of_v2(group: &v2::Group) -> Option<GroupUsage> {
    let directory = group.directory();
    let inactive = counter(&directory.join("memory.stat"), "inactive_file ").unwrap_or(0);
    Some(GroupUsage {
        cpu_micros: counter(&directory.join("cpu.stat"), "usage_usec ")?,
        memory_bytes: number(&directory.join("memory.current"))?.saturating_sub(inactive),
        // It came with Linux 5.19.
        memory_peak_bytes: number(&directory.join("memory.peak")),
        processes: number(&directory.join("pids.current"))?,
    })
}

fn number(file: &Path) -> Option<u64> {
    fs::read_to_string(file).ok()?.trim().parse().ok()
}

/// Processor time as the processes tell it, with that of the children that they have waited for.
/// Those that nobody waits for are missed.
fn of_processes(directory: &Path) -> Option<u64> {
    let ticks = rustix::param::clock_ticks_per_second().max(1);
    let all = processes(directory).ok()?;
    let stats = all
        .iter()
        .filter_map(|pid| fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).ok());
    Some(stats.filter_map(|stat| ticks_of(&stat)).sum::<u64>() * 1_000_000 / ticks)
}

/// The fields 14 to 17 of /proc/<pid>/stat, added up.
fn ticks_of(stat: &str) -> Option<u64> {
    // The second field may hold anything, but ends at the last parenthesis.
    let rest = stat.get(stat.rfind(')')? + 2..)?;
    let fields = rest.split(' ').skip(11).take(4).map(str::parse::<u64>);
    fields.sum::<Result<_, _>>().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_process_and_its_children_is_added_up() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 100 200 0 0 11 22 33 44 20 0 1 0 5 1 1";
        assert_eq!(ticks_of(stat), Some(110));
        assert_eq!(ticks_of("7 (a"), None);
    }

    #[test]
    fn a_group_of_version_2_is_read() {
        let root = tempfile::tempdir().unwrap();
        let write = |file: &str, text: &str| fs::write(root.path().join("t/s").join(file), text);
        fs::create_dir_all(root.path().join("t/s")).unwrap();
        let group = Group::V2(v2::Tree::new(root.path().to_owned()).group("t", "s"));
        assert_eq!(group.usage(), None, "it is gone");
        write("cpu.stat", "usage_usec 1234567\nuser_usec 1000000\n").unwrap();
        write("memory.current", "5000\n").unwrap();
        write("memory.stat", "anon 1\ninactive_file 1500\n").unwrap();
        write("pids.current", "3\n").unwrap();
        let usage = group.usage().unwrap();
        assert_eq!((usage.cpu_micros, usage.memory_bytes, usage.processes), (1_234_567, 3_500, 3));
        assert_eq!(usage.memory_peak_bytes, None, "an older kernel");
        write("memory.peak", "9000\n").unwrap();
        assert_eq!(group.usage().unwrap().memory_peak_bytes, Some(9_000));
    }
}
