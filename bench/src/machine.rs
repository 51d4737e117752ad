//! Where and when: what a reader must know to compare figures.

use std::{fs, process::Command};

/// The line that stands over an area's figures.
pub fn setting() -> String {
    let (model, cores) = processor(&fs::read_to_string("/proc/cpuinfo").unwrap_or_default());
    let memory = memory_gib(&fs::read_to_string("/proc/meminfo").unwrap_or_default());
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!(
        "Measured on {} at commit {}: {model}, {cores} cores, {memory} GiB of memory, Linux {}.",
        chrono::Utc::now().format("%Y-%m-%d"),
        commit(),
        kernel.trim(),
    )
}

fn processor(cpuinfo: &str) -> (String, usize) {
    let named = |line: &&str| line.starts_with("model name");
    let model = cpuinfo.lines().find(named).and_then(|line| line.split_once(": "));
    let model = model.map_or("unknown processor", |(_, model)| model.trim());
    (model.to_owned(), cpuinfo.lines().filter(|line| line.starts_with("processor")).count())
}

fn memory_gib(meminfo: &str) -> u64 {
    let total = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kib = total.and_then(|text| text.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or_default().div_ceil(1 << 20)
}

/// The commit of the working tree; with a `+` where files differ from it.
fn commit() -> String {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_owned())
    };
    let Some(commit) = git(&["rev-parse", "--short=12", "HEAD"]) else {
        return "unknown".to_owned();
    };
    let changed =
        git(&["status", "--porcelain", "--untracked-files=no", "--", ".", ":!bench/RESULTS.md"]);
    let mark = if changed.is_some_and(|list| !list.is_empty()) { "+" } else { "" };
    commit + mark
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_s_files_are_read() {
        let cpuinfo = "processor\t: 0\nmodel name\t: AMD EPYC\n\nprocessor\t: 1\nmodel name\t: x\n";
        assert_eq!(processor(cpuinfo), ("AMD EPYC".to_owned(), 2));
        assert_eq!(processor(""), ("unknown processor".to_owned(), 0));
        assert_eq!(memory_gib("MemTotal:       24680420 kB\nMemFree: 1 kB\n"), 24);
    }
}
