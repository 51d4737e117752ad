//! Bad input gets a clear answer, and nothing that was typed is lost.

use crate::{
    maintainer::{publish_busybox, publish_dockerfile},
    support::{PATIENCE, client::Client, server::Server, until},
};
use reqwest::StatusCode;

const SCRIPT: &str = "#!/bin/sh\ntrue\n";

async fn create(client: &Client, name: &str, base: &str, script: &str) -> (StatusCode, String) {
    let fields = [
        ("name", name),
        ("category", "Tools"),
        ("short_description", "A description that must survive"),
        ("long_description", ""),
        ("base", base),
        ("command", "sh"),
        ("kind", "script"),
        ("script", script),
    ];
    let answer = client.submit("/projects/new", "/projects/new", &fields).await;
    let location = answer.headers().get("location").map(|l| l.to_str().unwrap().to_owned());
    (answer.status(), location.unwrap_or(answer.text().await.unwrap()))
}

#[actix_web::test]
async fn names_and_scripts_that_do_not_fit() {
    let server = Server::start();
    let client = Client::of(&server);
    client.sign_up("maker").await;
    publish_busybox(&client, "Taken").await;
    let large = format!("#!/bin/sh\n{}", "# padding\n".repeat(30_000));
    for (name, script, expected) in [
        ("", SCRIPT, "name"),
        ("taken", SCRIPT, "already"),
        ("bell\u{7}", SCRIPT, "character"),
        ("right\u{202e}to left", SCRIPT, "character"),
        ("Fine", "", "script"),
        ("Fine", large.as_str(), "256 KiB"),
    ] {
        let (status, page) = create(&client, name, "busybox:1", script).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{name:?}: {page}");
        assert!(page.contains(expected), "{name:?} should speak of {expected}: {page}");
        assert!(page.contains("A description that must survive"), "{name:?} lost the form");
    }
}

#[actix_web::test]
async fn a_dockerfile_that_does_not_parse_names_its_line() {
    let server = Server::start();
    let client = Client::of(&server);
    client.sign_up("maker").await;
    let answer = publish_dockerfile(&client, "Broken", "FROM busybox:1\n\nRUNN ls\n", None).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = answer.text().await.unwrap();
    assert!(page.contains("ine 3") && page.contains("RUNN"), "{page}");
}

#[actix_web::test]
async fn builds_fail_with_a_named_cause() {
    let server = Server::options().set("TRYTHIS_BUILD_SECONDS", 5).start();
    let client = Client::of(&server);
    client.sign_up("maker").await;
    for (name, base, script, expected) in [
        ("Nowhere", "no-such-image:9", SCRIPT, "no-such-image:9"),
        ("Failing", "busybox:1", "echo last words\nexit 9\n", "exit code 9"),
        ("Endless", "busybox:1", "echo waiting; sleep 1000\n", "time limit"),
    ] {
        let (status, build) = create(&client, name, base, script).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{name}: {build}");
        let page = until(&format!("{name} fails"), PATIENCE, async || {
            let page = client.page(&build).await;
            page.contains("data-state=\"failed\"").then_some(page)
        })
        .await;
        assert!(page.contains(expected), "{name} should speak of {expected}: {page}");
    }
}

#[actix_web::test]
async fn a_wrong_password_and_an_unknown_user_look_alike() {
    let server = Server::start();
    let client = Client::of(&server);
    client.sign_up("ada").await;
    let stranger = Client::of(&server);
    let mut pages = Vec::new();
    for name in ["ada", "nobody-here"] {
        let fields = [("username", name), ("password", "wrong wrong wrong")];
        let answer = stranger.submit("/login", "/login", &fields).await;
        assert!(answer.status().is_client_error());
        let page = answer.text().await.unwrap();
        let message = page.split("role=\"alert\"").nth(1).expect("an alert");
        pages.push(message.split("</").next().unwrap().to_owned());
    }
    assert_eq!(pages[0], pages[1]);
}

#[actix_web::test]
async fn a_second_sandbox_beyond_the_quota() {
    let server = Server::start();
    let client = Client::of(&server);
    client.sign_up("maker").await;
    publish_busybox(&client, "Box").await;
    assert_eq!(client.try_project("box").await.status(), StatusCode::CREATED);
    let second = client.try_project("box").await;
    assert_eq!(second.status(), StatusCode::CONFLICT);
    let problem: serde_json::Value = second.json().await.unwrap();
    assert_eq!(problem["type"], "quota-reached");
}

#[actix_web::test]
async fn what_does_not_exist() {
    let server = Server::start();
    let client = Client::of(&server);
    for path in ["/p/nothing", "/p/nothing/badge.svg", "/builds/nothing", "/s/nothing", "/nothing"]
    {
        assert_eq!(client.get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
}
