//! The supervisor as a program of its own, for the tests of this crate. The product runs it as
//! `trythis sandboxd`.

use std::{io, process::ExitCode};

fn main() -> ExitCode {
    tracing_subscriber::fmt().with_ansi(false).with_writer(io::stderr).init();
    let config = match sandbox::Config::from_arguments(std::env::args_os().skip(2)) {
        Ok(config) => config,
        Err(e) => {
            tracing::error!("{e}");
            return ExitCode::from(2);
        }
    };
    match sandbox::supervisor::run(config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            tracing::error!("{e}");
            ExitCode::FAILURE
        }
    }
}
