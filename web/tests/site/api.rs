//! `/api/v1/sandboxes`.

use crate::support::{Person, Site, problem};
use container_api::EndReason;
use reqwest::StatusCode;
use serde_json::{Value, json};

#[actix_web::test]
async fn a_program_starts_looks_and_stops() {
    let site = Site::start().await;
    site.with_project("jq").await;
    let program = Person::of(&site);
    let answer =
        program.post_json(&json!({ "project": "jq", "columns": 132 })).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
    let place = answer.headers()["location"].to_str().unwrap().to_owned();
    let created: Value = answer.json().await.unwrap();
    let id = created["id"].as_str().unwrap();
    assert_eq!(place, format!("/api/v1/sandboxes/{id}"));
    assert_eq!(created["state"], "running");
    assert!(created["expires_at"].is_string());
    let host = site.base.strip_prefix("http://").unwrap();
    assert_eq!(created["terminal_url"], format!("ws://{host}/terminals/{id}?ticket=1.x"));
    {
        let books = site.containers.books();
        assert_eq!((books.wishes[0].size.columns, books.wishes[0].size.rows), (132, 24));
    }
    let seen: Value = program.get(&place).await.json().await.unwrap();
    assert_eq!((&seen["id"], &seen["project"]), (&created["id"], &json!("jq")));
    assert!(seen["terminal_url"].is_string());

    let stopped = program.http.delete(program.url(&place)).send().await.unwrap();
    assert_eq!(stopped.status(), StatusCode::NO_CONTENT);
    let seen: Value = program.get(&place).await.json().await.unwrap();
    assert_eq!((&seen["state"], &seen["end"]["reason"]), (&json!("ended"), &json!("stopped")));
    assert!(seen["terminal_url"].is_null() && seen["ended_at"].is_string());
    // Stopping what has stopped is no error.
    let stopped = program.http.delete(program.url(&place)).send().await.unwrap();
    assert_eq!(stopped.status(), StatusCode::NO_CONTENT);
    site.stop().await;
}

#[actix_web::test]
async fn another_visitors_sandbox_does_not_exist() {
    let site = Site::start().await;
    site.with_project("jq").await;
    let owner = Person::of(&site);
    let created: Value = owner.post_sandbox("jq").await.json().await.unwrap();
    let place = format!("/api/v1/sandboxes/{}", created["id"].as_str().unwrap());
    let stranger = Person::of(&site);
    problem(stranger.get(&place).await, 404, "no-such-sandbox").await;
    let stop = stranger.http.delete(stranger.url(&place)).send().await.unwrap();
    problem(stop, 404, "no-such-sandbox").await;
    problem(owner.get("/api/v1/sandboxes/nonsense").await, 404, "no-such-sandbox").await;
    assert_eq!(owner.get(&place).await.status(), StatusCode::OK);
    site.stop().await;
}

#[actix_web::test]
async fn the_quota_names_what_is_in_the_way() {
    let site = Site::start().await;
    site.with_project("jq").await;
    let program = Person::of(&site);
    let created: Value = program.post_sandbox("jq").await.json().await.unwrap();
    let refused = problem(program.post_sandbox("jq").await, 409, "quota-reached").await;
    assert_eq!(refused["sandbox"], created["id"]);
    let wish = json!({ "project": "jq", "replace": true });
    let replaced = program.post_json(&wish).send().await.unwrap();
    assert_eq!(replaced.status(), StatusCode::CREATED);
    site.containers.end(EndReason::Idle);
    assert_eq!(program.post_sandbox("jq").await.status(), StatusCode::CREATED);
    site.stop().await;
}

#[actix_web::test]
async fn errors_are_problem_documents() {
    let site = Site::start().await;
    site.with_project("jq").await;
    let program = Person::of(&site);
    let url = program.url("/api/v1/sandboxes");
    problem(program.post_sandbox("unknown").await, 404, "no-such-project").await;
    problem(program.get("/api/v1/nothing").await, 404, "not-found").await;
    problem(program.get("/api").await, 404, "not-found").await;
    let wrong = program.http.put(&url).send().await.unwrap();
    assert_eq!(wrong.headers()["allow"], "HEAD, GET, POST");
    problem(wrong, 405, "wrong-method").await;

    let post = || program.http.post(&url);
    let form = post().form(&[("project", "jq")]).send().await.unwrap();
    problem(form, 415, "wrong-media-type").await;
    problem(post().body("{}").send().await.unwrap(), 415, "wrong-media-type").await;
    for body in ["", "{", "{]"] {
        let json = post().header("content-type", "application/json").body(body);
        problem(json.send().await.unwrap(), 400, "bad-json").await;
    }
    for (body, field) in [
        (json!([]), ""),
        (json!({}), ""),
        (json!({ "project": 7 }), "project"),
        (json!({ "project": "jq", "columns": -1 }), "columns"),
        (json!({ "project": "jq", "columns": 0 }), "columns"),
        (json!({ "project": "jq", "rows": 1_001 }), "rows"),
    ] {
        let refused = problem(post().json(&body).send().await.unwrap(), 422, "invalid").await;
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
    let large = json!({ "project": "x".repeat(4_200_000) });
    problem(post().json(&large).send().await.unwrap(), 413, "too-large").await;
    let elsewhere = post().json(&json!({ "project": "jq" })).header("sec-fetch-site", "cross-site");
    problem(elsewhere.send().await.unwrap(), 403, "cross-site").await;
    assert!(site.containers.books().sandboxes.is_empty());

    site.containers.stop().await;
    problem(program.post_sandbox("jq").await, 503, "unavailable").await;
    site.stop().await;
}
