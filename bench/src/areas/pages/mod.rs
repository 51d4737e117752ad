//! The pages people use, with as much stored as in the area `api`, and on the same servers: home,
//! search and project pages together, then badges alone.

mod mix;

use super::api::{Peer, Plan, explain, measure, rounds};
use crate::{report::Section, servers::Programs};
use anyhow::Result;

/// Measures.
pub fn run(plan: &Plan, programs: &Programs) -> Result<Section> {
    let mut section = Section::new("pages");
    let badges = "Badges are read alone, at the same rate.";
    explain(plan, &mut section, &format!("The mix: {}. {badges}", mix::WORDS));
    section.note(
        "The peer has no catalogue to search: its page is the one to log in by; there is \
         nothing else without an account.",
    );
    let peer = Peer { reads: mix::theirs, words: "reads of its page to log in by" };
    rounds("pages", plan, programs, &mut section, peer, |ours, round, runtime, section| {
        measure::ours(plan, ours, round, runtime, section, mix::pages)?;
        let badges: measure::Kind = ("badges", 2, mix::badges);
        measure::alone(plan, ours, round, runtime, section, badges)
    })?;
    Ok(section)
}
