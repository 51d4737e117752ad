//! A server's process: started on its cores, watched, ended in order.

use super::cores::Cores;
use anyhow::{Context, Result, ensure};
use nix::{
    sys::signal::{Signal, kill},
    unistd::{Pid, SysconfVar, sysconf},
};
use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How long a server may take to end in order.
const GRACE: Duration = Duration::from_secs(20);

/// A running server.
pub struct Process {
    child: Child,
    log: PathBuf,
    signal: Signal,
}

/// Runs a program that reads statements from its standard input.
pub fn feed(command: &mut Command, text: &str) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("starting {name}: is it installed?"))?;
    // One that ends early says why on its standard error; the broken pipe says nothing.
    let _ = child.stdin.take().context("a pipe")?.write_all(text.as_bytes());
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(())
}

/// What a server used up to now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Usage {
    /// Processor time.
    pub cpu: Duration,
    /// Resident memory, MiB.
    pub rss_mib: f64,
}

/// Memory of a process, where what it shares counts in proportion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Memory {
    /// PSS, MiB.
    pub pss_mib: f64,
}

impl Memory {
    /// What a process has now.
    pub fn of(pid: u32) -> Result<Self> {
        let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
        let line = text.lines().find_map(|line| line.strip_prefix("Pss:"));
        let kib = line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<f64>().ok());
        Ok(Self { pss_mib: kib.context("reading smaps_rollup")? / 1_024.0 })
    }
}

impl Process {
    /// Starts a program; what it says goes to a file. `signal` is how it wants to be ended.
    pub fn start(
        program: &Path,
        cores: &Cores,
        log: PathBuf,
        signal: Signal,
        set_up: impl FnOnce(&mut Command),
    ) -> Result<Self> {
        let mut command = match cores.list() {
            Some(list) => {
                let mut command = Command::new("taskset");
                command.arg("-c").arg(list).arg(program);
                command
            }
            None => Command::new(program),
        };
        set_up(&mut command);
        let file = File::create(&log)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .with_context(|| format!("starting {}", program.display()))?;
        Ok(Self { child, log, signal })
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// The last lines that it said.
    pub fn end_of_log(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    /// Its number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it used up to now. Its children are not counted.
    pub fn usage(&self) -> Result<Usage> {
        usage(self.child.id())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let asked = kill(Pid::from_raw(self.child.id() as i32), self.signal);
        let start = Instant::now();
        while asked.is_ok() && start.elapsed() < GRACE {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        eprintln!("a server did not end in order; its log ends with\n{}", self.end_of_log());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn usage(pid: u32) -> Result<Usage> {
    let ticks = sysconf(SysconfVar::CLK_TCK)?.unwrap_or(100) as f64;
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    Ok(Usage {
        cpu: Duration::from_secs_f64(
            cpu_ticks(&stat).context("reading /proc stat")? as f64 / ticks,
        ),
        rss_mib: rss_kib(&status).context("reading /proc status")? as f64 / 1_024.0,
    })
}

/// Fields 14 and 15, counted after the name, which may hold anything.
fn cpu_ticks(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(11);
    Some(times.next()?.parse::<u64>().ok()? + times.next()?.parse::<u64>().ok()?)
}

fn rss_kib(status: &str) -> Option<u64> {
    let text = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    text.trim().trim_end_matches(" kB").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_s_words_are_read() {
        let stat = "12 (a) b) S 1 12 12 0 -1 4194560 100 0 0 0 250 30 0 0 20 0 9 0 100";
        assert_eq!(cpu_ticks(stat), Some(280));
        assert_eq!(rss_kib("VmPeak:\t 9 kB\nVmRSS:\t   20480 kB\n"), Some(20_480));
        assert_eq!((cpu_ticks("12 (a"), rss_kib("")), (None, None));
    }

    #[test]
    fn a_process_of_this_machine_uses_something() {
        assert!(usage(std::process::id()).unwrap().rss_mib > 0.1);
    }
}
