//! The API, the terminal's protocol and the registry, driven as other programs would.

use crate::{
    maintainer::publish_busybox,
    support::{
        client::{Client, Terminal},
        host,
        server::Server,
    },
};
use reqwest::StatusCode;
use serde_json::Value;

#[actix_web::test]
async fn a_program_creates_attaches_and_deletes() {
    let server = Server::start();
    let client = Client::of(&server);
    client.sign_up("maker").await;
    publish_busybox(&client, "Box").await;

    let guest = Client::of(&server);
    let created = guest.try_project("box").await;
    assert_eq!(created.status(), StatusCode::CREATED);
    let created: Value = created.json().await.unwrap();
    let id = created["id"].as_str().unwrap();
    assert_eq!(created["state"], "running");
    assert!(created["expires_at"].is_string());

    let mut terminal = Terminal::attach(created["terminal_url"].as_str().unwrap()).await;
    terminal.send(1, &[0, 100, 0, 40]).await;
    terminal.types("stty size; cat /made; echo $((6*7))\n").await;
    terminal.sees("40 100").await;
    terminal.sees("42").await;

    // Another visitor knows nothing of it.
    let stranger = Client::of(&server);
    let hidden = stranger.get(&format!("/api/v1/sandboxes/{id}")).await;
    assert_eq!(hidden.status(), StatusCode::NOT_FOUND);
    assert_eq!(stranger.stop(id).await.status(), StatusCode::NOT_FOUND);

    assert_eq!(guest.stop(id).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(terminal.close().await.0, 4410);
    assert_eq!(guest.sandbox(id).await["state"], "ended");
    host::no_sandbox_left(&server.data()).await;
}

#[actix_web::test]
async fn a_malformed_frame_closes_the_socket_and_the_shell_lives() {
    let server = Server::start();
    let client = Client::of(&server);
    client.sign_up("maker").await;
    publish_busybox(&client, "Box").await;
    let created: Value = client.try_project("box").await.json().await.unwrap();
    let mut terminal = Terminal::attach(created["terminal_url"].as_str().unwrap()).await;
    terminal.types("kept=yes\n").await;
    terminal.sees("kept=yes").await;
    terminal.send(1, &[1, 2, 3]).await;
    let (code, reason) = terminal.close().await;
    assert_eq!(code, 1002);
    assert!(!reason.is_empty());

    let again = client.sandbox(created["id"].as_str().unwrap()).await;
    let mut terminal = Terminal::attach(again["terminal_url"].as_str().unwrap()).await;
    terminal.types("echo $kept-$((1+1))\n").await;
    terminal.sees("yes-2").await;
}

#[actix_web::test]
async fn a_forged_ticket_and_an_unknown_sandbox_are_told_apart() {
    let server = Server::start();
    let client = Client::of(&server);
    client.sign_up("maker").await;
    publish_busybox(&client, "Box").await;
    let created: Value = client.try_project("box").await.json().await.unwrap();
    let url = created["terminal_url"].as_str().unwrap();
    let forged = format!("{}0", &url[..url.len() - 1]);
    assert_eq!(Terminal::attach(&forged).await.close().await.0, 4401);
}

#[actix_web::test]
async fn errors_are_problem_documents() {
    let server = Server::start();
    let client = Client::of(&server);
    let answer = client.try_project("no-such-project").await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let problem: Value = answer.json().await.unwrap();
    for field in ["type", "title", "status", "detail"] {
        assert!(!problem[field].is_null(), "{field} in {problem}");
    }
}

#[actix_web::test]
async fn the_registry_answers_at_the_same_address() {
    let server = Server::start();
    let client = Client::of(&server);
    assert_eq!(client.get("/v2/").await.status(), StatusCode::OK);
    let tags: Value = client.get("/v2/library/busybox/tags/list").await.json().await.unwrap();
    assert_eq!(tags["tags"][0], "1");
    let push = client.http.post(server.url("/v2/library/busybox/blobs/uploads/")).send().await;
    assert_eq!(push.unwrap().status(), StatusCode::UNAUTHORIZED);
}
