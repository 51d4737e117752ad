//! However a sandbox ends, everything of it goes.

use crate::{
    maintainer::publish_busybox,
    support::{
        PATIENCE,
        client::{Client, Terminal},
        host,
        server::Server,
        until,
    },
};
use serde_json::Value;

async fn started(server: &Server) -> (Client, String, Terminal) {
    let client = Client::of(server);
    client.sign_up("maker").await;
    publish_busybox(&client, "Box").await;
    let created: Value = client.try_project("box").await.json().await.unwrap();
    let terminal = Terminal::attach(created["terminal_url"].as_str().unwrap()).await;
    let id = created["id"].as_str().unwrap().to_owned();
    (client, id, terminal)
}

async fn ended(client: &Client, id: &str) -> Value {
    until("the sandbox ended", PATIENCE, async || {
        let view = client.sandbox(id).await;
        (view["state"] == "ended").then_some(view)
    })
    .await
}

#[actix_web::test]
async fn leaving_the_shell() {
    let server = Server::start();
    let (client, id, mut terminal) = started(&server).await;
    // What the shell leaves in the background goes too.
    terminal.types("sleep 1000 & exit 3\n").await;
    assert_eq!(terminal.close().await.0, 4410);
    let view = ended(&client, &id).await;
    assert_eq!((&view["end"]["reason"], &view["end"]["code"]), (&"exited".into(), &3.into()));
    host::no_sandbox_left(&server.data()).await;
}

#[actix_web::test]
async fn closing_the_page() {
    let server = Server::options().set("TRYTHIS_IDLE_SECONDS", 1).start();
    let (client, id, mut terminal) = started(&server).await;
    terminal.types("echo $((20+22))\n").await;
    terminal.sees("42").await;
    drop(terminal);
    assert_eq!(ended(&client, &id).await["end"]["reason"], "idle");
    host::no_sandbox_left(&server.data()).await;
}

#[actix_web::test]
async fn running_out_of_memory() {
    let server = Server::options().set("TRYTHIS_MEMORY_MIB", 32).start();
    let (client, id, mut terminal) = started(&server).await;
    terminal.types("exec tail /dev/zero\n").await;
    assert_eq!(terminal.close().await.0, 4410);
    assert_eq!(ended(&client, &id).await["end"]["reason"], "out_of_memory");
    host::no_sandbox_left(&server.data()).await;
}

#[actix_web::test]
async fn a_crash_of_the_server_ends_nobodys_shell() {
    let mut server = Server::start();
    let (client, id, mut terminal) = started(&server).await;
    terminal.types("kept=yes\n").await;
    terminal.sees("kept=yes").await;
    server.crash_and_restart();
    let view = client.sandbox(&id).await;
    assert_eq!(view["state"], "running", "{view}");
    let mut terminal = Terminal::attach(view["terminal_url"].as_str().unwrap()).await;
    terminal.types("echo $kept-$((1+1))\n").await;
    terminal.sees("yes-2").await;
    client.stop(&id).await;
    host::no_sandbox_left(&server.data()).await;
}

#[actix_web::test]
async fn a_second_server_on_the_same_data_is_refused_and_harms_nobody() {
    let server = Server::start();
    let (client, id, mut terminal) = started(&server).await;
    let second = server.second_on_the_same_data();
    let said = String::from_utf8_lossy(&second.stderr);
    assert!(!second.status.success() && said.contains("another trythis serves"), "{said}");
    terminal.types("echo $((40+2))\n").await;
    terminal.sees("42").await;
    client.stop(&id).await;
}

#[actix_web::test]
async fn a_full_server_says_so() {
    let server = Server::options().set("TRYTHIS_MAX_SANDBOXES", 1).start();
    let (_client, _id, _terminal) = started(&server).await;
    let refused = Client::of(&server).try_project("box").await;
    assert_eq!(refused.status(), reqwest::StatusCode::SERVICE_UNAVAILABLE);
    let problem: Value = refused.json().await.unwrap();
    assert_eq!(problem["type"], "no-place-left");
}
