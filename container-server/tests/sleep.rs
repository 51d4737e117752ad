//! What nobody uses sleeps, wakes before anybody notices, and ends later; on a test double of an
//! engine.

mod support;

use container_api::{ContainerClient, EndReason, Limits, SandboxId, SandboxState};
use container_server::{
    ContainerServer,
    engine::Usage,
    remote::Remote,
    sandboxes::{SandboxError, Sandboxes},
};
use futures_util::SinkExt;
use std::sync::{Arc, atomic::Ordering};
use support::{
    doubled::{ended, started},
    eventually,
    fake_engine::FakeEngine,
    servers::{Server, config, registry},
    sockets::{STATUS, connect, wait_for},
    wishes::{limited, terminals, wish},
};
use tokio_tungstenite::tungstenite::Message;

async fn in_state(sandboxes: &Sandboxes, id: &SandboxId, state: SandboxState) {
    eventually("the state is reached", || async {
        sandboxes.view(id).await.is_some_and(|view| view.state == state)
    })
    .await;
}

#[tokio::test]
async fn what_nobody_looks_at_sleeps_first_and_ends_later() {
    let (engine, sandboxes) = started().await;
    let wish = limited("guest", |l| (l.freeze_seconds, l.idle_seconds) = (1, 6));
    let id = sandboxes.create(wish).await.unwrap().id;
    in_state(&sandboxes, &id, SandboxState::Frozen).await;
    assert!(engine.is_frozen(&id));
    assert_eq!(sandboxes.counts().await.frozen, 1);
    assert_eq!(ended(&sandboxes, &id).await.end, Some(EndReason::Idle));
    assert!(engine.ids().is_empty());
}

#[tokio::test]
async fn zero_is_never() {
    let (engine, sandboxes) = started().await;
    let wish = limited("guest", |l| {
        (l.freeze_seconds, l.quiet_seconds, l.idle_seconds) = (0, 0, 3);
    });
    let id = sandboxes.create(wish).await.unwrap().id;
    assert_eq!(ended(&sandboxes, &id).await.end, Some(EndReason::Idle));
    assert_eq!(engine.freezes.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn what_somebody_froze_while_it_slept_is_kept_and_what_woke_sleeps_again() {
    let (engine, sandboxes) = started().await;
    let wish = limited("guest", |l| (l.freeze_seconds, l.idle_seconds) = (1, 4));
    let id = sandboxes.create(wish).await.unwrap().id;
    in_state(&sandboxes, &id, SandboxState::Frozen).await;
    let thawed = sandboxes.set_frozen(&id, false).await.unwrap();
    assert_eq!(thawed.state, SandboxState::Running);
    in_state(&sandboxes, &id, SandboxState::Frozen).await;
    eventually("the engine keeps it", || async { engine.labels(&id).contains_key("asleep") }).await;
    sandboxes.set_frozen(&id, true).await.unwrap();
    eventually("the engine keeps it", || async { !engine.labels(&id).contains_key("asleep") })
        .await;
    // Longer than nobody may look at one that sleeps.
    tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    assert_eq!(sandboxes.view(&id).await.unwrap().state, SandboxState::Frozen);
}

#[tokio::test]
async fn what_does_not_stand_still_goes_on() {
    let (engine, sandboxes) = started().await;
    engine.restless.store(true, Ordering::SeqCst);
    let wish = limited("guest", |l| (l.freeze_seconds, l.idle_seconds) = (1, 6));
    let id = sandboxes.create(wish).await.unwrap().id;
    eventually("it was tried", || async { engine.freezes.load(Ordering::SeqCst) > 0 }).await;
    assert_eq!(sandboxes.view(&id).await.unwrap().state, SandboxState::Running);
    // Not again and again.
    assert_eq!(ended(&sandboxes, &id).await.end, Some(EndReason::Idle));
    assert_eq!(engine.freezes.load(Ordering::SeqCst), 1);
}

#[actix_web::test]
async fn a_viewer_wakes_it_by_coming_and_by_typing_and_sees_nothing_of_its_sleep() {
    let folder = tempfile::tempdir().unwrap();
    let registry = registry(&folder.path().join("registry"));
    let config = config(&registry, folder.path(), "token");
    let engine = Arc::new(FakeEngine::new());
    let remote = Remote::new(&config.registry).unwrap();
    let server = ContainerServer::start_on(engine.clone(), remote, config).await.unwrap();
    let internal = Server::start(server.internal_routes());
    let public = Server::start(server.public_routes());
    let client = ContainerClient::new(format!("http://{}", internal.address), "token").unwrap();
    let in_state = async |id: &SandboxId, state| {
        eventually("the state is reached", || async {
            client.sandbox(id).await.unwrap().state == state
        })
        .await;
    };

    let wish = limited("guest", |l| (l.freeze_seconds, l.quiet_seconds) = (1, 2));
    let id = client.create_sandbox(&wish).await.unwrap().id;
    in_state(&id, SandboxState::Frozen).await;
    let mut socket = connect(&client, &public, &id).await;
    wait_for(&mut socket, &[STATUS], "\"running\"").await;
    in_state(&id, SandboxState::Running).await;

    // Somebody is there and does nothing, and nor does the program.
    in_state(&id, SandboxState::Frozen).await;
    engine.hold_thaws(true);
    socket.send(Message::binary([&[0][..], b"typed\n"].concat())).await.unwrap();
    eventually("it is thawed", || async { engine.thaws.load(Ordering::SeqCst) == 2 }).await;
    assert!(engine.has_no_input(&id), "what is typed waits until the program reads");
    engine.hold_thaws(false);
    assert_eq!(engine.read_line(&id).await, "typed\n");
    in_state(&id, SandboxState::Running).await;

    // What prints is not idle, though nobody types.
    for _ in 0..4 {
        engine.print(&id, "tick ");
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
    assert_eq!(engine.freezes.load(Ordering::SeqCst), 2);
    assert_eq!(client.statistics(&id).await.unwrap().processes, 0);

    // What a person has frozen is woken by nobody's looking or typing.
    client.freeze_sandbox(&id).await.unwrap();
    wait_for(&mut socket, &[STATUS], "\"frozen\"").await;
    let _second = connect(&client, &public, &id).await;
    socket.send(Message::binary([&[0][..], b"later\n"].concat())).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    assert_eq!(client.sandbox(&id).await.unwrap().state, SandboxState::Frozen);
    client.thaw_sandbox(&id).await.unwrap();
    assert_eq!(engine.read_line(&id).await, "later\n");

    server.shutdown().await;
    for http in [internal, public, registry] {
        http.stop().await;
    }
}

#[tokio::test]
async fn what_is_used_is_told_of_what_lives() {
    let (engine, sandboxes) = started().await;
    let id = sandboxes.create(wish("guest")).await.unwrap().id;
    let usage =
        |cpu_micros| Usage { cpu_micros, memory_bytes: 5, processes: 2, ..Usage::default() };
    *engine.usage.lock().unwrap() = usage(1_000_000);
    let first = sandboxes.statistics(&id).await.unwrap();
    assert_eq!((first.cpu_seconds, first.cpu_cores, first.memory_bytes), (1.0, None, 5));
    assert_eq!((first.limits, first.disk_bytes), (Limits::default(), None));
    *engine.usage.lock().unwrap() = usage(1_500_000);
    eventually("it is read anew", || async {
        let now = sandboxes.statistics(&id).await.unwrap();
        now.cpu_seconds > 1.0 && now.cpu_cores.is_some_and(|cores| cores > 0.0 && cores < 1.0)
    })
    .await;
    sandboxes.set_frozen(&id, true).await.unwrap();
    assert_eq!(sandboxes.statistics(&id).await.unwrap().processes, 2);
    sandboxes.stop(&id, EndReason::Stopped).await.unwrap();
    let ended = sandboxes.statistics(&id).await;
    assert!(matches!(ended, Err(SandboxError::Ended)), "{ended:?}");
    let unknown = sandboxes.statistics(&SandboxId::random()).await;
    assert!(matches!(unknown, Err(SandboxError::NotFound)), "{unknown:?}");
}

#[tokio::test]
async fn what_sleeps_sleeps_on_under_the_next_server() {
    let (engine, before) = started().await;
    let slept = limited("guest", |l| l.freeze_seconds = 1);
    let slept = before.create(slept).await.unwrap().id;
    let held = before.create(wish("other")).await.unwrap().id;
    before.set_frozen(&held, true).await.unwrap();
    in_state(&before, &slept, SandboxState::Frozen).await;
    eventually("the engine keeps it", || async { engine.labels(&slept).contains_key("asleep") })
        .await;
    drop(before);

    let terminals = terminals();
    let after = Sandboxes::start(engine.clone(), terminals.clone(), 100).await.unwrap();
    for id in [&slept, &held] {
        assert_eq!(after.view(id).await.unwrap().state, SandboxState::Frozen);
    }
    // The one listens for whoever comes, the other does not.
    let touched = |id| {
        let seen = terminals.activity(id).unwrap();
        (seen.viewers, terminals.sleep(id, &seen).is_some())
    };
    assert_eq!(touched(&slept), (0, true));
    assert_eq!(engine.thaws.load(Ordering::SeqCst), 0);
    assert_eq!(after.set_frozen(&slept, false).await.unwrap().state, SandboxState::Running);
}
