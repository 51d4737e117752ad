//! A sandbox's terminal over WebSocket: from the ticket to the end.

mod support;

use container_api::{ContainerClient, EndReason, SandboxState, TicketView};
use container_server::{
    Config, ContainerServer, builds::BuildsConfig, config::EngineConfig, config::InternalToken,
    remote::Remote,
};
use futures_util::{SinkExt, StreamExt};
use std::sync::Arc;
use support::{
    eventually,
    fake_engine::FakeEngine,
    servers::{Server, registry, registry_config},
    wishes::{limited, terminals_config},
};
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest, protocol::CloseFrame};

const OUTPUT: u8 = 0;
const SCREEN: u8 = 1;
const STATUS: u8 = 2;

#[actix_web::test]
async fn a_viewer_sees_types_keeps_it_alive_and_is_told_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let registry = registry(&folder.path().join("registry"));
    let config = Config {
        capacity: 100,
        engine: EngineConfig::Native { supervisor: "/nonexistent".into() },
        registry: registry_config(&registry),
        terminals: terminals_config(),
        builds: BuildsConfig::new(folder.path().to_owned()),
        token: InternalToken("token".to_owned()),
    };
    let engine = Arc::new(FakeEngine::new());
    let remote = Remote::new(&config.registry).unwrap();
    let server = ContainerServer::start_on(engine.clone(), remote, config).await.unwrap();
    let internal = Server::start(server.internal_routes());
    let public = Server::start(server.public_routes());
    let client = ContainerClient::new(format!("http://{}", internal.address), "token").unwrap();

    let view = client.create_sandbox(&limited("guest", |l| l.idle_seconds = 2)).await.unwrap();
    let TicketView { path } = client.ticket(&view.id).await.unwrap();
    let mut request = format!("ws://{}{path}", public.address).into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "trythis.v1".parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();

    engine.print(&view.id, "hello from inside");
    wait_for(&mut socket, &[SCREEN, OUTPUT], "hello from inside").await;
    socket.send(Message::binary([&[0][..], b"typed\n"].concat())).await.unwrap();
    assert_eq!(engine.read_line(&view.id).await, "typed\n");

    // Longer than it may be idle: somebody is there.
    tokio::time::sleep(std::time::Duration::from_secs(4)).await;
    assert_eq!(client.sandbox(&view.id).await.unwrap().state, SandboxState::Running);

    client.stop_sandbox(&view.id).await.unwrap();
    wait_for(&mut socket, &[STATUS], "\"stopped\"").await;
    match socket.next().await.unwrap().unwrap() {
        Message::Close(Some(CloseFrame { code, .. })) => assert_eq!(u16::from(code), 4410),
        other => panic!("{other:?}"),
    }
    eventually("the end is told", || async {
        client.sandbox(&view.id).await.unwrap().end == Some(EndReason::Stopped)
    })
    .await;
    server.shutdown().await;
    for http in [internal, public, registry] {
        http.stop().await;
    }
}

type Socket =
    tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

/// Reads until frames of these kinds have shown the text.
async fn wait_for(socket: &mut Socket, kinds: &[u8], text: &str) {
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
