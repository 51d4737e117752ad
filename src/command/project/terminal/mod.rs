//! The user's own terminal, joined to a sandbox's.

mod keys;
mod raw;
mod socket;

use super::client::Client;
use bytes::Bytes;
use container_api::{EndReason, TerminalSize};
use futures_util::{SinkExt, StreamExt};
use keys::{Key, Keys};
use raw::Raw;
use socket::Socket;
use std::io::{self, IsTerminal, Write};
use terminal_proxy::{
    status::{State, Status},
    wire::{CLOSE_ENDED, CLOSE_NO_SUCH_SANDBOX, ClientFrame, MAX_INPUT, ServerFrame},
};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_tungstenite::tungstenite::{Message, protocol::CloseFrame};

/// How a visit came to its end.
#[derive(Debug)]
pub enum Ending {
    /// The visitor left.
    Left,
    /// The connection broke; the program may live.
    Broken,
    /// The program ended.
    Ended(Option<EndReason>),
}

/// The size of the terminal, or a usual one, within what sandboxes have.
pub fn size() -> TerminalSize {
    let told = rustix::termios::tcgetwinsize(io::stdout())
        .or_else(|_| rustix::termios::tcgetwinsize(io::stdin()));
    match told {
        Ok(told) if told.ws_col > 0 && told.ws_row > 0 => {
            TerminalSize { columns: told.ws_col, rows: told.ws_row }.clamped()
        }
        _ => TerminalSize::default(),
    }
}

/// Says how to leave, where somebody could.
pub fn greet(title: &str) {
    if io::stdin().is_terminal() {
        eprintln!("trythis: {title}. Press Ctrl-] to leave.");
    }
}

/// The terminal for one visit: as it was, when this is dropped.
pub struct Screen {
    keys: Keys,
    resized: Signal,
    ends: [Signal; 3],
    shown: bool,
    /// Declared last: what is written above still goes to a raw terminal.
    _raw: Option<Raw>,
}

impl Screen {
    /// Takes the terminal over.
    pub fn open() -> anyhow::Result<Self> {
        let ends = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        let [a, b, c] = ends.map(signal);
        Ok(Self {
            keys: Keys::read(),
            resized: signal(SignalKind::window_change())?,
            ends: [a?, b?, c?],
            shown: io::stdout().is_terminal(),
            _raw: Raw::enter()?,
        })
    }

    /// Joins the two until one of them ends.
    pub async fn attend(&mut self, client: &Client, url: &str) -> anyhow::Result<Ending> {
        let mut socket = socket::connect(client, url).await?;
        let mut end = None;
        send(&mut socket, ClientFrame::Resize(size())).await;
        let [a, b, c] = &mut self.ends;
        loop {
            tokio::select! {
                message = socket.next() => match message {
                    Some(Ok(Message::Binary(frame))) => {
                        let Ok(frame) = ServerFrame::decode(frame) else { continue };
                        if let Some(offset) = show(frame, self.shown, &mut end)? {
                            send(&mut socket, ClientFrame::Rendered(offset)).await;
                        }
                    }
                    Some(Ok(Message::Close(Some(CloseFrame { code, .. }))))
                        if [CLOSE_ENDED, CLOSE_NO_SUCH_SANDBOX].contains(&code.into()) =>
                    {
                        return Ok(Ending::Ended(end));
                    }
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None if end.is_some() => return Ok(Ending::Ended(end)),
                    Some(Err(_)) | None => return Ok(Ending::Broken),
                },
                key = self.keys.next() => match key {
                    Key::Input(bytes) => {
                        for piece in bytes.chunks(MAX_INPUT) {
                            let piece = Bytes::copy_from_slice(piece);
                            send(&mut socket, ClientFrame::Input(piece)).await;
                        }
                    }
                    Key::Leave => return Ok(Ending::Left),
                },
                _ = self.resized.recv() => send(&mut socket, ClientFrame::Resize(size())).await,
                _ = a.recv() => return Ok(Ending::Left),
                _ = b.recv() => return Ok(Ending::Left),
                _ = c.recv() => return Ok(Ending::Left),
            }
        }
    }
}

/// A send that fails is followed by a read that does.
async fn send(socket: &mut Socket, frame: ClientFrame) {
    let _ = socket.send(Message::Binary(frame.encode())).await;
}

/// Shows a frame; gives how far the output has come with it.
fn show(
    frame: ServerFrame,
    shown: bool,
    end: &mut Option<EndReason>,
) -> anyhow::Result<Option<u64>> {
    let mut out = io::stdout().lock();
    match frame {
        ServerFrame::Output { offset, bytes } => {
            out.write_all(&bytes)?;
            out.flush()?;
            Ok(Some(offset + bytes.len() as u64))
        }
        ServerFrame::Screen { offset, paint, .. } => {
            if shown {
                out.write_all(raw::SOFT_RESET)?;
            }
            out.write_all(without_reset(&paint))?;
            out.flush()?;
            Ok(Some(offset))
        }
        ServerFrame::Status(json) => {
            if let Ok(Status { state: State::Ended, end: reason, .. }) =
                serde_json::from_slice(&json)
            {
                *end = reason;
            }
            Ok(None)
        }
        ServerFrame::Pong(_) => Ok(None),
    }
}

/// A screen begins with a full reset, which would take the scrollback of the user's own terminal.
fn without_reset(paint: &[u8]) -> &[u8] {
    paint.strip_prefix(b"\x18\x1bc").unwrap_or(paint)
}
