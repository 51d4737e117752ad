//! Bad frames, wrong doors, and ends.

mod support;

use bytes::Bytes;
use container_api::{EndReason, SandboxId, TicketKey};
use futures_util::SinkExt;
use std::time::{Duration, SystemTime};
use support::{
    client::{Client, handshake, request},
    in_time,
    server::Server,
};
use terminal_proxy::{
    Terminals, TerminalsConfig,
    status::State,
    wire::{ClientFrame, SUBPROTOCOL, ServerFrame},
};
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::tungstenite::{self, Message};

#[actix_web::test]
async fn a_bad_frame_closes_the_socket_and_the_shell_lives() {
    let server = Server::start();
    let (id, _shell, mut first) = server.shell().await;
    first.input(b"remembered=$((40+2))\r").await;
    let binary = |bytes: &'static [u8]| Message::Binary(Bytes::from_static(bytes));
    let table = [
        (binary(b""), 1002, "empty frame"),
        (binary(b"\x09what"), 1002, "unknown frame kind 9"),
        (binary(b"\x01\0\x50"), 1002, "a resize frame has 4 bytes after its kind, not 2"),
        (binary(b"\x02\0"), 1002, "a rendered frame has 8 bytes"),
        (binary(b"\x02\xff\xff\xff\xff\xff\xff\xff\xff"), 1002, "rendered up to"),
        (Message::text("ls\r"), 1002, "text frame"),
        (Message::Binary(vec![0; 65_538].into()), 1009, "too long"),
    ];
    for (message, code, reason) in table {
        let mut client = server.attach(&id).await;
        client.socket.send(message).await.expect("to send");
        let (got, why) = client.closed().await;
        assert_eq!(got, code, "{why}");
        assert!(why.contains(reason), "{why}");
    }
    first.input(b"echo kept-$remembered\r").await;
    first.see("kept-42").await;
    server.stop().await;
}

#[actix_web::test]
async fn a_frame_that_declares_a_giant_is_refused_by_its_header() {
    let server = Server::start();
    let (id, _shell, mut first) = server.shell().await;
    let mut client = server.attach(&id).await;
    client.see("$ ").await;
    let header = [0x82, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4];
    client.socket.get_mut().write_all(&header).await.expect("to send");
    assert_eq!(client.closed().await.0, 1009);
    first.input(b"echo alive-$((1+1))\r").await;
    first.see("alive-2").await;
    server.stop().await;
}

#[actix_web::test]
async fn random_frames_never_harm_the_shell() {
    let server = Server::start();
    let (id, _shell, mut first) = server.shell().await;
    let mut state = 0x1234_5678_9abc_def1_u64;
    for _ in 0..60 {
        let mut client = server.attach(&id).await;
        for _ in 0..20 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let mut bytes = state.to_be_bytes()[..(state % 8) as usize].to_vec();
            // Anything but input, which may be any bytes by right and which a shell acts on.
            if bytes.first() == Some(&0) {
                bytes[0] = 3;
            }
            if client.socket.send(Message::Binary(bytes.into())).await.is_err() {
                break;
            }
        }
    }
    first.input(b"echo alive-$((1+1))\r").await;
    first.see("alive-2").await;
    server.stop().await;
}

#[actix_web::test]
async fn input_frames_of_one_byte_all_arrive() {
    let server = Server::start();
    let (_id, _shell, mut client) = server.shell().await;
    client.input(b"stty raw -echo; echo ready; head -c 20000 | md5sum; stty sane\r").await;
    client.see("\nready").await;
    for _ in 0..20_000 {
        client.socket.feed(Message::Binary(Bytes::from_static(b"\x00x"))).await.expect("to send");
    }
    client.socket.flush().await.expect("to send");
    // printf 'x%.0s' $(seq 20000) | md5sum
    client.see("e5d2c6fe7777b38038eb8315e1f5c734").await;
    server.stop().await;
}

#[actix_web::test]
async fn pings_come_back_and_fragments_are_put_together() {
    let server = Server::start();
    let (_id, _shell, mut client) = server.shell().await;
    client.send(ClientFrame::Ping(Bytes::from_static(b"abc"))).await;
    assert_eq!(client.next().await, Ok(ServerFrame::Pong(Bytes::from_static(b"abc"))));
    client.send(ClientFrame::Input(Bytes::new())).await;
    use tokio_tungstenite::tungstenite::protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    };
    let part = |bytes: &'static [u8], kind, last| {
        Message::Frame(Frame::message(Bytes::from_static(bytes), OpCode::Data(kind), last))
    };
    for message in [
        part(b"\x00echo ", Data::Binary, false),
        part(b"frag-", Data::Continue, false),
        part(b"$((1+1))\r", Data::Continue, true),
    ] {
        client.socket.send(message).await.expect("to send");
    }
    client.see("frag-2").await;
    server.stop().await;
}

#[actix_web::test]
async fn a_refused_ticket_closes_with_4401() {
    let server = Server::start();
    let (id, _shell) = server.open(&["/bin/sh"]);
    let other = SandboxId::random();
    let late = SystemTime::now() - Duration::from_secs(3600);
    let expired = TicketKey::new([7; 32]).sign(&id, late).0;
    let forged = TicketKey::new([8; 32]).sign(&id, SystemTime::now()).0;
    let table = [
        (format!("/terminals/{id}"), "malformed"),
        (format!("/terminals/{id}?ticket="), "malformed"),
        (format!("/terminals/{id}?ticket=%ff%00"), "malformed"),
        (format!("/terminals/{id}?ticket={forged}"), "does not open"),
        (format!("/terminals/{id}?ticket={}", server.ticket(&other)), "does not open"),
        (format!("/terminals/{id}?ticket={expired}"), "expired"),
        // Whether there is such a sandbox is not told without a ticket.
        (format!("/terminals/{other}?ticket={forged}"), "does not open"),
    ];
    for (path, reason) in table {
        let (code, why) = Client::connect(server.address, &path).await.closed().await;
        assert_eq!(code, 4401, "{path}: {why}");
        assert!(why.contains(reason), "{path}: {why}");
    }
    server.stop().await;
}

#[actix_web::test]
async fn an_unknown_sandbox_closes_with_4404() {
    let server = Server::start();
    let unknown = server.path(&SandboxId::random());
    for path in [unknown.as_str(), "/terminals/what?ticket=x"] {
        let (code, _) = Client::connect(server.address, path).await.closed().await;
        assert_eq!(code, 4404, "{path}");
    }
    server.stop().await;
}

#[actix_web::test]
async fn the_end_is_told_with_the_last_words_and_to_those_who_come_late() {
    let server = Server::start();
    let (id, mut shell, mut client) = server.shell().await;
    client.input(b"echo last words; exit 3\r").await;
    in_time(shell.ended()).await;
    let reason = EndReason::Exited { code: 3 };
    server.terminals.end(&id, &reason);
    server.terminals.end(&id, &EndReason::Stopped);
    let (code, why) = client.closed().await;
    assert_eq!((code, why.as_str()), (4410, "the program ended with exit code 3"));
    assert!(client.contents().contains("\nlast words"), "{}", client.contents());
    let status = client.statuses.last().expect("a status");
    assert_eq!((status.state, status.end.as_ref()), (State::Ended, Some(&reason)));
    let ends = client.statuses.iter().filter(|status| status.state == State::Ended).count();
    assert_eq!(ends, 1);
    assert_eq!(server.terminals.activity(&id), None);

    let mut late = server.attach(&id).await;
    assert_eq!(late.closed().await.0, 4410);
    assert_eq!(late.statuses[0].end, Some(reason));
    assert_eq!(late.statuses[0].expires_at, support::server::expiry());
    server.stop().await;
}

#[actix_web::test]
async fn a_program_that_is_gone_leaves_its_screen_until_the_end_is_told() {
    let server = Server::start();
    let (id, mut shell, mut client) = server.shell().await;
    client.input(b"echo last words; exit\r").await;
    client.see("\nlast words").await;
    in_time(shell.ended()).await;
    client.input(b"into the void").await;
    client.resize(100, 30).await;
    let mut second = server.attach(&id).await;
    second.see("\nlast words").await;
    server.terminals.end(&id, &EndReason::Stopped);
    for client in [&mut client, &mut second] {
        assert_eq!(client.closed().await, (4410, "the sandbox was stopped".to_owned()));
    }
    server.stop().await;
}

#[actix_web::test]
async fn a_message_longer_than_a_close_frame_is_cut_and_whole_in_the_status() {
    let server = Server::start();
    let (id, _shell, mut client) = server.shell().await;
    let message = "é".repeat(200);
    server.terminals.end(&id, &EndReason::Failed { message: message.clone() });
    let (code, why) = client.closed().await;
    assert_eq!(code, 4410);
    assert!(message.starts_with(&why) && !why.is_empty());
    let reason = client.statuses.last().expect("a status").end.clone();
    assert_eq!(reason, Some(EndReason::Failed { message }));
    server.stop().await;
}

#[actix_web::test]
async fn foreign_pages_and_foreign_protocols_are_refused_over_http() {
    let server = Server::start();
    let (id, _shell) = server.open(&["/bin/sh"]);
    let path = server.path(&id);
    let own = format!("http://{}", server.address);
    let protocol = ("sec-websocket-protocol", SUBPROTOCOL);
    let several = ("sec-websocket-protocol", "chat, trythis.v1");
    type Row<'a> = (&'a [(&'static str, &'a str)], Option<(u16, &'a str)>);
    let table: &[Row<'_>] = &[
        (&[protocol], None),
        (&[several], None),
        (&[protocol, ("origin", &own)], None),
        (&[protocol, ("origin", "https://friend.example")], None),
        (&[protocol, ("origin", "https://evil.example")], Some((403, "foreign-origin"))),
        (&[protocol, ("origin", "null")], Some((403, "foreign-origin"))),
        (&[("origin", &own)], Some((400, "websocket-subprotocol"))),
        (&[], Some((400, "websocket-subprotocol"))),
        (&[("sec-websocket-protocol", "chat")], Some((400, "websocket-subprotocol"))),
        (&[protocol, ("sec-websocket-version", "12")], Some((400, "websocket-expected"))),
    ];
    for (headers, refused) in table {
        let answer = handshake(server.address, request(server.address, &path, headers)).await;
        match (answer, refused) {
            (Ok((_, response)), None) => {
                assert_eq!(response.headers()["sec-websocket-protocol"], SUBPROTOCOL);
            }
            (Err(tungstenite::Error::Http(response)), Some((status, kind))) => {
                assert_eq!(response.status(), *status, "{headers:?}");
                assert_eq!(response.headers()["content-type"], "application/problem+json");
                let body = response.body().as_deref().unwrap_or_default();
                let body = String::from_utf8_lossy(body);
                assert!(body.contains(kind), "{body}");
            }
            (answer, _) => panic!("{headers:?} were answered {answer:?}"),
        }
    }
    server.stop().await;
}

#[actix_web::test]
async fn activity_and_expiry_are_kept() {
    let server = Server::start();
    let (id, _shell) = server.open(&["/bin/sh"]);
    let idle = server.terminals.activity(&id).expect("a terminal");
    assert!(idle.viewers == 0 && idle.unwatched_since.is_some() && idle.last_input.is_none());
    let mut client = server.attach(&id).await;
    client.see("$ ").await;
    client.input(b"x").await;
    client.see("$ x").await;
    let busy = server.terminals.activity(&id).expect("a terminal");
    assert!(busy.viewers == 1 && busy.unwatched_since.is_none() && busy.last_input.is_some());
    let later = support::server::expiry() + chrono::TimeDelta::hours(1);
    server.terminals.set_expiry(&id, later);
    client.told(|status| status.expires_at == later).await;
    drop(client);
    while server.terminals.activity(&id).expect("a terminal").viewers > 0 {
        tokio::task::yield_now().await;
    }
    let left = server.terminals.activity(&id).expect("a terminal");
    assert!(left.unwatched_since > idle.unwatched_since);
    assert_eq!(server.terminals.activity(&SandboxId::random()), None);
    server.stop().await;
}

#[actix_web::test]
async fn there_is_one_terminal_per_sandbox_and_a_most_of_viewers() {
    let server = Server::start();
    let (id, _shell, _client) = server.shell().await;
    let (_other, master) = support::shell::Shell::start(&["/bin/sh"]);
    let size = container_api::TerminalSize::default();
    let again = server.terminals.open(id.clone(), master, size, chrono::Utc::now());
    assert_eq!(again.expect_err("taken").kind(), std::io::ErrorKind::AlreadyExists);
    let mut clients = Vec::new();
    for _ in 1..terminal_proxy::terminals::MAX_VIEWERS {
        let mut client = server.attach(&id).await;
        client.told(|_| true).await;
        clients.push(client);
    }
    assert_eq!(server.attach(&id).await.closed().await.0, 1013);
    server.stop().await;
}

#[actix_web::test]
async fn what_is_no_terminal_is_refused() {
    let terminals = Terminals::new(TerminalsConfig::new(TicketKey::new([1; 32])));
    let file = std::fs::File::open("/dev/null").expect("a file");
    let size = container_api::TerminalSize::default();
    let id = SandboxId::random();
    assert!(terminals.open(id.clone(), file.into(), size, chrono::Utc::now()).is_err());
    assert_eq!(terminals.activity(&id), None);
}
