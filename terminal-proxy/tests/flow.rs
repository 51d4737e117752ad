//! Flow control, seen from outside.

mod support;

use container_api::EndReason;
use support::{
    server::{Server, expiry},
    shell::Shell,
};
use terminal_proxy::{status::State, wire::ServerFrame};

/// The window, and one frame over it.
const WINDOW: u64 = 512 * 1024;
const FRAME: u64 = 64 * 1024;

#[actix_web::test]
async fn what_is_typed_while_the_program_stands_still_waits() {
    let server = Server::start();
    let (id, _shell, mut client) = server.shell().await;
    server.terminals.set_frozen(&id, true);
    client.told(|status| status.state == State::Frozen).await;
    assert_eq!(server.terminals.activity(&id).expect("a terminal").first_command_at, None);
    client.input(b"echo wait''ed\r").await;
    client.round_trip().await;
    // Who comes now sees the screen, and not even an echo of what waits.
    let mut second = server.attach(&id).await;
    second.see("$ ").await;
    second.told(|status| status.state == State::Frozen).await;
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    client.round_trip().await;
    assert!(!client.contents().contains("echo"), "{}", client.contents());
    let typed_at = server.terminals.activity(&id).expect("a terminal").first_command_at;
    assert!(typed_at.is_some());

    server.terminals.set_frozen(&id, false);
    client.told(|status| status.state == State::Running).await;
    client.see("\nwaited").await;
    client.input(b"\r").await;
    client.round_trip().await;
    let later = server.terminals.activity(&id).expect("a terminal").first_command_at;
    assert_eq!(later, typed_at, "the first counts");
    server.stop().await;
}

#[actix_web::test]
async fn a_terminal_asleep_tells_of_the_next_touch_and_its_viewers_nothing() {
    let server = Server::start();
    let (id, _shell, mut client) = server.shell().await;
    let seen = || server.terminals.activity(&id).expect("a terminal");
    let before = seen();
    client.input(b"true\r").await;
    client.round_trip().await;
    assert!(server.terminals.sleep(&id, &before).is_none(), "somebody has typed since");

    let mut touched = server.terminals.sleep(&id, &seen()).expect("nobody has typed since");
    client.round_trip().await;
    touched.try_recv().expect_err("nobody has typed yet");
    client.input(b"echo wo''ken\r").await;
    (&mut touched).await.expect("the touch is told of");
    client.round_trip().await;
    assert!(!client.contents().contains("echo"), "{}", client.contents());
    server.terminals.set_frozen(&id, false);
    client.see("woken").await;
    assert!(client.statuses.iter().all(|status| status.state == State::Running));

    // Who leaves wakes nobody; who comes does.
    let second = server.attach(&id).await;
    client.told(|status| status.viewers == 2).await;
    let mut touched = server.terminals.sleep(&id, &seen()).expect("nobody has typed since");
    drop(second);
    client.told(|status| status.viewers == 1).await;
    touched.try_recv().expect_err("nobody has come");
    let _third = server.attach(&id).await;
    touched.await.expect("the newcomer is told of");
    server.stop().await;
}

#[actix_web::test]
async fn a_restart_sends_everybody_to_the_new_program() {
    let server = Server::start();
    let (id, _shell, mut client) = server.shell().await;
    server.terminals.restart(&id);
    assert_eq!(client.closed().await.0, 4411);
    assert_eq!(client.statuses.last().map(|status| status.state), Some(State::Restarting));
    assert_eq!(server.attach(&id).await.closed().await.0, 4411, "it is not there yet");
    let (_shell, master) = Shell::start(&["/bin/sh"]);
    server.terminals.open(id.clone(), master, Default::default(), expiry()).expect("a terminal");
    let mut client = server.attach(&id).await;
    client.see("$ ").await;

    server.terminals.restart(&id);
    server.terminals.end(&id, &EndReason::Stopped);
    assert_eq!(server.attach(&id).await.closed().await.0, 4410);
    server.stop().await;
}

#[actix_web::test]
async fn a_viewer_that_does_not_acknowledge_blocks_the_program() {
    let server = Server::start();
    let (_id, shell, mut client) = server.shell().await;
    client.acknowledges = false;
    let start = client.offset;
    client.input(b"yes\r").await;
    while client.offset - start < WINDOW {
        client.next().await.expect("output");
    }
    // Time to misbehave in.
    for _ in 0..50 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        client.round_trip().await;
    }
    assert!(client.offset - start < WINDOW + FRAME, "{} bytes", client.offset - start);
    let written = written_by_children(shell.pid());
    client.round_trip().await;
    assert_eq!(written_by_children(shell.pid()), written, "`yes` is blocked");
    client.acknowledge().await;
    let stopped_at = client.offset;
    while client.offset < stopped_at + WINDOW {
        client.next().await.expect("more output");
    }
    server.stop().await;
}

/// How many bytes the children of a process have written.
fn written_by_children(pid: u32) -> String {
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
    let child = children.expect("children").trim().to_owned();
    let io = std::fs::read_to_string(format!("/proc/{child}/io")).expect("its accounts");
    io.lines().find(|line| line.starts_with("wchar")).expect("a count").to_owned()
}

#[actix_web::test]
async fn ctrl_c_stops_a_flood() {
    let server = Server::start();
    let (_id, _shell, mut client) = server.shell().await;
    client.input(b"yes\r").await;
    let start = client.offset;
    while client.offset - start < 2 * WINDOW {
        client.next().await.expect("output");
    }
    client.input(b"\x03").await;
    client.see("^C").await;
    client.input(b"echo alive-$((1+1))\r").await;
    client.see("alive-2").await;
    server.stop().await;
}

#[actix_web::test]
async fn a_viewer_left_behind_does_not_hold_up_the_other_and_catches_up() {
    let server = Server::start();
    let (id, _shell, mut quick) = server.shell().await;
    let mut slow = server.attach(&id).await;
    slow.see("$ ").await;
    slow.acknowledges = false;
    quick.input(b"seq 200000; echo done-$((1+1))\r").await;
    quick.see("done-2").await;
    assert!(quick.offset > 2 * WINDOW);
    // Only what it was sent before it fell behind.
    slow.round_trip().await;
    let (behind, screens) = (slow.offset, slow.screens);
    assert!(behind < WINDOW + FRAME + 10_000, "{behind} bytes");
    slow.acknowledge().await;
    let frame = slow.next().await;
    assert!(matches!(frame, Ok(ServerFrame::Screen { .. })));
    assert_eq!((slow.screens, slow.offset), (screens + 1, quick.offset));
    assert_eq!(slow.contents(), quick.contents());
    slow.acknowledges = true;
    slow.acknowledge().await;
    slow.input(b"echo go-$((1+1))\r").await;
    slow.see("go-2").await;
    quick.see("go-2").await;
    server.stop().await;
}

#[actix_web::test]
async fn without_viewers_the_program_goes_on() {
    let server = Server::start();
    let (id, _shell, mut client) = server.shell().await;
    client.acknowledges = false;
    client.input(b"seq 200000; echo done-$((1+1))\r").await;
    client.round_trip().await;
    drop(client);
    loop {
        let mut back = server.attach(&id).await;
        while back.screens == 0 {
            back.next().await.expect("a screen");
        }
        if back.contents().contains("done-2") {
            break;
        }
    }
    server.stop().await;
}

#[actix_web::test]
async fn tiny_writes_to_a_viewer_that_does_not_read_are_bounded_too() {
    let server = Server::start();
    let (_id, _shell, mut client) = server.shell().await;
    client
        .input(b"i=0; while [ $i -lt 3000 ]; do echo $i; i=$((i+1)); done; echo fin-$((1+1))\r")
        .await;
    client.acknowledges = false;
    for _ in 0..20 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    client.acknowledges = true;
    client.see("fin-2").await;
    server.stop().await;
}
