//! Accounts: people who sign up, log out and log in, by requests as a browser makes them, some at
//! once. Passwords cost what they cost in the product. Beside them somebody looks at the front page
//! ten times a second: hashing must not hold it up.

mod browser;
mod hashing;
mod journey;
mod sites;

use crate::{
    interrupt::{Interrupted, block_on},
    report::{Section, Side},
    servers::{
        Programs,
        cores::Cores,
        jupyterhub::{Installed, JupyterHub},
        trythis::{Data, Trythis},
    },
};
use anyhow::Result;
use clap::Args;
use journey::Journeys;
use sites::{Person, Site};

/// How much is measured.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Accounts")]
#[group(id = "accounts-plan")]
pub struct Plan {
    /// People who come to trythis in each round
    #[arg(long, default_value_t = 1_000)]
    users: usize,
    /// People who come to the peer in each round: it is slower, and its rate settles early
    #[arg(long, default_value_t = 100)]
    peer_users: usize,
    /// People at once
    #[arg(long, default_value_t = 50)]
    at_once: usize,
    /// Rounds of accounts
    #[arg(long, default_value_t = 2)]
    accounts_rounds: usize,
}

const HASH: &str = "one password verified alone, ms";

/// Measures.
pub fn run(plan: &Plan, programs: &Programs) -> Result<Section> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut section = Section::new("accounts");
    section.note(format!(
        "{} people at trythis and {} at the peer in each round, {} at once; a step is the page \
         with its form, the form, and the page that it leads to. Client and server share all cores.",
        plan.users, plan.peer_users, plan.at_once
    ));
    let peer = match Installed::new(programs) {
        Ok(installed) => Some(installed),
        Err(error) => {
            section.note(format!("Peer not measured: JupyterHub: {error:#}"));
            None
        }
    };
    for round in 0..plan.accounts_rounds {
        eprintln!("accounts: round {} of {}: ours", round + 1, plan.accounts_rounds);
        ours(plan, programs, &runtime, &mut section)?;
        if let Some(installed) = &peer {
            eprintln!("accounts: round {} of {}: peer", round + 1, plan.accounts_rounds);
            match theirs(plan, installed, &runtime, &mut section) {
                Err(error) if error.is::<Interrupted>() => return Err(error),
                // What it could not do is said; what we could is kept.
                Err(error) => {
                    section.note(format!("Not measured in each round: JupyterHub: {error:#}"));
                }
                Ok(()) => {}
            }
        }
    }
    Ok(section)
}

fn ours(
    plan: &Plan,
    programs: &Programs,
    runtime: &tokio::runtime::Runtime,
    section: &mut Section,
) -> Result<()> {
    let data = Data::new(None)?;
    let server = Trythis::start(&programs.trythis, &data, &Cores::All)?;
    let idle = server.usage()?.rss_mib;
    let site = Site::trythis(server.address());
    let journeys = block_on(runtime, journey::travel(&site, plan.users, plan.at_once))?;
    let afterwards = server.usage()?.rss_mib;
    if journeys.errors() > 0 {
        eprintln!("the server's log ends with\n{}", server.end_of_log());
    }
    enter(section, Side::Ours, &journeys);
    section.add(Side::Ours, "RSS of the server after its start, MiB", idle);
    section.add(Side::Ours, "RSS of the server after the run, MiB", afterwards);
    match hashing::ours(&data.sqlite(), &Person::number(0)) {
        Ok((words, alone)) => {
            section.add(Side::Ours, HASH, alone.as_secs_f64() * 1_000.0);
            section.note(format!("Ours: as it comes, on SQLite; passwords `{words}`."));
        }
        Err(error) => section.note(format!("Our hashing was not measured: {error:#}")),
    }
    Ok(())
}

fn theirs(
    plan: &Plan,
    installed: &Installed,
    runtime: &tokio::runtime::Runtime,
    section: &mut Section,
) -> Result<()> {
    let server = JupyterHub::start(installed, &Cores::All, None)?;
    let idle = server.usage()?.rss_mib;
    let site = Site::jupyterhub(server.public());
    let journeys = block_on(runtime, journey::travel(&site, plan.peer_users, plan.at_once))?;
    enter(section, Side::Peer, &journeys);
    section.add(Side::Peer, "RSS of the server after its start, MiB", idle);
    section.add(Side::Peer, "RSS of the server after the run, MiB", server.usage()?.rss_mib);
    let (words, alone) = hashing::theirs(installed, &server.database(), &Person::number(0))?;
    section.add(Side::Peer, HASH, alone.as_secs_f64() * 1_000.0);
    section.note(format!(
        "Peer: {}; on SQLite, behind its own proxy (whose memory is not counted); passwords by \
         bcrypt `{words}`. There, signing up does not log in, so people log in and then out.",
        installed.versions()
    ));
    Ok(())
}

fn enter(section: &mut Section, side: Side, journeys: &Journeys) {
    section.add(side, "errors", journeys.errors() as f64);
    for (step, times) in &journeys.steps {
        section.add(side, &format!("{step}, p50, ms"), times.quantile_ms(0.5));
        section.add(side, &format!("{step}, p99, ms"), times.quantile_ms(0.99));
    }
    section.add(side, "front page meanwhile, p50, ms", journeys.front_page.quantile_ms(0.5));
    section.add(side, "front page meanwhile, p99, ms", journeys.front_page.quantile_ms(0.99));
    section.add(side, "people through all three steps a second", journeys.rate);
    for failure in &journeys.failures {
        eprintln!("accounts: {failure}");
    }
}
