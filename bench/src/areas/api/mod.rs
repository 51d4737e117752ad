//! Reads by programs and people, with much stored: the server on a core of its own, the load on
//! the others, on SQLite and on PostgreSQL.

pub(super) mod measure;
mod mix;
pub(super) mod seed;
mod sides;
mod token;

use crate::{
    report::Section,
    servers::{Programs, cores::AwayFromServer},
};
use anyhow::Result;
use clap::Args;
use sides::{Ours, Theirs};
use tokio::runtime::Runtime;

/// How much is measured.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "API")]
#[group(id = "api-plan")]
pub struct Plan {
    /// Reads a second
    #[arg(long, default_value_t = 500.0)]
    pub(super) rate: f64,
    /// Seconds of that load in each round
    #[arg(long, default_value_t = 30)]
    pub(super) seconds: u64,
    /// Projects stored; as many accounts at the peer
    #[arg(long, default_value_t = 10_000)]
    pub(super) projects: u64,
    /// Tries stored
    #[arg(long, default_value_t = 1_000_000)]
    pub(super) tries: u64,
    /// Rounds of reads
    #[arg(long, default_value_t = 3)]
    pub(super) api_rounds: usize,
}

/// Measures.
pub fn run(plan: &Plan, programs: &Programs) -> Result<Section> {
    let mut section = Section::new("api");
    explain(plan, &mut section, &format!("The mix: {}.", mix::WORDS));
    let peer = Peer { reads: mix::theirs, words: "reads of a page of 50 accounts and of one" };
    rounds("api", plan, programs, &mut section, peer, |ours, round, runtime, section| {
        measure::ours(plan, ours, round, runtime, section, mix::ours)
    })?;
    Ok(section)
}

/// What is read of the peer, and what to say of it.
pub(super) struct Peer {
    pub(super) reads: measure::Reads,
    pub(super) words: &'static str,
}

/// Starts all sides with their data, and lets them take turns; `each` is a round of ours.
pub(super) fn rounds(
    area: &str,
    plan: &Plan,
    programs: &Programs,
    section: &mut Section,
    peer: Peer,
    each: impl Fn(&Ours, usize, &Runtime, &mut Section) -> Result<()>,
) -> Result<()> {
    let away = AwayFromServer::begin()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let sqlite = Ours::on_sqlite(plan, programs)?;
    let postgres = optional(section, "PostgreSQL", Ours::on_postgres(plan, programs));
    let started = Theirs::start(plan, programs, section, peer.words);
    let theirs = optional(section, "JupyterHub", started);
    for round in 0..plan.api_rounds {
        eprintln!("{area}: round {} of {}", round + 1, plan.api_rounds);
        for ours in [Some(&sqlite), postgres.as_ref()].into_iter().flatten() {
            each(ours, round, &runtime, section)?;
        }
        if let Some(theirs) = &theirs {
            measure::theirs(plan, theirs, round, &runtime, section, peer.reads)?;
        }
    }
    drop(away);
    Ok(())
}

/// What cannot be measured is said, not invented.
fn optional<T>(section: &mut Section, what: &str, started: Result<T>) -> Option<T> {
    let say = |error| {
        eprintln!("api: not measured: {what}: {error:#}");
        section.note(format!("Not measured: {what}: {error:#}"));
    };
    started.map_err(say).ok()
}

/// What the figures hang on; `more` says what is read.
pub(super) fn explain(plan: &Plan, section: &mut Section, more: &str) {
    section.note(format!(
        "{} projects and {} tries are stored. Reads come as a Poisson process of {} a second for \
         {} s in each round; a latency counts from when the read was due (no coordinated \
         omission). {more}",
        plan.projects, plan.tries, plan.rate, plan.seconds,
    ));
    section.note(
        "The server has one core, the load the others. PostgreSQL's processes are with the load: \
         its machine would be another one, and so the server's core is all the server's.",
    );
}
