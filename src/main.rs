//! `trythis`: try any open-source program in the browser.
//!
//! This crate is thin: it reads the command line ([`cli`]), prepares the process ([`setup`]) and
//! puts the libraries together ([`command`]).

mod cli;
mod command;
mod setup;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    setup::logging::init();
    setup::tls::choose();
    let done = match cli.command {
        cli::Command::Serve(options) => command::serve::run(options).map(|()| ExitCode::SUCCESS),
        cli::Command::Image(command) => command::image::run(command).map(|()| ExitCode::SUCCESS),
        cli::Command::Admin(command) => command::admin::run(command).map(|()| ExitCode::SUCCESS),
        cli::Command::Doctor(options) => command::doctor::run(&options),
        cli::Command::Project(command) => command::project::run(command),
        cli::Command::Sandboxd(options) => {
            command::sandboxd::run(options).map(|()| ExitCode::SUCCESS)
        }
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("trythis: {error:#}");
            ExitCode::FAILURE
        }
    }
}
