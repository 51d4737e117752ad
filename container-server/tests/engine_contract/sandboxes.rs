//! Sandboxes: started, attached to, listed, ended.

use crate::{
    fixture::{Fixture, start},
    terminal::Terminal,
};
use container_api::SandboxId;
use container_server::engine::{EngineError, Exit, Usage};

#[actix_web::test]
async fn a_program_runs_in_a_terminal_of_the_right_size() {
    let mut fixture = Fixture::start().await;
    let image = fixture.ready(&["/bin/sh"]).await;
    let wish = start(&image);
    let mut terminal = Terminal::new(fixture.engine.start(wish.clone()).await.unwrap());
    terminal.send("stty size; hostname; id -u; echo $TERM-$LANG; pwd\n");
    for expected in ["33 90", "contract", "0", "xterm-256color-C.UTF-8", "/"] {
        terminal.expect(expected).await;
    }
    terminal.send("echo $((40 + 2))\n");
    terminal.expect("42").await;
    terminal.send("exit 7\n");
    let ended = fixture.next_end().await;
    assert_eq!(ended.id, wish.id);
    assert_eq!(ended.exit, Some(Exit { code: 7, out_of_memory: false }));
    assert!(fixture.engine.list().await.unwrap().is_empty());
    fixture.finish().await;
}

#[actix_web::test]
async fn what_the_image_says_is_done() {
    let fixture = Fixture::start().await;
    let layers = [(crate::oci::busybox(), crate::oci::Form::Plain)];
    let config = serde_json::json!({
        "Entrypoint": ["/bin/sh", "-c"],
        "Cmd": ["id -un; pwd; echo \"<$GREETING>\"; sleep 1000"],
        "Env": ["GREETING=hello there"],
        "User": "app",
        "WorkingDir": "/home/app",
    });
    let image = crate::oci::push(&fixture.remote, &layers, config).await;
    let image = fixture.engine.prepare(&image).await.unwrap();
    let mut terminal = Terminal::new(fixture.engine.start(start(&image)).await.unwrap());
    for expected in ["app", "/home/app", "<hello there>"] {
        terminal.expect(expected).await;
    }
    fixture.finish().await;
}

#[actix_web::test]
async fn a_stop_releases_and_is_told_once() {
    let mut fixture = Fixture::start().await;
    let image = fixture.ready(&["/bin/sh"]).await;
    let wish = start(&image);
    let mut terminal = Terminal::new(fixture.engine.start(wish.clone()).await.unwrap());
    // One that does not want to go.
    terminal.send("trap '' TERM HUP INT; sleep 1000 & sleep 1000 & echo read''y\n");
    terminal.expect("ready").await;
    fixture.engine.stop(&wish.id).await.unwrap();
    assert!(fixture.engine.list().await.unwrap().is_empty());
    assert_eq!(fixture.next_end().await.id, wish.id);
    // Again, and what never was.
    fixture.engine.stop(&wish.id).await.unwrap();
    fixture.engine.stop(&SandboxId::random()).await.unwrap();
    assert!(fixture.ends.try_recv().is_err());
    fixture.finish().await;
}

#[actix_web::test]
async fn sandboxes_do_not_see_each_other() {
    let fixture = Fixture::start().await;
    let image = fixture.ready(&["/bin/sh"]).await;
    let mut first = Terminal::new(fixture.engine.start(start(&image)).await.unwrap());
    let mut second = Terminal::new(fixture.engine.start(start(&image)).await.unwrap());
    first.send("echo mine > /tmp/file; echo writt''en\n");
    first.expect("written").await;
    second.send("cat /tmp/file; ls /proc | head -n 1; echo do''ne\n");
    second.expect("No such file").await;
    second.expect("1").await;
    second.expect("done").await;
    fixture.finish().await;
}

#[actix_web::test]
async fn a_restarted_server_finds_what_lives() {
    let mut fixture = Fixture::start().await;
    let image = fixture.ready(&["/bin/sh"]).await;
    let wish = start(&image);
    let mut terminal = Terminal::new(fixture.engine.start(wish.clone()).await.unwrap());
    terminal.send("secret=12; echo se''t\n");
    terminal.expect("set").await;
    drop(terminal);

    fixture.reconnect().await;
    let found = fixture.engine.list().await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((&found[0].id, &found[0].labels), (&wish.id, &wish.labels));
    let mut terminal = Terminal::new(fixture.engine.attach(&wish.id).await.unwrap());
    terminal.send("echo it is $secret\n");
    terminal.expect("it is 12").await;
    let nobody = fixture.engine.attach(&SandboxId::random()).await;
    assert!(matches!(nobody, Err(EngineError::NotFound)), "{nobody:?}");
    // Its end is told to the new one.
    terminal.send("exit\n");
    assert_eq!(fixture.next_end().await.id, wish.id);
    fixture.finish().await;
}

#[actix_web::test]
async fn a_frozen_sandbox_stands_still_and_is_found_so() {
    let mut fixture = Fixture::start().await;
    let image = fixture.ready(&["/bin/sh"]).await;
    let wish = start(&image);
    let mut terminal = Terminal::new(fixture.engine.start(wish.clone()).await.unwrap());
    terminal.send("while :; do echo more >> /tmp/i; done & echo go''ing\n");
    terminal.expect("going").await;
    fixture.engine.freeze(&wish.id).await.unwrap();
    fixture.engine.freeze(&wish.id).await.unwrap();
    let mut labels = wish.labels.clone();
    labels.insert("expires-at".to_owned(), "later".to_owned());
    fixture.engine.relabel(&wish.id, labels.clone()).await.unwrap();

    fixture.reconnect().await;
    let found = fixture.engine.list().await.unwrap().remove(0);
    assert_eq!((&found.id, &found.labels, found.frozen), (&wish.id, &labels, true));
    // It can be attached to. Read by two, the terminal would show each a part.
    fixture.engine.attach(&wish.id).await.unwrap();
    terminal.send("cat /tmp/i > /tmp/j; sleep 0.2; cmp /tmp/i /tmp/j || echo mov''es\n");
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert!(!terminal.has("moves"));
    fixture.engine.thaw(&wish.id).await.unwrap();
    terminal.expect("moves").await;
    assert!(!fixture.engine.list().await.unwrap().remove(0).frozen);
    // It is stopped as every other.
    fixture.engine.freeze(&wish.id).await.unwrap();
    fixture.engine.stop(&wish.id).await.unwrap();
    assert_eq!(fixture.next_end().await.id, wish.id);
    for refused in [
        fixture.engine.freeze(&wish.id).await,
        fixture.engine.thaw(&wish.id).await,
        fixture.engine.relabel(&wish.id, labels).await,
    ] {
        assert!(matches!(refused, Err(EngineError::NotFound)), "{refused:?}");
    }
    fixture.finish().await;
}

#[actix_web::test]
async fn the_walls_stand() {
    let mut fixture = Fixture::start().await;
    let image = fixture.ready(&["/bin/sh"]).await;
    let wish = start(&image);
    let _terminal = fixture.engine.start(wish.clone()).await.unwrap();
    // The second time a layer is there already.
    for _ in 0..2 {
        let found = fixture.engine.examine().await.unwrap();
        assert!(found.self_test.passed, "{:?}", found.self_test);
        assert!(found.self_test.checks.len() >= 7, "{:?}", found.self_test);
        let facts = found.facts;
        assert!(facts.user_namespace && facts.id_mapped_mounts, "{facts:?}");
        assert!(facts.seccomp && facts.no_new_privileges, "{facts:?}");
        assert!(facts.network.enabled, "{facts:?}");
        assert!(facts.capabilities.contains(&"CAP_CHOWN".to_owned()), "{facts:?}");
        assert!(!facts.capabilities.contains(&"CAP_SYS_ADMIN".to_owned()), "{facts:?}");
        assert_eq!(fixture.engine.list().await.unwrap().len(), 1);
    }
    // Nobody is told of an end but of what was asked for.
    assert!(fixture.ends.try_recv().is_err());
    fixture.engine.stop(&wish.id).await.unwrap();
    assert_eq!(fixture.next_end().await.id, wish.id);
    fixture.finish().await;
}

#[actix_web::test]
async fn a_wall_that_is_gone_is_noticed() {
    let fixture = Fixture::start().await;
    let image = fixture.ready(&["/bin/sh"]).await;
    let mut terminal = Terminal::new(fixture.engine.start(start(&image)).await.unwrap());
    // The instance's number is in the gateway's address: see sandbox/src/net/instance.rs.
    terminal.send("ip route | sed 's/.*via 10\\.\\([0-9]*\\)\\.0\\.1.*/<\\1>/'\n");
    terminal.expect("\n<").await;
    let number = terminal.until(">").await.parse::<u32>().unwrap() - 200;
    let table = format!("trythis_{number}");
    let nft = std::process::Command::new("nft").args(["delete", "table", "inet", &table]).status();
    assert!(nft.unwrap().success());
    let found = fixture.engine.examine().await.unwrap().self_test;
    assert!(!found.passed, "{found:?}");
    let passed = |name: &str| found.checks.iter().find(|c| c.name == name).unwrap().passed;
    assert!(passed("probe-works"), "{found:?}");
    assert!(!passed("host-unreachable"), "{found:?}");
    assert!(!passed("neighbour-unreachable"), "{found:?}");
    fixture.finish().await;
}

#[actix_web::test]
async fn what_is_used_is_told() {
    let mut fixture = Fixture::start().await;
    let image = fixture.ready(&["/bin/sh"]).await;
    let wish = start(&image);
    let mut terminal = Terminal::new(fixture.engine.start(wish.clone()).await.unwrap());
    terminal.send("echo read''y\n");
    terminal.expect("ready").await;
    let before = fixture.engine.statistics(&wish.id).await.unwrap();
    assert_eq!(before.processes, 1, "{before:?}");
    assert!(before.memory_bytes > 0 && before.memory_bytes < 64 << 20, "{before:?}");
    terminal.send("dd if=/dev/zero of=/home/big bs=1M count=8; i=0; sleep 1000 &\n");
    terminal.send(
        "while [ $i -lt 300000 ]; do i=$((i+1)); done; ping -c 1 -W 1 192.0.2.1; echo wor''ked\n",
    );
    terminal.expect("worked").await;
    let after = fixture.engine.statistics(&wish.id).await.unwrap();
    assert_eq!(after.processes, 2, "{after:?}");
    assert!(after.cpu_micros > before.cpu_micros, "{before:?} {after:?}");
    assert!(after.memory_bytes >= before.memory_bytes + (8 << 20), "{before:?} {after:?}");
    assert!(after.memory_peak_bytes >= Some(8 << 20), "{after:?}");
    let written = |usage: Usage| usage.disk_bytes.unwrap();
    assert!(written(after) >= written(before) + (8 << 20), "{before:?} {after:?}");
    assert!(after.sent_bytes > before.sent_bytes, "{before:?} {after:?}");
    assert!(after.received_bytes.is_some(), "{after:?}");
    // A frozen one has used what it has used.
    fixture.engine.freeze(&wish.id).await.unwrap();
    assert_eq!(fixture.engine.statistics(&wish.id).await.unwrap().processes, 2);
    fixture.engine.stop(&wish.id).await.unwrap();
    assert_eq!(fixture.next_end().await.id, wish.id);
    let gone = fixture.engine.statistics(&wish.id).await;
    assert!(matches!(gone, Err(EngineError::NotFound)), "{gone:?}");
    fixture.finish().await;
}

#[actix_web::test]
async fn an_id_can_be_used_again() {
    let mut fixture = Fixture::start().await;
    let image = fixture.ready(&["/bin/sh"]).await;
    let wish = start(&image);
    for _ in 0..3 {
        let mut terminal = Terminal::new(fixture.engine.start(wish.clone()).await.unwrap());
        terminal.send("ls /tmp; touch /tmp/mine; echo do''ne\n");
        terminal.expect("done").await;
        assert!(!terminal.has("mine\r\n"), "a fresh writable layer");
        fixture.engine.stop(&wish.id).await.unwrap();
        assert_eq!(fixture.next_end().await.id, wish.id);
    }
    fixture.finish().await;
}

#[actix_web::test]
async fn a_program_that_is_not_there_is_named() {
    let fixture = Fixture::start().await;
    let image = fixture.ready(&["/bin/nosuch"]).await;
    match fixture.engine.start(start(&image)).await {
        Err(EngineError::Program(message)) => assert!(message.contains("nosuch"), "{message}"),
        other => panic!("{other:?}"),
    }
    assert!(fixture.engine.list().await.unwrap().is_empty());
    fixture.finish().await;
}

#[actix_web::test]
async fn memory_is_limited() {
    let mut fixture = Fixture::start().await;
    let image = fixture.ready(&["/bin/sh", "-c", "exec tail /dev/zero"]).await;
    let mut wish = start(&image);
    wish.resources.memory_bytes = 32 << 20;
    let _terminal = fixture.engine.start(wish).await.unwrap();
    let exit = fixture.next_end().await.exit.unwrap();
    assert_eq!(exit, Exit { code: 137, out_of_memory: true });
    fixture.finish().await;
}

#[actix_web::test]
async fn the_disk_is_limited() {
    let fixture = Fixture::start().await;
    let image = fixture.ready(&["/bin/sh"]).await;
    let mut terminal = Terminal::new(fixture.engine.start(start(&image)).await.unwrap());
    terminal.send("dd if=/dev/zero of=/home/big bs=1M count=100; echo do''ne\n");
    terminal.expect("No space left").await;
    terminal.expect("done").await;
    fixture.finish().await;
}

#[actix_web::test]
async fn what_is_lost_with_the_supervisor_is_told() {
    let mut fixture = Fixture::start().await;
    let image = fixture.ready(&["/bin/sh"]).await;
    let wish = start(&image);
    let _terminal = fixture.engine.start(wish.clone()).await.unwrap();
    fixture.kill_supervisor();
    let ended = fixture.next_end().await;
    assert_eq!((ended.id, ended.exit), (wish.id, None));
    let refused = fixture.engine.start(start(&image)).await;
    assert!(matches!(refused, Err(EngineError::Io(_))), "{refused:?}");
    // What it has left is cleared away by the next one.
    let next = crate::supervisor::start(fixture.folder.path());
    fixture.replace_supervisor(next);
    fixture.reconnect().await;
    fixture.finish().await;
}
