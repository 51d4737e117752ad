//! The pages people use, with as much stored as in the area `api`, and on the same servers: home,
//! search and project pages together, then badges alone.

mod mix;

use super::api::{
    Plan, measure, optional,
    sides::{Ours, Theirs},
};
use crate::{
    report::Section,
    servers::{Programs, cores::AwayFromServer},
};
use anyhow::Result;

/// Measures.
pub fn run(plan: &Plan, programs: &Programs) -> Result<Section> {
    let mut section = Section::new("pages");
    explain(plan, &mut section);
    let away = AwayFromServer::begin()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let sqlite = Ours::on_sqlite(plan, programs)?;
    let postgres = optional(&mut section, "PostgreSQL", Ours::on_postgres(plan, programs));
    let started = Theirs::start(plan, programs, &mut section);
    let peer = optional(&mut section, "JupyterHub", started);
    for round in 0..plan.api_rounds {
        eprintln!("pages: round {} of {}", round + 1, plan.api_rounds);
        for ours in [Some(&sqlite), postgres.as_ref()].into_iter().flatten() {
            measure::ours(plan, ours, round, &runtime, &mut section, mix::pages)?;
            let badges: measure::Kind = ("badges", 2, mix::badges);
            measure::alone(plan, ours, round, &runtime, &mut section, badges)?;
        }
        if let Some(theirs) = &peer {
            measure::theirs(plan, theirs, round, &runtime, &mut section, mix::theirs)?;
        }
    }
    drop(away);
    Ok(section)
}

fn explain(plan: &Plan, section: &mut Section) {
    section.note(format!(
        "{} projects and {} tries are stored. Reads come as a Poisson process of {} a second for \
         {} s in each round; a latency counts from when the read was due (no coordinated \
         omission). The mix: {}. Badges are read alone, at the same rate.",
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
    section.note(
        "The peer has no catalogue to search: its page is the one to log in by; there is \
         nothing else without an account.",
    );
}
