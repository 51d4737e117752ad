//! Reads by programs and people, with much stored: the server on a core of its own, the load on
//! the others, on SQLite and on PostgreSQL.

pub(super) mod measure;
mod mix;
pub(super) mod seed;
pub(super) mod sides;
mod token;

use crate::{
    report::Section,
    servers::{Programs, cores::AwayFromServer},
};
use anyhow::Result;
use clap::Args;
use sides::{Ours, Theirs};

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
    explain(plan, &mut section);
    let away = AwayFromServer::begin()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let sqlite = Ours::on_sqlite(plan, programs)?;
    let postgres = optional(&mut section, "PostgreSQL", Ours::on_postgres(plan, programs));
    let started = Theirs::start(plan, programs, &mut section);
    let peer = optional(&mut section, "JupyterHub", started);
    for round in 0..plan.api_rounds {
        eprintln!("api: round {} of {}", round + 1, plan.api_rounds);
        for ours in [Some(&sqlite), postgres.as_ref()].into_iter().flatten() {
            measure::ours(plan, ours, round, &runtime, &mut section, mix::ours)?;
        }
        if let Some(theirs) = &peer {
            measure::theirs(plan, theirs, round, &runtime, &mut section, mix::theirs)?;
        }
    }
    drop(away);
    Ok(section)
}

/// What cannot be measured is said, not invented.
pub(super) fn optional<T>(section: &mut Section, what: &str, started: Result<T>) -> Option<T> {
    let say = |error| {
        eprintln!("api: not measured: {what}: {error:#}");
        section.note(format!("Not measured: {what}: {error:#}"));
    };
    started.map_err(say).ok()
}

fn explain(plan: &Plan, section: &mut Section) {
    section.note(format!(
        "{} projects and {} tries are stored. Reads come as a Poisson process of {} a second for \
         {} s in each round; a latency counts from when the read was due (no coordinated \
         omission). The mix: {}.",
        plan.projects,
        plan.tries,
        plan.rate,
        plan.seconds,
        mix::WORDS
    ));
    section.note(
        "The server has one core, the load the others. PostgreSQL's processes are with the load: \
         its machine would be another one, and so the server's core is all the server's.",
    );
}
