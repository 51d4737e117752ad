//! Sandboxes: how soon a shell shows its prompt, how soon nothing is left of it, and how many live
//! at once. The image is there, and nothing is started beforehand.
//!
//! Ours is asked twice: by the container server's API, with the terminal by WebSocket, beside
//! Docker; and by the supervisor's client alone, beside `crun run` and `runc run`, which have no
//! daemon either.

mod api;
mod bundles;
mod contestant;
mod density;
mod docker;
mod host;
mod image;
mod starts;
mod supervisor;

use crate::{
    report::{Section, Side},
    servers::{Programs, open_folder},
};
use anyhow::Result;
use api::Api;
use bundles::Bundles;
use clap::Args;
use docker::Docker;
use image::Image;
use starts::{Lives, Party};
use supervisor::Supervisor;

/// How much is measured.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Sandboxes")]
#[group(id = "sandboxes-plan")]
pub struct Plan {
    /// Rounds of starts and stops
    #[arg(long, default_value_t = 3)]
    sandbox_rounds: usize,
    /// Starts and stops of each, one at a time, in each round
    #[arg(long, default_value_t = 100)]
    sandbox_turns: usize,
    /// Numbers of sandboxes that are to live at once, ascending
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 5_000, 10_000])]
    live: Vec<usize>,
    /// Containers that are to live at once at the peer
    #[arg(long, default_value_t = 100)]
    peer_live: usize,
}

/// How many start at once, besides one at a time.
const AT_ONCE: usize = 8;
/// Docker takes part in every so many-th turn.
const SELDOM: usize = 10;

const API: &str = "by the API";
const ALONE: &str = "at the supervisor";
const DOCKER: &str = "docker run";

/// Measures.
pub fn run(plan: &Plan, programs: &Programs) -> Result<Section> {
    let mut section = Section::new("sandboxes");
    section.note(format!("The machine's load at the start (1, 5, 15 minutes): {}.", host::load()));
    let folder = open_folder()?;
    let image = Image::make(folder.path())?;
    let raised = host::Raised::new()?;
    let api = Api::start(&programs.trythis, &image)?;
    let alone = Supervisor::start(&programs.trythis, &image)?;
    let docker = present(Docker::start(&image), DOCKER, &mut section);
    let crun = present(Bundles::new("crun", folder.path(), &image), "crun run", &mut section);
    let runc = present(Bundles::new("runc", folder.path(), &image), "runc run", &mut section);

    let mut parties = vec![
        Party { name: API, contestant: &api, every: 1 },
        Party { name: ALONE, contestant: &alone, every: 1 },
    ];
    let peers = [("crun run", &crun), ("runc run", &runc)];
    for (name, peer) in peers {
        if let Some(peer) = peer {
            parties.push(Party { name, contestant: peer, every: 1 });
        }
    }
    if let Some(docker) = &docker {
        parties.push(Party { name: DOCKER, contestant: docker, every: SELDOM });
    }

    for round in 0..plan.sandbox_rounds {
        eprintln!("sandboxes: round {} of {}", round + 1, plan.sandbox_rounds);
        enter(&mut section, "1 at a time", &starts::in_turn(&parties, plan.sandbox_turns)?);
        let each = |party: &Party<'_>| (plan.sandbox_turns / 4 / party.every).max(2);
        let lives = parties.iter().map(|party| starts::at_once(party, AT_ONCE, each(party)));
        let lives = lives.collect::<Result<Vec<_>>>()?;
        enter(&mut section, &format!("{AT_ONCE} at a time"), &lives);
    }
    notes(plan, &raised, &docker, [&crun, &runc], &mut section)?;
    if let (Some(docker), Some(first)) = (&docker, plan.live.first()) {
        density::theirs(docker, plan.peer_live, &first.to_string(), &mut section)?;
    }
    drop((docker, alone));
    let filled = density::ours(&api, &plan.live, &mut section);
    if let Err(error) = filled {
        section.note(format!("Not all levels were reached: {error:#}."));
    }
    section.note(format!("The machine's load at the end: {}.", host::load()));
    Ok(section)
}

/// A peer that cannot be had is said, and the rest measured.
fn present<T>(peer: Result<T>, name: &str, section: &mut Section) -> Option<T> {
    match peer {
        Ok(peer) => Some(peer),
        Err(error) => {
            section.note(format!("Peer not measured: {name}: {error:#}"));
            None
        }
    }
}

/// Enters what was measured: each of ours beside its peers.
fn enter(section: &mut Section, how: &str, all: &[Lives]) {
    for (ours, peer) in [(API, DOCKER), (ALONE, "crun run"), (ALONE, "runc run")] {
        let quantiles = [("p50", 0.5), ("p99", 0.99)];
        for (what, stop) in [("start", false), ("stop", true)] {
            for (side, name) in [(Side::Ours, ours), (Side::Peer, peer)] {
                let Some(lives) = all.iter().find(|lives| lives.name == name) else { continue };
                let times = if stop { &lives.stops } else { &lives.starts };
                for (quantile, part) in quantiles {
                    let budget = budget(ours, stop, how, quantile);
                    let figure =
                        format!("{what} {ours}, beside {peer}, {how}, {quantile}{budget}, ms");
                    section.add(side, &figure, times.quantile_ms(part));
                }
            }
        }
    }
}

/// What the design allows.
fn budget(ours: &str, stop: bool, how: &str, quantile: &str) -> &'static str {
    match (ours, stop, how, quantile) {
        (ALONE, false, "1 at a time", "p50") => " (budget 5)",
        (ALONE, false, "1 at a time", "p99") => " (budget 15)",
        (ALONE, false, _, "p99") => " (budget 40)",
        (ALONE, true, "1 at a time", "p50") => " (budget 20)",
        _ => "",
    }
}

fn notes(
    plan: &Plan,
    raised: &host::Raised,
    docker: &Option<Docker>,
    bundles: [&Option<Bundles>; 2],
    section: &mut Section,
) -> Result<()> {
    section.note(format!(
        "{} starts and stops of each in a round, one at a time and in turn (Docker: every \
         {SELDOM}th turn, so its p99 is its slowest); then {AT_ONCE} at a time, each party by \
         itself. A start counts from the request to busybox's prompt, a stop \
         from the request until processes, control groups, mounts and network device are gone. \
         Everybody limits memory to 512 MiB, processor to one core and processes to 256.",
        plan.sandbox_turns
    ));
    section.note(
        "By the API: `POST /sandboxes` of the container server, then a ticket and the terminal by \
         WebSocket, as web and a page do. At the supervisor: the client that the engine uses.",
    );
    if let Some(docker) = docker {
        section.note(format!(
            "Peer `docker run -it`: {}; overlay2, a bridge of its own, without iptables rules.",
            docker.version()?
        ));
    }
    for peer in bundles.into_iter().flatten() {
        section.note(format!(
            "Peer {}: the runtime's own specification and these limits; no overlay, no user \
             namespace and no network pair, which ours has.",
            peer.version()?
        ));
    }
    section.note(format!("Raised for the run, and put back: {}.", raised.words()));
    Ok(())
}
