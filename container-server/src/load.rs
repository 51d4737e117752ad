//! How busy the machine is: sampled every few seconds, kept for a while, so that a page can draw it
//! at once.

use crate::{builds::Builds, sandboxes::Sandboxes};
use chrono::Utc;
use container_api::LoadSample;
use std::{
    collections::VecDeque,
    fs, io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::{CancellationToken, DropGuard};

/// How often the machine is looked at.
const EVERY: Duration = Duration::from_secs(5);
/// How soon for the first time: a share of processor time needs two looks.
const FIRST_AFTER: Duration = Duration::from_millis(500);
/// How many samples are kept: ten minutes.
const KEPT: usize = 120;

/// The samples; the sampling ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Load {
    samples: Arc<Mutex<VecDeque<LoadSample>>>,
    _sampling: DropGuard,
}

impl Load {
    /// Starts to sample. Needs a tokio runtime.
    pub(crate) fn start(sandboxes: Sandboxes, builds: Builds) -> Self {
        let samples = Arc::new(Mutex::new(VecDeque::with_capacity(KEPT)));
        let ended = CancellationToken::new();
        let sampling = sample(samples.clone(), sandboxes, builds);
        tokio::spawn(ended.clone().run_until_cancelled_owned(sampling));
        Self { samples, _sampling: ended.drop_guard() }
    }

    /// All samples, the oldest first.
    pub(crate) fn samples(&self) -> Vec<LoadSample> {
        lock(&self.samples).iter().copied().collect()
    }

    /// The newest.
    pub(crate) fn last(&self) -> Option<LoadSample> {
        lock(&self.samples).back().copied()
    }
}

type Samples = Mutex<VecDeque<LoadSample>>;

fn lock(samples: &Samples) -> MutexGuard<'_, VecDeque<LoadSample>> {
    samples.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn sample(samples: Arc<Samples>, sandboxes: Sandboxes, builds: Builds) {
    let mut before = cpu_times().unwrap_or_default();
    tokio::time::sleep(FIRST_AFTER).await;
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let (living, active) = (sandboxes.living().await, builds.active());
        match look(&mut before, living, active) {
            Ok(sample) => {
                let mut samples = lock(&samples);
                if samples.len() == KEPT {
                    samples.pop_front();
                }
                samples.push_back(sample);
            }
            Err(error) => tracing::debug!(%error, "the machine's load cannot be read"),
        }
    }
}

/// These files are the kernel's answers from memory: reading them does not block.
fn look(before: &mut CpuTimes, sandboxes: usize, builds: usize) -> io::Result<LoadSample> {
    let now = cpu_times()?;
    let (memory_used_bytes, memory_total_bytes) = memory(&fs::read_to_string("/proc/meminfo")?)?;
    let sample = LoadSample {
        at: Utc::now(),
        cpu_busy: now.busy_since(before),
        memory_used_bytes,
        memory_total_bytes,
        load_average: load_average(&fs::read_to_string("/proc/loadavg")?)?,
        sandboxes,
        builds,
    };
    *before = now;
    Ok(sample)
}

/// Processor time since the machine's start, in the kernel's ticks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct CpuTimes {
    total: u64,
    idle: u64,
}

impl CpuTimes {
    /// The share that was used, 0 to 1.
    fn busy_since(self, before: &Self) -> f64 {
        let total = self.total.saturating_sub(before.total);
        let idle = self.idle.saturating_sub(before.idle).min(total);
        if total == 0 {
            return 0.0;
        }
        #[expect(clippy::cast_precision_loss, reason = "ticks of seconds, not of ages")]
        let share = (total - idle) as f64 / total as f64;
        share
    }
}

fn cpu_times() -> io::Result<CpuTimes> {
    parse_cpu(&fs::read_to_string("/proc/stat")?)
}

/// The first line: `cpu user nice system idle iowait irq softirq steal guest guest_nice`. Guests'
/// time is in the user's already.
fn parse_cpu(stat: &str) -> io::Result<CpuTimes> {
    let line = stat.lines().find_map(|line| line.strip_prefix("cpu ")).ok_or_else(odd)?;
    let numbers: Vec<u64> =
        line.split_whitespace().take(8).map_while(|word| word.parse().ok()).collect();
    let [_, _, _, idle, iowait, ..] = numbers[..] else { return Err(odd()) };
    Ok(CpuTimes { total: numbers.iter().sum(), idle: idle + iowait })
}

/// What is used, and all there is, in bytes.
fn memory(meminfo: &str) -> io::Result<(u64, u64)> {
    let of = |name: &str| {
        let line = meminfo.lines().find_map(|line| line.strip_prefix(name))?;
        let kib: u64 = line.trim_start_matches(':').trim().split(' ').next()?.parse().ok()?;
        Some(kib * 1024)
    };
    let (total, available) = of("MemTotal:").zip(of("MemAvailable:")).ok_or_else(odd)?;
    Ok((total.saturating_sub(available), total))
}

fn load_average(loadavg: &str) -> io::Result<f64> {
    let first = loadavg.split(' ').next().and_then(|word| word.parse().ok());
    first.ok_or_else(odd)
}

fn odd() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "/proc says something unknown")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_of_processor_time_is_of_what_passed() {
        let before = parse_cpu("cpu  100 0 50 800 50 0 0 0 7 7\ncpu0 1 1 1 1 1 1 1 1 1 1\n");
        let before = before.unwrap();
        assert_eq!(before, CpuTimes { total: 1_000, idle: 850 });
        let now = parse_cpu("cpu  140 0 60 840 60 0 0 0 9 9\n").unwrap();
        assert!((now.busy_since(&before) - 0.5).abs() < 1e-9);
        assert!(now.busy_since(&now).abs() < 1e-9);
        assert!(parse_cpu("intr 1\n").is_err());
    }

    #[test]
    fn memory_that_programs_could_have_is_not_used() {
        let text = "MemTotal:        1000 kB\nMemFree:  1 kB\nMemAvailable:     400 kB\n";
        assert_eq!(memory(text).unwrap(), (600 * 1024, 1000 * 1024));
        assert!(memory("MemTotal: 1 kB\n").is_err());
    }

    #[test]
    fn this_machine_can_be_read() {
        let mut before = CpuTimes::default();
        let sample = look(&mut before, 1, 2).unwrap();
        assert!((0.0..=1.0).contains(&sample.cpu_busy), "{sample:?}");
        assert!(sample.memory_used_bytes < sample.memory_total_bytes, "{sample:?}");
        assert_eq!((sample.sandboxes, sample.builds), (1, 2));
        assert_ne!(before, CpuTimes::default());
    }
}
