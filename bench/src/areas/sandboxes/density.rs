//! Density: many sandboxes that live at once, all of which answer, and their end.

use super::{
    api::{Api, Caller},
    docker::Docker,
    host,
};
use crate::{
    load::Times,
    report::{Section, Side},
};
use anyhow::{Context, Result};
use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

/// How many callers ask at once.
const CALLERS: usize = 8;
/// What was freed or is to be counted by the kernel in the background is by then.
const SETTLE: Duration = Duration::from_secs(2);

/// Starts sandboxes up to each of these levels, and ends them all.
pub fn ours(api: &Api, levels: &[usize], section: &mut Section) -> Result<()> {
    let free = host::available_mib()?;
    let devices = host::devices();
    let mut ids = Vec::new();
    let filled = levels.iter().try_for_each(|level| fill(api, *level, free, &mut ids, section));
    if filled.is_err() {
        section.note(format!("It ended at {} sandboxes.", ids.len()));
        eprintln!("the server's log ends with\n{}", api.end_of_log());
    }
    let begun = Instant::now();
    let stops = each(api, ids.len(), |caller, number| caller.delete(&ids[number]))?;
    let figure = |what: &str| format!("{} live: {what}", ids.len());
    section.add(Side::Ours, &figure("all stopped, s"), begun.elapsed().as_secs_f64());
    let p99 = stops.times.quantile_ms(0.99);
    section.add(Side::Ours, &figure("one of all stopped, p99, ms"), p99);
    section.add(Side::Ours, &figure("did not stop"), stops.failures as f64);
    let left = host::devices().saturating_sub(devices);
    section.add(Side::Ours, &figure("network devices left after"), left as f64);
    filled
}

/// Starts what is missing to a level, has all of them answer, and reads what they cost.
fn fill(
    api: &Api,
    level: usize,
    free: f64,
    ids: &mut Vec<String>,
    section: &mut Section,
) -> Result<()> {
    eprintln!("sandboxes: {level} live at once");
    let figure = |what: &str| format!("{level} live: {what}");
    let made = std::sync::Mutex::new(Vec::new());
    let begun = Instant::now();
    let missing = level.saturating_sub(ids.len());
    let starts = each(api, missing, |caller, _| {
        let (id, _terminal) = caller.create()?;
        made.lock().map_err(|_| anyhow::anyhow!("a thread broke off"))?.push(id);
        Ok(())
    })?;
    let took = begun.elapsed().as_secs_f64();
    ids.extend(made.into_inner().map_err(|_| anyhow::anyhow!("a thread broke off"))?);
    section.add(Side::Ours, &figure("starts a second"), missing as f64 / took);
    for (name, quantile) in [("p50", 0.5), ("p99", 0.99)] {
        let time = starts.times.quantile_ms(quantile);
        section.add(Side::Ours, &figure(&format!("start, {CALLERS} at a time, {name}, ms")), time);
    }
    section.add(Side::Ours, &figure("did not start"), starts.failures as f64);

    let answers =
        each(api, ids.len(), |caller, number| caller.terminal(&ids[number])?.question(number))?;
    section.add(Side::Ours, &figure("did not answer"), answers.failures as f64);
    section.add(Side::Ours, &figure("answer, p99, ms"), answers.times.quantile_ms(0.99));
    thread::sleep(SETTLE);
    let each_mib = (free - host::available_mib()?) / ids.len() as f64;
    section.add(Side::Ours, &figure("memory each, all told, MiB"), each_mib);
    let (server, supervisor) = api.memory()?;
    section.add(Side::Ours, &figure("PSS of the server, MiB"), server.pss_mib);
    section.add(Side::Ours, &figure("PSS of the supervisor, MiB"), supervisor.pss_mib);
    anyhow::ensure!(starts.failures == 0, "{} of {level} did not start", starts.failures);
    Ok(())
}

/// The peer's figure of memory; it is slow to fill.
pub fn theirs(docker: &Docker, count: usize, figure: &str, section: &mut Section) -> Result<()> {
    eprintln!("sandboxes: {count} live at once at the peer");
    thread::sleep(SETTLE);
    let free = host::available_mib()?;
    let begun = Instant::now();
    let names = (0..count).map(|_| docker.start_detached()).collect::<Result<Vec<_>>>();
    let names = names.context("filling the peer")?;
    let took = begun.elapsed().as_secs_f64();
    thread::sleep(SETTLE);
    let each_mib = (free - host::available_mib()?) / count as f64;
    section.add(Side::Peer, &format!("{figure} live: memory each, all told, MiB"), each_mib);
    section.add(Side::Peer, &format!("{figure} live: starts a second"), count as f64 / took);
    section.note(format!(
        "The peer's density is that of {count} containers, one started after the other."
    ));
    docker.remove(&names)
}

struct Done {
    times: Times,
    failures: u64,
}

/// Does something `count` times, by all callers at once.
fn each(
    api: &Api,
    count: usize,
    work: impl Fn(&mut Caller<'_>, usize) -> Result<()> + Sync,
) -> Result<Done> {
    let next = AtomicUsize::new(0);
    let caller = || -> Result<Times> {
        let mut caller = api.caller()?;
        let mut times = Times::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return Ok(times);
            }
            let begun = Instant::now();
            let done = work(&mut caller, number);
            times.record(begun.elapsed(), done.is_ok());
            if let Err(error) = done {
                if times.errors() <= 2 {
                    eprintln!("sandboxes: number {number}: {error:#}");
                }
                // A connection that broke stays broken.
                caller = api.caller()?;
            }
        }
    };
    thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS).map(|_| scope.spawn(caller)).collect();
        let mut times = Times::new();
        for caller in callers {
            let some = caller.join().map_err(|_| anyhow::anyhow!("a thread broke off"))??;
            times.add(&some);
        }
        let failures = times.errors();
        Ok(Done { times, failures })
    })
}
