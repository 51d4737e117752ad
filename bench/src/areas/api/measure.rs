//! One round of one side: how much it takes, then the load.

use super::{
    Plan,
    sides::{Ours, SQLITE, Theirs},
};
use crate::{
    interrupt::block_on,
    load::{Ask, Outcome, open_loop, saturate, schedule::poisson},
    report::{Section, Side},
    servers::process::Usage,
};
use anyhow::Result;
use std::{sync::Arc, time::Duration};
use tokio::runtime::Runtime;

/// Clients that find out how much a server takes, and for how long they do.
const CLIENTS: usize = 16;
const SATURATION: Duration = Duration::from_secs(5);
/// The load at which the latency of a server is told that cannot take the wanted one, as a part of
/// what it takes.
const COMFORTABLE: f64 = 0.7;
/// How many different reads are prepared for finding out.
const READS: usize = 10_000;

/// The reads of a plan: of a seed, and so many.
pub type Reads = fn(&Plan, u64, usize) -> Vec<Ask>;

/// A round of trythis.
pub fn ours(
    plan: &Plan,
    ours: &Ours,
    round: usize,
    runtime: &Runtime,
    section: &mut Section,
    reads: Reads,
) -> Result<()> {
    let (name, seed) = (ours.name, round as u64);
    let asks = Arc::new(reads(plan, seed, READS));
    let most = block_on(runtime, saturate(&ours.target(), CLIENTS, SATURATION, &asks))?;
    let before = ours.usage()?;
    let due = poisson(plan.rate, Duration::from_secs(plan.seconds), seed);
    let asks = reads(plan, seed, due.len());
    let outcome = block_on(runtime, open_loop(&ours.target(), &due, asks))?;
    let at = format!("{name}: at {}/s", plan.rate);
    enter(section, Side::Ours, &at, &outcome);
    add_usage(section, Side::Ours, &at, (before, ours.usage()?), outcome.took);
    for (kind, times) in &outcome.kinds {
        section.add(Side::Ours, &format!("{at}: {kind}, p99, ms"), times.quantile_ms(0.99));
    }
    add_most(section, Side::Ours, name, &most);
    complain(name, &[most, outcome]);
    Ok(())
}

/// Reads of one kind: what they are of, their budget in milliseconds, and themselves.
pub type Kind = (&'static str, u32, Reads);

/// A round of trythis with one kind of reads, at the plan's rate.
pub fn alone(
    plan: &Plan,
    ours: &Ours,
    round: usize,
    runtime: &Runtime,
    section: &mut Section,
    (what, budget, reads): Kind,
) -> Result<()> {
    let due = poisson(plan.rate, Duration::from_secs(plan.seconds), round as u64);
    let asks = reads(plan, round as u64, due.len());
    let outcome = block_on(runtime, open_loop(&ours.target(), &due, asks))?;
    let at = format!("{}: {what} alone, at {}/s", ours.name, plan.rate);
    section.add(Side::Ours, &format!("{at}: errors"), outcome.all.errors() as f64);
    section.add(Side::Ours, &format!("{at}: p50, ms"), outcome.all.quantile_ms(0.5));
    section.add(
        Side::Ours,
        &format!("{at}: p99 (budget {budget}), ms"),
        outcome.all.quantile_ms(0.99),
    );
    complain(ours.name, &[outcome]);
    Ok(())
}

/// A round of the peer: at the wanted rate if it takes that, else at what it takes comfortably.
pub fn theirs(
    plan: &Plan,
    theirs: &Theirs,
    round: usize,
    runtime: &Runtime,
    section: &mut Section,
    reads: Reads,
) -> Result<()> {
    let seed = round as u64;
    let asks = Arc::new(reads(plan, seed, READS));
    let most = block_on(runtime, saturate(&theirs.target(), CLIENTS, SATURATION, &asks))?;
    let comfortable = (most.rate() * COMFORTABLE).floor().max(1.0);
    let takes_it = comfortable >= plan.rate;
    let rate = plan.rate.min(comfortable);
    let before = theirs.usage()?;
    let due = poisson(rate, Duration::from_secs(plan.seconds.div_ceil(2)), seed);
    let asks = reads(plan, seed, due.len());
    let outcome = block_on(runtime, open_loop(&theirs.target(), &due, asks))?;
    let at = if takes_it {
        format!("{SQLITE}: at {rate}/s")
    } else {
        section.note(format!(
            "The peer does not take {} reads a second; its latencies are in lines of their own, \
             at {} % of the most that it takes.",
            plan.rate,
            COMFORTABLE * 100.0
        ));
        format!("at {} % of the peer's most", COMFORTABLE * 100.0)
    };
    enter(section, Side::Peer, &at, &outcome);
    add_usage(section, Side::Peer, &at, (before, theirs.usage()?), outcome.took);
    // Beside ours on the same kind of database.
    add_most(section, Side::Peer, SQLITE, &most);
    complain("the peer", &[most, outcome]);
    Ok(())
}

fn enter(section: &mut Section, side: Side, at: &str, outcome: &Outcome) {
    let all = &outcome.all;
    section.add(side, &format!("{at}: errors"), all.errors() as f64);
    section.add(side, &format!("{at}: p50, ms"), all.quantile_ms(0.5));
    section.add(side, &format!("{at}: p99 (budget 20), ms"), all.quantile_ms(0.99));
    section.add(side, &format!("{at}: longest, ms"), all.max_ms());
}

fn add_most(section: &mut Section, side: Side, name: &str, most: &Outcome) {
    section.add(side, &format!("{name}: reads a second at most"), most.rate());
    section.add(side, &format!("{name}: errors meanwhile"), most.all.errors() as f64);
}

fn add_usage(
    section: &mut Section,
    side: Side,
    at: &str,
    (before, after): (Usage, Usage),
    took: Duration,
) {
    let busy = after.cpu.saturating_sub(before.cpu).as_secs_f64() / took.as_secs_f64() * 100.0;
    section.add(side, &format!("{at}: processor of the server, % of a core"), busy);
    section.add(side, &format!("{at}: RSS of the server, MiB"), after.rss_mib);
}

fn complain(who: &str, outcomes: &[Outcome]) {
    for failure in outcomes.iter().flat_map(|outcome| &outcome.failures) {
        eprintln!("api: {who}: {failure}");
    }
}
