//! A build's log as it happens: each [`BuildEvent`] as JSON. As server-sent events, the id of each is
//! the event's index from 0, so that a browser that lost the connection goes on where it was.

use super::refresh;
use crate::{error::Error, models::builds::Build, service::Services};
use actix_web::web;
use bytes::Bytes;
use container_api::{BuildEvent, BuildEventKind, ClientError};
use futures_util::{Stream, StreamExt, future::Either, stream};
use std::{convert::Infallible, io, pin::pin, time::Duration};

/// How long nothing may be said before a comment keeps the connection open.
const SILENCE: Duration = Duration::from_secs(15);
/// How long a browser waits before it connects again, in milliseconds.
const RETRY_MS: u32 = 1_000;

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For browsers.
    ServerSentEvents,
    /// One JSON document a line.
    Lines,
}

impl Format {
    /// `Content-Type`.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::ServerSentEvents => "text/event-stream; charset=utf-8",
            Self::Lines => "application/x-ndjson",
        }
    }

    fn write(self, index: usize, event: &BuildEvent) -> Option<Bytes> {
        let json = serde_json::to_string(event).ok()?;
        Some(match self {
            Self::ServerSentEvents => format!("id: {index}\ndata: {json}\n\n").into(),
            Self::Lines => (json + "\n").into(),
        })
    }

    /// What is said before everything.
    fn greeting(self) -> Option<Bytes> {
        let retry = || format!("retry: {RETRY_MS}\n\n").into();
        (self == Self::ServerSentEvents).then(retry)
    }

    /// What keeps a connection open; readers skip it.
    fn comment(self) -> Bytes {
        Bytes::from_static(match self {
            Self::ServerSentEvents => b": still here\n\n",
            Self::Lines => b"\n",
        })
    }
}

/// The log from the event of index `from` on, followed until the build ends.
///
/// # Errors
/// When the container server cannot be asked.
pub async fn follow(
    services: web::Data<Services>,
    build: Build,
    from: usize,
    format: Format,
) -> Result<impl Stream<Item = Result<Bytes, Infallible>> + use<>, Error> {
    let log = match services.containers.build_log(&build.id).await {
        Ok(log) => Either::Left(log),
        Err(ClientError::Refused(problem)) if problem.status == 404 => {
            let build = refresh(&services, build.clone()).await?;
            Either::Right(stream::iter([Ok(epitaph(&build))]))
        }
        Err(error) => return Err(error.into()),
    };
    Ok(messages(services, build, log, from, format))
}

fn messages(
    services: web::Data<Services>,
    build: Build,
    log: impl Stream<Item = io::Result<BuildEvent>> + 'static,
    from: usize,
    format: Format,
) -> impl Stream<Item = Result<Bytes, Infallible>> {
    async_stream::stream! {
        if let Some(greeting) = format.greeting() {
            yield Ok(greeting);
        }
        let mut log = pin!(log.enumerate());
        loop {
            match tokio::time::timeout(SILENCE, log.next()).await {
                Err(_) => yield Ok(format.comment()),
                // The browser connects again and goes on behind the last event.
                Ok(None | Some((_, Err(_)))) => break,
                Ok(Some((index, Ok(event)))) => {
                    let last = is_last(&event);
                    if last {
                        note_the_end(&services, &build).await;
                    }
                    if index >= from
                        && let Some(text) = format.write(index, &event)
                    {
                        yield Ok(text);
                    }
                    if last {
                        break;
                    }
                }
            }
        }
    }
}

/// Whoever follows the link at the end of the log finds the project ready.
async fn note_the_end(services: &Services, build: &Build) {
    if let Err(error) = refresh(services, build.clone()).await {
        tracing::warn!(%error, build = %build.id, "a build's end will be noted later");
    }
}

fn is_last(event: &BuildEvent) -> bool {
    matches!(&event.kind, BuildEventKind::State { state, .. } if state.is_final())
}

/// What is left to say of a build whose log is gone.
fn epitaph(build: &Build) -> BuildEvent {
    let end = build.ended_at.unwrap_or(build.created_at);
    let at_ms = (end - build.created_at).num_milliseconds().try_into().unwrap_or_default();
    let kind = BuildEventKind::State {
        state: build.state,
        failure: build.failure.clone(),
        image: build.image.clone(),
    };
    BuildEvent { at_ms, kind }
}
