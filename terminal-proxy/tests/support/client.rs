//! A client that keeps a screen, as a browser does.

use super::in_time;
use bytes::Bytes;
use container_api::TerminalSize;
use futures_util::{SinkExt, StreamExt};
use std::{net::SocketAddr, num::NonZeroU16};
use terminal_proxy::{
    status::Status,
    wire::{ClientFrame, SUBPROTOCOL, ServerFrame},
};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{
        self, Message,
        client::IntoClientRequest,
        handshake::client::{Request, Response},
    },
};

pub type Socket = WebSocketStream<TcpStream>;

pub struct Client {
    pub socket: Socket,
    pub screen: vt100::Parser,
    /// Acknowledge everything as soon as it is drawn.
    pub acknowledges: bool,
    /// How far the output has come.
    pub offset: u64,
    /// All output, screens left out.
    pub output: Vec<u8>,
    pub statuses: Vec<Status>,
    pub screens: usize,
}

pub fn request(address: SocketAddr, path: &str, headers: &[(&'static str, &str)]) -> Request {
    let mut request = format!("ws://{address}{path}").into_client_request().expect("a URL");
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().expect("a header"));
    }
    request
}

pub async fn handshake(
    address: SocketAddr,
    request: Request,
) -> Result<(Socket, Response), tungstenite::Error> {
    let stream = TcpStream::connect(address).await.expect("a connection");
    stream.set_nodelay(true).expect("a socket option");
    in_time(client_async(request, stream)).await
}

impl Client {
    pub async fn connect(address: SocketAddr, path: &str) -> Self {
        let request = request(address, path, &[("sec-websocket-protocol", SUBPROTOCOL)]);
        let (socket, response) = handshake(address, request).await.expect("a WebSocket");
        assert_eq!(response.headers()["sec-websocket-protocol"], SUBPROTOCOL);
        Self {
            socket,
            screen: vt100::Parser::default(),
            acknowledges: true,
            offset: 0,
            output: Vec::new(),
            statuses: Vec::new(),
            screens: 0,
        }
    }

    pub async fn send(&mut self, frame: ClientFrame) {
        in_time(self.socket.send(Message::Binary(frame.encode()))).await.expect("to send");
    }

    pub async fn input(&mut self, text: &[u8]) {
        self.send(ClientFrame::Input(Bytes::copy_from_slice(text))).await;
    }

    pub async fn resize(&mut self, columns: u16, rows: u16) {
        let rows_ = NonZeroU16::new(rows).expect("some rows");
        self.screen.set_size(rows_, NonZeroU16::new(columns).expect("some columns"));
        self.send(ClientFrame::Resize(TerminalSize { columns, rows })).await;
    }

    pub async fn acknowledge(&mut self) {
        self.send(ClientFrame::Rendered(self.offset)).await;
    }

    /// The next frame, drawn; or the code and the reason of the close.
    pub async fn next(&mut self) -> Result<ServerFrame, (u16, String)> {
        let frame = in_time(self.receive()).await?;
        self.draw(&frame).await;
        Ok(frame)
    }

    async fn receive(&mut self) -> Result<ServerFrame, (u16, String)> {
        loop {
            let message = self.socket.next().await;
            match message.expect("a close frame first").expect("a whole frame") {
                Message::Binary(frame) => {
                    return Ok(ServerFrame::decode(frame).expect("a frame of the protocol"));
                }
                Message::Close(Some(close)) => {
                    return Err((close.code.into(), close.reason.to_string()));
                }
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("unexpected {other:?}"),
            }
        }
    }

    async fn draw(&mut self, frame: &ServerFrame) {
        match frame {
            ServerFrame::Output { offset, bytes } => {
                assert_eq!(*offset, self.offset, "no byte is left out or sent twice");
                self.offset += bytes.len() as u64;
                self.screen.process(bytes);
                self.output.extend_from_slice(bytes);
            }
            ServerFrame::Screen { offset, size, paint } => {
                assert!(*offset >= self.offset);
                self.offset = *offset;
                let some = |n| NonZeroU16::new(n).expect("a size");
                self.screen.set_size(some(size.rows), some(size.columns));
                self.screen.process(paint);
                self.screens += 1;
            }
            ServerFrame::Status(json) => {
                self.statuses.push(serde_json::from_slice(json).expect("a status"));
                return;
            }
            ServerFrame::Pong(_) => return,
        }
        if self.acknowledges {
            // The other side may have closed meanwhile.
            let frame = ClientFrame::Rendered(self.offset).encode();
            let _ = self.socket.send(Message::Binary(frame)).await;
        }
    }

    pub fn contents(&self) -> String {
        self.screen.screen().contents()
    }

    /// Waits until the screen shows this. What a command prints may follow a prompt on its line,
    /// when the command was typed before the prompt came: look for words that were not typed.
    pub async fn see(&mut self, text: &str) {
        while !self.contents().contains(text) {
            if let Err(close) = self.next().await {
                panic!("closed with {close:?} before {text:?} in:\n{}", self.contents());
            }
        }
    }

    /// Waits for a status.
    pub async fn told(&mut self, wanted: impl Fn(&Status) -> bool) -> Status {
        loop {
            if let Some(status) = self.statuses.last().filter(|status| wanted(status)) {
                return status.clone();
            }
            self.next().await.expect("a status before the end");
        }
    }

    /// Waits for the end.
    pub async fn closed(&mut self) -> (u16, String) {
        loop {
            if let Err(close) = self.next().await {
                return close;
            }
        }
    }

    /// Waits until everything sent before now has been taken in and answered.
    pub async fn round_trip(&mut self) {
        let word = Bytes::from(format!("ping at {}", self.offset));
        self.send(ClientFrame::Ping(word.clone())).await;
        while self.next().await != Ok(ServerFrame::Pong(word.clone())) {}
    }
}
