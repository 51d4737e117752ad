//! A person at a shell: typing, resizing, coming back, sharing, pasting.

mod support;

use futures_util::{SinkExt, StreamExt};
use support::{in_time, server::Server};
use terminal_proxy::{
    status::State,
    wire::{ClientFrame, MAX_INPUT, ServerFrame},
};
use tokio_tungstenite::tungstenite::Message;

#[actix_web::test]
async fn the_status_comes_first_then_the_screen_then_what_is_typed() {
    let server = Server::start();
    let (id, _shell) = server.open(&["/bin/sh"]);
    let mut client = server.attach(&id).await;
    assert!(matches!(client.next().await, Ok(ServerFrame::Status(_))));
    assert!(matches!(client.next().await, Ok(ServerFrame::Screen { .. })));
    let status = client.statuses[0].clone();
    assert_eq!((status.state, status.viewers, status.end), (State::Running, 1, None));
    assert_eq!(status.expires_at, support::server::expiry());
    client.see("$ ").await;
    client.input(b"echo $((6*7))-\xc3\xa9\r").await;
    client.see("42-é").await;
    server.stop().await;
}

#[actix_web::test]
async fn the_program_sees_the_size() {
    let server = Server::start();
    let (_id, _shell, mut client) = server.shell().await;
    client.input(b"stty size\r").await;
    client.see("24 80").await;
    client.resize(132, 43).await;
    // Sizes are told at most every so many milliseconds, typing at once.
    let until = |size: &str| format!("until [ \"$(stty size)\" = '{size}' ]; do :; done; ");
    client.input(format!("{}echo now-$((1+1))\r", until("43 132")).as_bytes()).await;
    client.see("now-2").await;
    // Sizes that no grid has are taken for the nearest that one has.
    let storm = [(0, 0), (65535, 65535), (1, 1), (0, 500), (100, 30)];
    for (columns, rows) in storm.into_iter().cycle().take(1000) {
        client.send(ClientFrame::Resize(container_api::TerminalSize { columns, rows })).await;
    }
    client.resize(90, 20).await;
    client.input(format!("{}echo done-$((1+1))\r", until("20 90")).as_bytes()).await;
    client.see("done-2").await;
    server.stop().await;
}

#[actix_web::test]
async fn coming_back_paints_the_same_full_screen_program() {
    let server = Server::start();
    let (id, _shell) = server.open(&["busybox", "vi", "/etc/passwd"]);
    let mut client = server.attach(&id).await;
    client.see("/etc/passwd").await;
    client.resize(100, 30).await;
    // Typing overtakes a change of size, after which everything is drawn anew: what is compared
    // below stands still only when the last line is down there, and the last letter is shown.
    while !client.screen.screen().rows(0, 100).nth(29).is_some_and(|row| row.contains("passwd")) {
        client.next().await.expect("the line at the bottom");
    }
    client.input(b"jjli").await;
    client.input("größe 日本 ende".as_bytes()).await;
    client.see("ende").await;
    client.round_trip().await;
    drop(client.socket.close(None).await);
    while server.terminals.activity(&id).expect("a terminal").viewers > 0 {
        tokio::task::yield_now().await;
    }
    let mut back = server.attach(&id).await;
    while back.screens == 0 {
        back.next().await.expect("a screen");
    }
    let (then, now) = (client.screen.screen(), back.screen.screen());
    for row in 0..30 {
        for column in 0..100 {
            assert_eq!(now.cell(row, column), then.cell(row, column), "at {row}, {column}");
        }
    }
    assert_eq!(now.cursor_position(), then.cursor_position());
    assert_eq!(now.alternate_screen(), then.alternate_screen());
    assert_eq!(now.input_mode_formatted(), then.input_mode_formatted());
    back.input(b"again").await;
    back.see("again").await;
    server.stop().await;
}

#[actix_web::test]
async fn leaving_the_alternate_screen_after_coming_back_shows_what_was_below() {
    let server = Server::start();
    let (id, _shell, mut client) = server.shell().await;
    client.input(b"seq 40; printf 'be''low\\n\\033[?1049h\\033[Habo''ve'\r").await;
    client.see("above").await;
    let mut back = server.attach(&id).await;
    back.see("above").await;
    assert!(back.screen.screen().alternate_screen());
    back.input(b"printf '\\033[?1049l'\r").await;
    back.see("below\n$ ").await;
    assert!(back.contents().contains("\n40\n"), "{}", back.contents());
    server.stop().await;
}

#[actix_web::test]
async fn a_character_cut_in_two_by_attaching_is_whole() {
    let server = Server::start();
    let (id, _shell, mut client) = server.shell().await;
    client.input(b"stty -echo; clear; printf 'a\\342\\202'; read x; printf '\\254b\\n'\r").await;
    while !client.output.ends_with(b"a\xe2\x82") {
        client.next().await.expect("more");
    }
    let mut second = server.attach(&id).await;
    second.see("a").await;
    client.input(b"\r").await;
    client.see("a€b").await;
    second.see("a€b").await;
    client.input(b"clear; printf 'x\\033[3'; read x; printf '1mred\\n'\r").await;
    while !client.output.ends_with(b"x\x1b[3") {
        client.next().await.expect("more");
    }
    let mut third = server.attach(&id).await;
    third.see("x").await;
    client.input(b"\r").await;
    third.see("xred").await;
    let cell = third.screen.screen().cell(0, 1).expect("a cell");
    assert_eq!((cell.contents(), cell.fgcolor()), ("r", vt100::Color::Idx(1)));
    server.stop().await;
}

#[actix_web::test]
async fn two_viewers_share_one_terminal() {
    let server = Server::start();
    let (id, _shell, mut one) = server.shell().await;
    let mut two = server.attach(&id).await;
    one.told(|status| status.viewers == 2).await;
    two.told(|status| status.viewers == 2).await;
    one.input(b"echo from-$((0+1))\r").await;
    two.see("from-1").await;
    two.input(b"echo from-$((1+1))\r").await;
    one.see("from-2").await;
    // Another's size comes with a screen.
    two.resize(70, 15).await;
    while one.screen.screen().size().1.get() != 70 {
        one.next().await.expect("a screen");
    }
    one.input(b"stty size\r").await;
    one.see("15 70").await;
    two.see("15 70").await;
    drop(two);
    one.told(|status| status.viewers == 1).await;
    server.stop().await;
}

#[actix_web::test]
async fn a_paste_of_two_mebibytes_comes_through_whole() {
    let server = Server::start();
    let (_id, _shell, mut client) = server.shell().await;
    client.input(b"stty raw -echo; echo ready; cat\r").await;
    client.see("\nready").await;
    let paste: Vec<u8> = (0..2_u32 << 20).map(|n| b'a' + (n % 23) as u8).collect();
    client.round_trip().await;
    client.output.clear();
    for chunk in paste.chunks(MAX_INPUT) {
        client.input(chunk).await;
    }
    // Whatever was skipped while the input was stuck is not seen as output, so this counts.
    let start = client.offset - client.output.len() as u64;
    while client.offset < start + paste.len() as u64 {
        client.next().await.expect("more");
    }
    assert_eq!(client.offset, start + paste.len() as u64);
    server.stop().await;
}

#[actix_web::test]
async fn a_paste_whose_client_does_not_read_neither_sticks_nor_loses_a_byte() {
    let folder = std::env::temp_dir().join(format!("trythis-paste-{}", std::process::id()));
    std::fs::create_dir(&folder).expect("a folder");
    let server = Server::start();
    let (_id, _shell, mut client) = server.shell().await;
    let size = 6_usize << 20;
    let copy = folder.join("copy");
    let line = format!(
        "stty raw -echo; echo ready; head -c {size} | tee {}; stty sane; echo all-$((1+1))\r",
        copy.display()
    );
    client.resize(200, 24).await;
    client.input(line.as_bytes()).await;
    client.see("\nready").await;
    let paste: Vec<u8> = (0..size).map(|n| b'a' + (n / 7 % 23) as u8).collect();
    client.acknowledges = false;
    let (mut sink, mut stream) = client.socket.split();
    for chunk in paste.chunks(MAX_INPUT) {
        let frame = ClientFrame::Input(bytes::Bytes::copy_from_slice(chunk)).encode();
        in_time(sink.send(Message::Binary(frame))).await.expect("to be taken");
    }
    // Now it reads and acknowledges: first what it was sent, then the present screen.
    let mut screen = vt100::Parser::default();
    while !screen.screen().contents().contains("all-2") {
        let message = in_time(stream.next()).await.expect("more").expect("a frame");
        let Message::Binary(frame) = message else { continue };
        let offset = match ServerFrame::decode(frame).expect("a frame") {
            ServerFrame::Output { offset, bytes } => {
                screen.process(&bytes);
                offset + bytes.len() as u64
            }
            ServerFrame::Screen { offset, paint, .. } => {
                screen.process(&paint);
                offset
            }
            _ => continue,
        };
        let frame = ClientFrame::Rendered(offset).encode();
        in_time(sink.send(Message::Binary(frame))).await.expect("to be taken");
    }
    assert!(std::fs::read(&copy).expect("the copy") == paste, "every byte arrived, in order");
    std::fs::remove_dir_all(&folder).expect("to clean up");
    server.stop().await;
}
