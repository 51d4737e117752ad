//! The internal API over HTTP, as other services meet it.

mod support;

use container_api::{
    BuildId, ClientError, ContainerClient, CreateSandbox, EndReason, ExtendSandbox, Problem,
    SandboxId, SandboxState,
};
use container_server::{ContainerServer, remote::Remote};
use std::sync::{Arc, atomic::Ordering};
use support::{
    eventually,
    fake_engine::FakeEngine,
    servers::{Server, config, registry},
    wishes::{terminals_config, wish},
};
use tempfile::TempDir;

const TOKEN: &str = "the internal token";

struct Api {
    engine: Arc<FakeEngine>,
    server: ContainerServer,
    client: ContainerClient,
    base: String,
    http: Server,
    registry: Server,
    _folder: TempDir,
}

impl Api {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let registry = registry(&folder.path().join("registry"));
        let config = config(&registry, folder.path(), TOKEN);
        let engine = Arc::new(FakeEngine::new());
        let remote = Remote::new(&config.registry).unwrap();
        let server = ContainerServer::start_on(engine.clone(), remote, config).await.unwrap();
        let http = Server::start(server.internal_routes());
        let base = format!("http://{}", http.address);
        let client = ContainerClient::new(&base, TOKEN).unwrap();
        Self { engine, server, client, base, http, registry, _folder: folder }
    }

    async fn stop(self) {
        self.server.shutdown().await;
        self.http.stop().await;
        self.registry.stop().await;
    }
}

fn refused<T: std::fmt::Debug>(answer: Result<T, ClientError>) -> Problem {
    match answer {
        Err(ClientError::Refused(problem)) => problem,
        other => panic!("not refused: {other:?}"),
    }
}

fn kind(problem: &Problem) -> (&str, u16) {
    (&problem.kind, problem.status)
}

#[actix_web::test]
async fn a_sandbox_from_creation_to_its_end() {
    let api = Api::start().await;
    let view = api.client.create_sandbox(&wish("guest")).await.unwrap();
    assert_eq!(view.state, SandboxState::Running);
    assert_eq!(api.client.sandbox(&view.id).await.unwrap(), view);
    assert_eq!(api.client.sandboxes().await.unwrap(), std::slice::from_ref(&view));

    let path = api.client.ticket(&view.id).await.unwrap().path;
    let ticket = path.strip_prefix(&format!("/terminals/{}?ticket=", view.id)).unwrap();
    let key = terminals_config().key;
    key.verify(ticket, &view.id, std::time::SystemTime::now()).unwrap();

    let problem = refused(api.client.create_sandbox(&wish("guest")).await);
    assert_eq!(kind(&problem), ("quota-reached", 409));
    assert_eq!(problem.sandbox, Some(view.id.clone()));

    api.client.stop_sandbox(&view.id).await.unwrap();
    api.client.stop_sandbox(&view.id).await.unwrap();
    assert!(api.engine.ids().is_empty());
    let ended = api.client.sandbox(&view.id).await.unwrap();
    assert_eq!((ended.state, ended.end), (SandboxState::Ended, Some(EndReason::Stopped)));
    assert_eq!(kind(&refused(api.client.ticket(&view.id).await)), ("sandbox-ended", 410));
    api.stop().await;
}

#[actix_web::test]
async fn a_living_sandbox_is_frozen_thawed_extended_and_restarted() {
    let api = Api::start().await;
    let view = api.client.create_sandbox(&wish("guest")).await.unwrap();
    let frozen = api.client.freeze_sandbox(&view.id).await.unwrap();
    assert_eq!(frozen.state, SandboxState::Frozen);
    assert_eq!(api.client.status().await.unwrap().sandboxes_by_state.frozen, 1);
    assert_eq!(api.client.thaw_sandbox(&view.id).await.unwrap(), view);
    let more = ExtendSandbox { seconds: 60, at_most_seconds: 1_830 };
    let longer = api.client.extend_sandbox(&view.id, more).await.unwrap();
    assert_eq!((longer.expires_at - view.expires_at).num_seconds(), 30);
    let problem = refused(api.client.extend_sandbox(&view.id, more).await);
    assert_eq!(kind(&problem), ("cannot-extend", 409));
    assert_eq!(api.client.restart_sandbox(&view.id).await.unwrap(), longer);
    api.engine.restless.store(true, Ordering::SeqCst);
    let problem = refused(api.client.freeze_sandbox(&view.id).await);
    assert_eq!(kind(&problem), ("cannot-freeze", 503));
    api.client.stop_sandbox(&view.id).await.unwrap();
    for problem in [
        refused(api.client.freeze_sandbox(&view.id).await),
        refused(api.client.thaw_sandbox(&view.id).await),
        refused(api.client.extend_sandbox(&view.id, more).await),
        refused(api.client.restart_sandbox(&view.id).await),
    ] {
        assert_eq!(kind(&problem), ("sandbox-ended", 410));
    }
    api.stop().await;
}

#[actix_web::test]
async fn an_administrators_stop_says_so() {
    let api = Api::start().await;
    let view = api.client.create_sandbox(&wish("guest")).await.unwrap();
    api.client.stop_sandbox_as_operator(&view.id).await.unwrap();
    let ended = api.client.sandbox(&view.id).await.unwrap();
    assert_eq!((ended.state, ended.end), (SandboxState::Ended, Some(EndReason::Operator)));
    api.stop().await;
}

#[actix_web::test]
async fn what_there_is_not_is_told_apart() {
    let api = Api::start().await;
    let (sandbox, build) = (SandboxId::random(), BuildId::random());
    let client = &api.client;
    for problem in [
        refused(client.sandbox(&sandbox).await),
        refused(client.stop_sandbox(&sandbox).await),
        refused(client.ticket(&sandbox).await),
    ] {
        assert_eq!(kind(&problem), ("no-such-sandbox", 404));
    }
    for problem in [
        refused(client.build(&build).await),
        refused(client.cancel_build(&build).await),
        refused(client.build_log(&build).await.map(drop)),
    ] {
        assert_eq!(kind(&problem), ("no-such-build", 404));
    }
    let odd = [("/sandboxes/../etc", "not-found"), ("/sandboxes/XYZ", "no-such-sandbox")];
    for (path, expected) in odd {
        let problem = get(&api, path).await;
        assert_eq!(kind(&problem), (expected, 404), "{path}");
    }
    api.stop().await;
}

#[actix_web::test]
async fn nobody_comes_in_without_the_token() {
    let api = Api::start().await;
    for token in ["", "another token", "the internal toke", "the internal token2"] {
        let stranger = ContainerClient::new(&api.base, token).unwrap();
        let problem = refused(stranger.create_sandbox(&wish("guest")).await);
        assert_eq!(kind(&problem), ("unauthorised", 401), "{token}");
        assert_eq!(kind(&refused(stranger.status().await)), ("unauthorised", 401));
    }
    // Not even to learn which paths there are.
    let answer = reqwest::get(format!("{}/nowhere", api.base)).await.unwrap();
    assert_eq!(answer.status(), 401);
    assert_eq!(answer.headers()["www-authenticate"], "Bearer");
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    assert_eq!(api.engine.starts.load(Ordering::SeqCst), 0);
    api.stop().await;
}

#[actix_web::test]
async fn bad_bodies_become_problems() {
    let api = Api::start().await;
    let good = serde_json::to_string(&wish("guest")).unwrap();
    let table = [
        (String::new(), "application/json"),
        ("{".to_owned(), "application/json"),
        ("{\"project\":1}".to_owned(), "application/json"),
        (good.replace("\"jq\"", "\"\""), "application/json"),
        (good.clone(), "text/plain"),
        (format!("{good}{}", " ".repeat(5 << 20)), "application/json"),
    ];
    for (body, content_type) in table {
        let request = reqwest::Client::new()
            .post(format!("{}/sandboxes", api.base))
            .bearer_auth(TOKEN)
            .header("content-type", content_type)
            .body(body.clone());
        let problem: Problem = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(kind(&problem), ("bad-request", 400), "{content_type} {}", body.len());
    }
    assert_eq!(api.engine.starts.load(Ordering::SeqCst), 0);
    api.stop().await;
}

#[actix_web::test]
async fn failures_tell_what_to_do_and_nothing_inside() {
    let api = Api::start().await;
    api.engine.start_fails.store(true, Ordering::SeqCst);
    let problem = refused(api.client.create_sandbox(&wish("guest")).await);
    assert_eq!(kind(&problem), ("program-failed", 422));
    assert!(problem.detail.contains("/bin/nosuch"), "{}", problem.detail);
    api.engine.no_images.store(true, Ordering::SeqCst);
    let problem = refused(api.client.create_sandbox(&wish("guest")).await);
    assert_eq!(kind(&problem), ("image-not-ready", 503));
    assert!(!problem.detail.contains("it is not there"), "{}", problem.detail);
    api.stop().await;
}

#[actix_web::test]
async fn status_tells_what_there_is() {
    let api = Api::start().await;
    let several = CreateSandbox { owner_quota: 3, ..wish("guest") };
    api.client.create_sandbox(&several).await.unwrap();
    api.client.create_sandbox(&several).await.unwrap();
    let status = api.client.status().await.unwrap();
    assert_eq!((status.engine.name.as_str(), status.sandboxes, status.builds), ("fake", 2, 0));
    assert!(status.base_images.is_empty());
    assert_eq!((status.capacity, status.sandboxes_by_state.running), (Some(100), 2));
    eventually("the machine is looked at", || async {
        !api.client.load().await.unwrap().is_empty()
    })
    .await;
    let load = api.client.load().await.unwrap();
    assert!(load[0].memory_total_bytes > load[0].memory_used_bytes, "{load:?}");
    let status = api.client.status().await.unwrap();
    assert_eq!(status.load.as_ref(), load.last());
    // A double has no walls to try, and that is said.
    assert!(status.engine.facts.is_none());
    assert!(status.engine.self_test.is_some_and(|test| !test.passed));
    api.stop().await;
}

#[actix_web::test]
async fn who_is_to_be_behind_walls_waits_until_they_stand() {
    let api = Api::start().await;
    let guest = CreateSandbox { behind_walls: true, ..wish("guest") };
    let problem = refused(api.client.create_sandbox(&guest).await);
    assert_eq!(kind(&problem), ("walls-down", 503));
    assert!(problem.detail.contains("trythis doctor"), "{}", problem.detail);
    // Others go on.
    api.client.create_sandbox(&wish("member")).await.unwrap();
    assert_eq!(api.engine.starts.load(Ordering::SeqCst), 1);
    assert!(!api.client.self_test().await.unwrap().passed);
    // Somebody mends it, and has it tried.
    api.engine.walls.store(true, Ordering::SeqCst);
    assert!(api.client.self_test().await.unwrap().passed);
    api.client.create_sandbox(&guest).await.unwrap();
    let status = api.client.status().await.unwrap();
    assert!(status.engine.facts.is_some() && status.engine.self_test.is_some_and(|t| t.passed));
    api.stop().await;
}

#[actix_web::test]
async fn walls_that_did_not_stand_are_tried_again() {
    let api = Api::start().await;
    let passed = || async {
        let test = api.client.status().await.unwrap().engine.self_test;
        test.map(|test| test.passed)
    };
    eventually("the first test is made", || async { passed().await == Some(false) }).await;
    api.engine.walls.store(true, Ordering::SeqCst);
    eventually("a later one passes", || async { passed().await == Some(true) }).await;
    api.stop().await;
}

async fn get(api: &Api, path: &str) -> Problem {
    let request = reqwest::Client::new().get(format!("{}{path}", api.base)).bearer_auth(TOKEN);
    request.send().await.unwrap().json().await.unwrap()
}
