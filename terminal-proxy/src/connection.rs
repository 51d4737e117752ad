//! One WebSocket in front of a terminal.
//!
//! Three things go on at once until one of them says goodbye: what comes in, what goes out, and
//! the pings. They wait independently of each other, so a browser that does not read holds up its
//! output only, and a program that does not read holds up its input only.

use crate::{
    session::{Attachment, Outgoing, Seat},
    status::{State, Status, end_sentence},
    wire::{CLOSE_ENDED, CLOSE_RESTARTED, ClientFrame, ServerFrame},
};
use actix_ws::{
    AggregatedMessage, AggregatedMessageStream, CloseCode, CloseReason, Closed, ProtocolError,
    Session as Socket,
};
use bytes::Bytes;
use std::{
    cell::Cell,
    io,
    time::{Duration, Instant},
};
use tokio::{
    sync::{mpsc, watch},
    time::{sleep, timeout},
};

/// Proxies cut connections that say nothing for half a minute to a minute.
const PING_EVERY: Duration = Duration::from_secs(20);

/// How long a browser may be silent, though it was pinged, before it counts as gone.
const SILENT_FOR: Duration = Duration::from_secs(60);

/// How long the close frame may take.
const CLOSING: Duration = Duration::from_secs(5);

/// How a connection ends: the code and the reason of its close frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Goodbye {
    code: CloseCode,
    reason: String,
}

impl Goodbye {
    pub(crate) fn new(code: CloseCode, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into() }
    }

    pub(crate) fn ended(status: &Status) -> Self {
        Self::new(CloseCode::Other(CLOSE_ENDED), end_sentence(status.end.as_ref()))
    }

    pub(crate) fn restarted() -> Self {
        Self::new(CloseCode::Other(CLOSE_RESTARTED), "the sandbox starts afresh; please reconnect")
    }

    fn protocol(reason: impl Into<String>) -> Self {
        Self::new(CloseCode::Protocol, reason)
    }
}

/// What the three sides know of each other.
#[derive(Debug)]
struct Progress {
    /// How far the output has come that was sent to the browser.
    sent: Cell<u64>,
    /// When the browser was heard last.
    heard: Cell<Instant>,
    /// Nothing is read from the browser: its input waits for the program.
    input_waits: Cell<bool>,
}

/// Serves a viewer until either side goes.
pub(crate) async fn serve(
    socket: Socket,
    mut messages: AggregatedMessageStream,
    attachment: Attachment,
) {
    let Attachment { frames, status, seat } = attachment;
    let progress = Progress {
        sent: Cell::new(0),
        heard: Cell::new(Instant::now()),
        input_waits: Cell::new(false),
    };
    let goodbye = tokio::select! {
        goodbye = incoming(&mut messages, &seat, &progress, socket.clone()) => goodbye,
        goodbye = outgoing(frames, status, &seat, &progress, socket.clone()) => goodbye,
        goodbye = pings(&progress, socket.clone()) => goodbye,
    };
    drop(seat);
    close(socket, messages, goodbye).await;
}

/// Says why there is nothing to see, on a socket that was accepted to be able to.
pub(crate) async fn refuse(
    mut socket: Socket,
    messages: AggregatedMessageStream,
    status: Option<Status>,
    goodbye: Goodbye,
) {
    if let Some(status) = status {
        let frame = ServerFrame::Status(status.to_json().into()).encode();
        if timeout(CLOSING, socket.binary(frame)).await.is_err() {
            return;
        }
    }
    close(socket, messages, Some(goodbye)).await;
}

/// Sends the close frame, and waits a little for the answer: a connection that is closed with
/// bytes unread is reset, and the browser might never see why.
async fn close(socket: Socket, mut messages: AggregatedMessageStream, goodbye: Option<Goodbye>) {
    let Some(Goodbye { code, reason }) = goodbye else { return };
    let reason = CloseReason { code, description: Some(reason) };
    // A browser that takes nothing any more is not told; the connection is dropped instead.
    let _ = timeout(CLOSING, async {
        if socket.close(Some(reason)).await.is_ok() {
            while let Some(Ok(message)) = messages.recv().await {
                if matches!(message, AggregatedMessage::Close(_)) {
                    break;
                }
            }
        }
    })
    .await;
}

/// Takes what the browser sends. `None`: it has gone.
async fn incoming(
    messages: &mut AggregatedMessageStream,
    seat: &Seat,
    progress: &Progress,
    mut socket: Socket,
) -> Option<Goodbye> {
    loop {
        let message = match messages.recv().await? {
            Ok(message) => message,
            Err(error) => return Some(unreadable(&error)),
        };
        progress.heard.set(Instant::now());
        let sent = match message {
            AggregatedMessage::Binary(frame) => {
                if let Err(goodbye) = take(frame, seat, progress, &mut socket).await {
                    return goodbye;
                }
                continue;
            }
            AggregatedMessage::Ping(bytes) => socket.pong(&bytes).await,
            AggregatedMessage::Pong(_) => Ok(()),
            AggregatedMessage::Text(_) => {
                return Some(Goodbye::protocol("a text frame: all frames are binary"));
            }
            AggregatedMessage::Close(_) => return Some(Goodbye::new(CloseCode::Normal, "")),
        };
        if sent.is_err() {
            return None;
        }
    }
}

async fn take(
    frame: Bytes,
    seat: &Seat,
    progress: &Progress,
    socket: &mut Socket,
) -> Result<(), Option<Goodbye>> {
    let frame = ClientFrame::decode(frame).map_err(|e| Some(Goodbye::protocol(e.to_string())))?;
    match frame {
        ClientFrame::Input(bytes) => {
            progress.input_waits.set(true);
            seat.input(bytes).await;
            progress.input_waits.set(false);
            progress.heard.set(Instant::now());
        }
        ClientFrame::Resize(size) => seat.resize(size),
        ClientFrame::Rendered(offset) if offset > progress.sent.get() => {
            let sent = progress.sent.get();
            let reason = format!("rendered up to {offset}, but only {sent} bytes were sent");
            return Err(Some(Goodbye::protocol(reason)));
        }
        ClientFrame::Rendered(offset) => seat.drawn(offset),
        ClientFrame::Ping(bytes) => {
            let pong = ServerFrame::Pong(bytes).encode();
            socket.binary(pong).await.map_err(|Closed| None)?;
        }
    }
    Ok(())
}

fn unreadable(error: &ProtocolError) -> Goodbye {
    let too_long = "a frame that is too long: send input in frames of at most 65536 bytes";
    match error {
        ProtocolError::Overflow => Goodbye::new(CloseCode::Size, too_long),
        ProtocolError::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
            Goodbye::protocol("a text frame: all frames are binary")
        }
        // Of these only the length of a message in several frames leaves somebody to tell.
        ProtocolError::Io(_) => Goodbye::new(CloseCode::Size, too_long),
        other => Goodbye::protocol(other.to_string()),
    }
}

/// Sends what the session has for the browser. Ends with the session.
async fn outgoing(
    mut frames: mpsc::Receiver<Outgoing>,
    mut status: watch::Receiver<Status>,
    seat: &Seat,
    progress: &Progress,
    mut socket: Socket,
) -> Option<Goodbye> {
    status.mark_changed();
    // The status comes before the first screen, and that comes once the session has counted us.
    let Some(first) = frames.recv().await else { return over(status, socket).await };
    send_status(&mut status, &mut socket).await.ok()?;
    let mut next = Some(first);
    loop {
        if let Some(Outgoing { end, frame }) = next.take() {
            progress.sent.set(end);
            socket.binary(frame).await.ok()?;
            if frames.is_empty() {
                seat.queue_is_empty();
            }
        }
        tokio::select! {
            biased;
            frame = frames.recv() => match frame {
                Some(frame) => next = Some(frame),
                None => return over(status, socket).await,
            },
            // The session, and its side of this channel with it, goes only after its last frame.
            Ok(()) = status.changed() => send_status(&mut status, &mut socket).await.ok()?,
        }
    }
}

async fn over(mut status: watch::Receiver<Status>, mut socket: Socket) -> Option<Goodbye> {
    let state = status.borrow().state;
    if matches!(state, State::Running | State::Frozen) {
        return Some(Goodbye::new(CloseCode::Away, "the server goes away; please reconnect"));
    }
    if status.has_changed().unwrap_or(true) {
        send_status(&mut status, &mut socket).await.ok()?;
    }
    Some(match state {
        State::Restarting => Goodbye::restarted(),
        _ => Goodbye::ended(&status.borrow()),
    })
}

async fn send_status(
    status: &mut watch::Receiver<Status>,
    socket: &mut Socket,
) -> Result<(), Closed> {
    let json = status.borrow_and_update().to_json();
    socket.binary(ServerFrame::Status(json.into()).encode()).await
}

/// Keeps the connection open, and says when nobody is there any more.
async fn pings(progress: &Progress, mut socket: Socket) -> Option<Goodbye> {
    loop {
        sleep(PING_EVERY).await;
        // While nothing is read from the browser its silence means nothing.
        if !progress.input_waits.get() && progress.heard.get().elapsed() >= SILENT_FOR {
            return Some(Goodbye::new(CloseCode::Policy, "nothing was heard for a minute"));
        }
        // One that does not get through is no reason to wait longer for the silence to be noticed.
        if let Ok(Err(Closed)) = timeout(PING_EVERY, socket.ping(b"")).await {
            return None;
        }
    }
}
