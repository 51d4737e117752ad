//! A sandbox's terminal over WebSocket: from the ticket to the end.

mod support;

use container_api::{ContainerClient, EndReason, ExtendSandbox, SandboxState};
use container_server::{ContainerServer, engine::Pressure, remote::Remote};
use futures_util::SinkExt;
use std::sync::Arc;
use support::{
    eventually,
    fake_engine::FakeEngine,
    servers::{Server, config, registry},
    sockets::{OUTPUT, SCREEN, STATUS, close_code, connect, wait_for},
    wishes::limited,
};
use tokio_tungstenite::tungstenite::Message;

#[actix_web::test]
async fn a_viewer_sees_types_keeps_it_alive_and_is_told_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let registry = registry(&folder.path().join("registry"));
    let config = config(&registry, folder.path(), "token");
    let engine = Arc::new(FakeEngine::new());
    let remote = Remote::new(&config.registry).unwrap();
    let server = ContainerServer::start_on(engine.clone(), remote, config).await.unwrap();
    let internal = Server::start(server.internal_routes());
    let public = Server::start(server.public_routes());
    let client = ContainerClient::new(format!("http://{}", internal.address), "token").unwrap();

    let view = client.create_sandbox(&limited("guest", |l| l.idle_seconds = 2)).await.unwrap();
    let mut socket = connect(&client, &public, &view.id).await;

    engine.print(&view.id, "hello from inside");
    wait_for(&mut socket, &[SCREEN, OUTPUT], "hello from inside").await;
    socket.send(Message::binary([&[0][..], b"typed\n"].concat())).await.unwrap();
    assert_eq!(engine.read_line(&view.id).await, "typed\n");
    let typed_at = client.sandbox(&view.id).await.unwrap().first_command_at;
    assert!(typed_at > view.ready_at, "{typed_at:?}");

    client.freeze_sandbox(&view.id).await.unwrap();
    wait_for(&mut socket, &[STATUS], "\"frozen\"").await;
    client.thaw_sandbox(&view.id).await.unwrap();
    wait_for(&mut socket, &[STATUS], "\"running\"").await;
    let more = ExtendSandbox { seconds: 60, at_most_seconds: 36_000 };
    let later = client.extend_sandbox(&view.id, more).await.unwrap().expires_at;
    let later = later.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    wait_for(&mut socket, &[STATUS], &later).await;

    // It lives on with a limit that it has met, and its viewers are told.
    *engine.pressure.lock().unwrap() =
        Pressure { disk_full: true, refused_processes: 3, ..Pressure::default() };
    wait_for(&mut socket, &[STATUS], "\"limits_met\":[\"processes\",\"disk\"]").await;
    // That took seconds, and the server lets connections go that nobody uses.
    eventually("it is asked anew", || async { client.sandbox(&view.id).await.is_ok() }).await;

    client.restart_sandbox(&view.id).await.unwrap();
    wait_for(&mut socket, &[STATUS], "\"restarting\"").await;
    assert_eq!(close_code(&mut socket).await, 4411);
    let mut socket = connect(&client, &public, &view.id).await;
    engine.print(&view.id, "once more");
    wait_for(&mut socket, &[SCREEN, OUTPUT], "once more").await;

    // Longer than it may be idle: somebody is there.
    tokio::time::sleep(std::time::Duration::from_secs(4)).await;
    assert_eq!(client.sandbox(&view.id).await.unwrap().state, SandboxState::Running);

    client.stop_sandbox(&view.id).await.unwrap();
    wait_for(&mut socket, &[STATUS], "\"stopped\"").await;
    assert_eq!(close_code(&mut socket).await, 4410);
    eventually("the end is told", || async {
        client.sandbox(&view.id).await.unwrap().end == Some(EndReason::Stopped)
    })
    .await;
    assert_eq!(client.sandbox(&view.id).await.unwrap().first_command_at, typed_at);
    server.shutdown().await;
    for http in [internal, public, registry] {
        http.stop().await;
    }
}
