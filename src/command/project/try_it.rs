//! `trythis project try`: a program in this terminal.

use super::{
    client::{Client, plain},
    terminal::{self, Ending},
};
use crate::cli;
use container_api::{EndReason, SandboxState};
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;
use std::{process::ExitCode, time::Duration};

/// How long to wait for a sandbox that starts, and between two attempts to come back to one.
const PAUSE: Duration = Duration::from_millis(500);
/// How often to try to come back: about half a minute.
const ATTEMPTS: u32 = 60;

/// A sandbox, as the server tells of it.
#[derive(Deserialize)]
struct Sandbox {
    id: String,
    title: String,
    state: SandboxState,
    terminal_url: Option<String>,
    end: Option<EndReason>,
}

pub async fn run(options: cli::Try) -> anyhow::Result<ExitCode> {
    let client = Client::new(&options.server)?;
    let size = terminal::size();
    let wish = json!({
        "project": options.slug,
        "columns": size.columns,
        "rows": size.rows,
        "replace": options.replace,
    });
    let request = client.call(Method::POST, "/api/v1/sandboxes").json(&wish);
    let sandbox: Sandbox = client.read(request).await.map_err(|error| {
        if error.to_string().contains("already") && client.has_token() {
            return error.context("start with --replace to let the other one give way");
        }
        error
    })?;
    let id = sandbox.id.clone();
    terminal::greet(&plain(&sandbox.title));
    let ending = attend(&client, sandbox).await;
    if !matches!(ending, Ok(Ending::Ended(_))) {
        // Nobody comes back to it.
        let stop = client.call(Method::DELETE, &format!("/api/v1/sandboxes/{id}"));
        if let Err(error) = client.send(stop).await {
            eprintln!("trythis: the sandbox could not be stopped and ends by itself: {error:#}");
        }
    }
    Ok(tell(ending?))
}

/// Connects, and again when the connection breaks, until the program ends or its visitor leaves.
async fn attend(client: &Client, mut sandbox: Sandbox) -> anyhow::Result<Ending> {
    let mut screen = terminal::Screen::open()?;
    let mut attempts = 0;
    loop {
        if sandbox.state == SandboxState::Ended {
            return Ok(Ending::Ended(sandbox.end));
        }
        if let Some(url) = &sandbox.terminal_url {
            match screen.attend(client, url).await {
                Ok(Ending::Broken) => attempts = 0,
                Ok(ending) => return Ok(ending),
                Err(error) if attempts >= ATTEMPTS => return Err(error),
                Err(_) => {}
            }
        }
        tokio::time::sleep(PAUSE).await;
        attempts += 1;
        let look = client.call(Method::GET, &format!("/api/v1/sandboxes/{}", sandbox.id));
        match client.read(look).await {
            Ok(seen) => sandbox = seen,
            Err(error) if attempts >= ATTEMPTS => return Err(error),
            Err(_) => {}
        }
    }
}

/// Says how it ended. The program's own exit code becomes this one's, as with ssh.
fn tell(ending: Ending) -> ExitCode {
    let (text, code) = match ending {
        Ending::Left => ("You left; the sandbox was stopped.".to_owned(), 0),
        Ending::Broken => ("The connection broke.".to_owned(), 1),
        Ending::Ended(None) => ("The sandbox has ended.".to_owned(), 1),
        Ending::Ended(Some(reason)) => match reason {
            EndReason::Exited { code: 0 } => ("The program has ended.".to_owned(), 0),
            EndReason::Exited { code } => {
                let text = format!("The program has ended with exit code {code}.");
                (text, u8::try_from(code).unwrap_or(1))
            }
            EndReason::Stopped => ("The sandbox was stopped.".to_owned(), 1),
            EndReason::OutOfMemory => ("It needed more memory than it may use.".to_owned(), 1),
            EndReason::Idle => ("Nobody was there for too long.".to_owned(), 1),
            EndReason::Lifetime => ("The time is up. Try it again for more.".to_owned(), 1),
            EndReason::Operator => ("The server was restarted or needed the room.".to_owned(), 1),
            EndReason::Failed { message } => (plain(&message), 1),
        },
    };
    eprintln!("trythis: {text}");
    ExitCode::from(code)
}
