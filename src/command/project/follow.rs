//! A build's log, as it happens. When the connection breaks, it goes on where it was.

use super::client::{Client, plain};
use anyhow::Context;
use container_api::{BuildEvent, BuildEventKind, BuildState, FailureCause};
use futures_util::{StreamExt, TryStreamExt};
use reqwest::Method;
use serde::Deserialize;
use std::{
    io::{self, IsTerminal},
    process::ExitCode,
    time::Duration,
};
use tokio_util::{
    codec::{FramedRead, LinesCodec},
    io::StreamReader,
};

/// How often a connection is made again that brought nothing.
const ATTEMPTS: u32 = 10;
const PAUSE: Duration = Duration::from_secs(1);

/// A build that was started.
#[derive(Deserialize)]
pub struct Started {
    id: String,
}

/// Prints the log to its end; success is an image.
pub async fn follow(client: &Client, build: &Started, slug: &str) -> anyhow::Result<ExitCode> {
    println!("Building, see {}", client.url(&format!("/builds/{}", build.id)));
    let mut seen = 0_usize;
    let mut failures = 0;
    loop {
        let before = seen;
        match read(client, build, &mut seen).await {
            Ok(Some((state, failure))) => return Ok(tell(client, state, failure.as_ref(), slug)),
            Ok(None) => {}
            Err(error) if seen == before && failures >= ATTEMPTS => return Err(error),
            Err(_) => {}
        }
        failures = if seen == before { failures + 1 } else { 0 };
        anyhow::ensure!(failures <= ATTEMPTS, "the log ends before the build; see its page");
        tokio::time::sleep(PAUSE).await;
    }
}

type End = (BuildState, Option<FailureCause>);

/// Reads until the build ends, or the connection.
async fn read(client: &Client, build: &Started, seen: &mut usize) -> anyhow::Result<Option<End>> {
    let path = format!("/api/v1/builds/{}/log", build.id);
    let mut request = client.call(Method::GET, &path).header("accept", "application/x-ndjson");
    if let Some(last) = seen.checked_sub(1) {
        request = request.header("last-event-id", last.to_string());
    }
    let response = client.send(request).await?;
    let body = response.bytes_stream().map_err(io::Error::other);
    let mut lines = FramedRead::new(StreamReader::new(body), LinesCodec::new());
    while let Some(line) = lines.next().await {
        let line = line?;
        // Keeps the connection open, and says nothing.
        if line.is_empty() {
            continue;
        }
        let event: BuildEvent =
            serde_json::from_str(&line).context("the log cannot be understood")?;
        *seen += 1;
        if let Some(end) = show(event.kind) {
            return Ok(Some(end));
        }
    }
    Ok(None)
}

fn show(event: BuildEventKind) -> Option<End> {
    let colours = io::stdout().is_terminal();
    match event {
        BuildEventKind::Step { number, total, text } => {
            let (bold, off) = if colours { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
            println!("{bold}[{number}/{total}] {}{off}", plain(&text));
        }
        // Its colours are wanted where there are any.
        BuildEventKind::Output { text } if colours => println!("{text}\x1b[0m"),
        BuildEventKind::Output { text } => println!("{}", plain(&text)),
        BuildEventKind::Note { text } => println!("· {}", plain(&text)),
        BuildEventKind::State { state, failure, .. } => {
            return state.is_final().then_some((state, failure));
        }
    }
    None
}

fn tell(
    client: &Client,
    state: BuildState,
    failure: Option<&FailureCause>,
    slug: &str,
) -> ExitCode {
    match (state, failure) {
        (BuildState::Pushed, _) => {
            let page = client.url(&format!("/p/{slug}"));
            println!("Built. Try it at {page}, or here: trythis project try {slug}");
            return ExitCode::SUCCESS;
        }
        (_, Some(cause)) => {
            let words = web::build_failure(cause);
            eprintln!("trythis: {}. {}", plain(&words.title), plain(&words.text));
        }
        _ => eprintln!("trythis: the build was cancelled."),
    }
    ExitCode::FAILURE
}
