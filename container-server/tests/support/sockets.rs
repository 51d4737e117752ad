//! A viewer's WebSocket.

use super::servers::Server;
use container_api::{ContainerClient, SandboxId, TicketView};
use futures_util::StreamExt;
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest, protocol::CloseFrame};

/// Kinds of frames.
pub const OUTPUT: u8 = 0;
pub const SCREEN: u8 = 1;
pub const STATUS: u8 = 2;

pub type Socket =
    tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

pub async fn connect(client: &ContainerClient, public: &Server, id: &SandboxId) -> Socket {
    let TicketView { path } = client.ticket(id).await.unwrap();
    let mut request = format!("ws://{}{path}", public.address).into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "trythis.v1".parse().unwrap());
    tokio_tungstenite::connect_async(request).await.unwrap().0
}

pub async fn close_code(socket: &mut Socket) -> u16 {
    match socket.next().await.unwrap().unwrap() {
        Message::Close(Some(CloseFrame { code, .. })) => code.into(),
        other => panic!("{other:?}"),
    }
}

/// Reads until frames of these kinds have shown the text.
pub async fn wait_for(socket: &mut Socket, kinds: &[u8], text: &str) {
    let mut seen = String::new();
    while !seen.contains(text) {
        let message = socket.next().await.expect("the socket is open").unwrap();
        if let Message::Binary(frame) = message
            && kinds.contains(&frame[0])
        {
            seen.push_str(&String::from_utf8_lossy(&frame[1..]));
        }
    }
}
