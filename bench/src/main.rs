//! `make bench`: measures trythis side by side with a peer, and writes `bench/RESULTS.md`.
//!
//! ```text
//! main ── areas/*     one per part of the product: what is asked, of whom, and which figures come of it
//!           ├ servers/  starting trythis and its peers on free ports, and ending them
//!           ├ load/     an open-loop load, and the times that come of it
//!           └ report    medians and spreads over the rounds, as lines and as a document
//! ```
//!
//! Rounds are interleaved (ours, peer, ours, …), so that what else the machine does hits both.

mod areas;
mod interrupt;
mod load;
mod machine;
mod report;
mod servers;
mod stats;

use anyhow::{Context, Result};
use areas::Area;
use clap::{Parser, ValueEnum};
use std::{fs, path::PathBuf};

/// Measure trythis side by side with a peer.
#[derive(Debug, Parser)]
#[command(name = "bench")]
struct Options {
    /// The areas to measure; all of them by default
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Area>,
    /// The trythis binary to measure, of the features `full`
    #[arg(long, default_value = "target/release/trythis")]
    binary: PathBuf,
    /// Where peers are installed, once
    #[arg(long, default_value = "target/bench-peers")]
    peers: PathBuf,
    /// Where to write the document
    #[arg(long, default_value = "bench/RESULTS.md")]
    results: PathBuf,
    #[command(flatten)]
    accounts: areas::accounts::Plan,
    #[command(flatten)]
    api: areas::api::Plan,
    #[command(flatten)]
    sandboxes: areas::sandboxes::Plan,
}

fn main() -> Result<()> {
    let options = Options::parse();
    // reqwest asks for it even where nothing travels by TLS.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let areas = match options.only.as_slice() {
        [] => Area::value_variants().to_vec(),
        some => some.to_vec(),
    };
    let binary = options.binary.canonicalize().with_context(|| {
        format!("there is no {}: build it, or use make bench", options.binary.display())
    })?;
    let programs = servers::Programs { trythis: binary, peers: options.peers.clone() };
    println!("{}", report::HEADER);
    for area in areas {
        let section = match area {
            Area::Accounts => areas::accounts::run(&options.accounts, &programs),
            Area::Api => areas::api::run(&options.api, &programs),
            Area::Pages => areas::pages::run(&options.api, &programs),
            Area::Sandboxes => areas::sandboxes::run(&options.sandboxes, &programs),
        }
        .with_context(|| format!("measuring {}", area.name()))?;
        for line in section.lines() {
            println!("{line}");
        }
        keep(&options, area, &section)?;
    }
    Ok(())
}

/// Written after each area: what an interrupted run has measured is kept.
fn keep(options: &Options, area: Area, section: &report::Section) -> Result<()> {
    let old = fs::read_to_string(&options.results).unwrap_or_default();
    let new = [(area.name(), section.markdown(&machine::setting()))];
    let document = report::merge(&old, include_str!("preface.md"), &new);
    fs::write(&options.results, document)
        .with_context(|| format!("writing {}", options.results.display()))
}

#[cfg(test)]
mod tests {
    use super::Options;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Options::command().debug_assert();
    }
}
