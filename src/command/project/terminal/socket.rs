//! The WebSocket: an upgrade of the HTTP client's connection, so that both share TLS and proxies.

use super::super::client::Client;
use anyhow::ensure;
use reqwest::{StatusCode, Upgraded};
use terminal_proxy::wire::SUBPROTOCOL;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        handshake::{client::generate_key, derive_accept_key},
        protocol::Role,
    },
};

/// A terminal's WebSocket.
pub type Socket = WebSocketStream<Upgraded>;

/// Connects to the address of a terminal, as the server gave it.
pub async fn connect(client: &Client, url: &str) -> anyhow::Result<Socket> {
    // `ws` becomes `http`, and `wss` becomes `https`.
    let url = url.strip_prefix("ws").map_or_else(|| url.to_owned(), |rest| format!("http{rest}"));
    let key = generate_key();
    let request = client
        .open(&url)
        .header("connection", "Upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-protocol", SUBPROTOCOL)
        .header("sec-websocket-key", &key);
    let response = client.send(request).await?;
    let accepted = response.headers().get("sec-websocket-accept");
    let ours = accepted
        .is_some_and(|value| value.as_bytes() == derive_accept_key(key.as_bytes()).as_bytes());
    ensure!(
        response.status() == StatusCode::SWITCHING_PROTOCOLS && ours,
        "the terminal at this server cannot be opened: something between here and there does not \
         let WebSockets pass"
    );
    let upgraded = response.upgrade().await?;
    Ok(WebSocketStream::from_raw_socket(upgraded, Role::Client, None).await)
}
