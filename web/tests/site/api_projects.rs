//! `/api/v1/projects` and the builds of them.

use crate::support::{Person, Program, Site, problem, project, wish};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const HERE: &str = "/api/v1/projects";

async fn maintainer(site: &Site, name: &str) -> Program {
    let person = Person::signed_up(site, name).await;
    Program::with_token_of(site, &person, "write").await
}

async fn publish(program: &Program, name: &str) -> Value {
    let answer = program.post(HERE, &wish(name)).await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    answer.json().await.unwrap()
}

/// Has the build's end noted.
async fn built(program: &Program, saved: &Value) {
    let id = saved["build"]["id"].as_str().unwrap();
    assert_eq!(program.read(&format!("/api/v1/builds/{id}")).await["state"], "pushed");
}

#[actix_web::test]
async fn a_project_is_published_read_changed_and_removed() {
    let site = Site::start().await;
    let ada = maintainer(&site, "ada").await;
    let answer = ada.post(HERE, &wish("Big JQ")).await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    assert_eq!(answer.headers()["location"], "/api/v1/projects/big-jq");
    let saved: Value = answer.json().await.unwrap();
    assert_eq!(saved["build"]["state"], "queued");
    assert_eq!(saved["project"]["latest_build"]["id"], saved["build"]["id"]);
    built(&ada, &saved).await;

    let place = format!("{HERE}/big-jq");
    let own = ada.read(&place).await;
    assert_eq!((&own["ready"], &own["owner"]), (&json!(true), &json!("ada")));
    assert_eq!(own["source"]["script"], "true\n");
    let guest = Program::of(&site);
    let seen = guest.read(&place).await;
    assert_eq!(seen["description"], "Type `ls`.");
    assert!(seen.get("source").is_none() && seen.get("latest_build").is_none(), "{seen}");

    let texts = ada.patch(&place, &json!({ "short_description": "Another line" })).await;
    let texts: Value = texts.json().await.unwrap();
    assert!(texts["build"].is_null());
    assert_eq!(texts["project"]["short_description"], "Another line");
    let source = json!({ "kind": "dockerfile", "dockerfile": "FROM debian:12\n" });
    let source = ada.patch(&place, &json!({ "source": source })).await;
    let source: Value = source.json().await.unwrap();
    built(&ada, &source).await;

    let removed = ada.delete(&place).await;
    assert_eq!(removed.status(), StatusCode::NO_CONTENT);
    problem(ada.get(&place).await, 404, "no-such-project").await;
    problem(ada.delete(&place).await, 404, "no-such-project").await;
    site.stop().await;
}

#[actix_web::test]
async fn only_its_maintainer_changes_a_project() {
    let site = Site::start().await;
    let ada = maintainer(&site, "ada").await;
    let saved = publish(&ada, "jq").await;
    let bob = maintainer(&site, "bob").await;
    let guest = Program::of(&site);
    let place = format!("{HERE}/jq");
    let change = json!({ "name": "Mine" });
    problem(guest.post(HERE, &wish("x")).await, 401, "needs-login").await;
    problem(guest.patch(&place, &change).await, 401, "needs-login").await;
    problem(guest.delete(&place).await, 401, "needs-login").await;
    problem(bob.patch(&place, &change).await, 403, "forbidden").await;
    problem(bob.delete(&place).await, 403, "forbidden").await;
    problem(bob.post(&format!("{place}/builds"), &json!({})).await, 403, "forbidden").await;
    problem(bob.get(&format!("{place}/builds")).await, 404, "no-such-project").await;
    let build = format!("/api/v1/builds/{}", saved["build"]["id"].as_str().unwrap());
    for path in [build.clone(), format!("{build}/log")] {
        problem(bob.get(&path).await, 404, "no-such-build").await;
        problem(guest.get(&path).await, 401, "needs-login").await;
    }
    problem(bob.post(&format!("{build}/cancel"), &json!({})).await, 404, "no-such-build").await;
    assert_eq!(ada.read(&place).await["name"], "jq");
    site.stop().await;
}

#[actix_web::test]
async fn each_wrong_field_is_named() {
    let site = Site::start().await;
    let ada = maintainer(&site, "ada").await;
    publish(&ada, "taken").await;
    let cases = [
        ("/name", json!(""), "name"),
        ("/name", json!("Taken!"), "name"),
        ("/name", json!(7), "name"),
        ("/category", json!("Weapons"), "category"),
        ("/short_description", json!(""), "short_description"),
        ("/description", json!("a\u{0}"), "description"),
        ("/source/base", json!("debian 12"), "source.base"),
        ("/source/script", json!(""), "source.script"),
        ("/source/command", json!("a\nb"), "source.command"),
        ("/source", json!({ "kind": "tarball" }), "source.kind"),
        ("/source", json!({ "kind": "dockerfile", "dockerfile": "RUNN" }), "source.dockerfile"),
    ];
    for (pointer, value, field) in cases {
        let mut body = wish("Fresh");
        *body.pointer_mut(pointer).unwrap() = value;
        let refused = problem(ada.post(HERE, &body).await, 422, "invalid").await;
        let told = refused["errors"][0]["field"].as_str().unwrap();
        assert!(told == field || field.starts_with(&format!("{told}.")), "{pointer}: {refused}");
    }
    let rows = ada.read(HERE).await;
    assert_eq!(rows["projects"].as_array().unwrap().len(), 1, "{rows}");
    site.stop().await;
}

#[actix_web::test]
async fn asking_twice_publishes_once() {
    let site = Site::start().await;
    let ada = maintainer(&site, "ada").await;
    let keyed = || ada.request(Method::POST, HERE).header("idempotency-key", "k1");
    let (body, other) = (wish("jq"), wish("jq "));
    let (first, second) =
        futures_util::join!(async { keyed().json(&body).send().await.unwrap() }, async {
            ada.post(HERE, &other).await
        });
    assert_eq!((first.status(), second.status()), (StatusCode::CREATED, StatusCode::CREATED));
    let (first, second): (Value, Value) =
        (first.json().await.unwrap(), second.json().await.unwrap());
    assert_eq!(first["build"]["id"], second["build"]["id"]);
    assert_eq!(site.containers.books().builds.len(), 1);

    // Something else of the same name is something else; so is the same of somebody else.
    let mut other = wish("jq");
    other["short_description"] = json!("Another");
    problem(ada.post(HERE, &other).await, 422, "invalid").await;
    let bob = maintainer(&site, "bob").await;
    problem(bob.post(HERE, &wish("jq")).await, 422, "invalid").await;
    let long = "k".repeat(256);
    let keyed = ada.request(Method::POST, HERE).header("idempotency-key", long);
    problem(keyed.json(&wish("x")).send().await.unwrap(), 400, "bad-request").await;

    // The page's form as well.
    let eve = Person::signed_up(&site, "eve").await;
    let fields = project("Form");
    let first = eve.submit("/projects/new", "/projects/new", &fields).await;
    let second = eve.submit("/projects/new", "/projects/new", &fields).await;
    assert_eq!(second.status(), StatusCode::SEE_OTHER);
    assert_eq!(first.headers()["location"], second.headers()["location"]);
    site.stop().await;
}

#[actix_web::test]
async fn lists_go_on_where_they_stopped() {
    let site = Site::start().await;
    let ada = maintainer(&site, "ada").await;
    for name in ["c", "a", "b"] {
        built(&ada, &publish(&ada, name).await).await;
    }
    let guest = Program::of(&site);
    let answer = guest.get(&format!("{HERE}?owner=ada&limit=2")).await;
    let link = answer.headers()["link"].to_str().unwrap().to_owned();
    let page: Value = answer.json().await.unwrap();
    let slugs = |page: &Value| {
        let rows = page["projects"].as_array().unwrap().clone();
        rows.into_iter().map(|row| row["slug"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(slugs(&page), ["a", "b"]);
    let next = page["next"].as_str().unwrap();
    assert_eq!(link, format!("<{next}>; rel=\"next\""));
    let page = guest.read(next).await;
    assert_eq!((slugs(&page), &page["next"]), (vec!["c".to_owned()], &Value::Null));
    assert_eq!(slugs(&guest.read(&format!("{HERE}?owner=bob")).await), [""; 0]);
    assert_eq!(slugs(&guest.read(&format!("{HERE}?category=Games")).await), [""; 0]);
    for (query, status) in
        [("limit=0", 422), ("limit=101", 422), ("category=x", 422), ("limit=x", 400)]
    {
        let answer = guest.get(&format!("{HERE}?{query}")).await;
        assert_eq!(answer.status(), status, "{query}");
    }
    site.stop().await;
}

#[actix_web::test]
async fn builds_are_started_followed_and_stopped() {
    let site = Site::start().await;
    let ada = maintainer(&site, "ada").await;
    let mut body = wish("jq");
    body["source"]["script"] = json!("wait\n");
    let saved: Value = ada.post(HERE, &body).await.json().await.unwrap();
    let id = saved["build"]["id"].as_str().unwrap();
    let cancelled = ada.post(&format!("/api/v1/builds/{id}/cancel"), &json!({})).await;
    let cancelled: Value = cancelled.json().await.unwrap();
    assert_eq!(cancelled["state"], "cancelled");
    assert!(cancelled["ended_at"].is_string());

    let log = format!("/api/v1/builds/{id}/log");
    let lines = ada.request(Method::GET, &log).header("accept", "application/x-ndjson");
    let lines = lines.send().await.unwrap();
    assert_eq!(lines.headers()["content-type"], "application/x-ndjson");
    let lines = lines.text().await.unwrap();
    let events: Vec<Value> = lines.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(events.last().unwrap()["state"], "cancelled");
    let resumed = ada.request(Method::GET, &log).header("last-event-id", "2");
    let resumed = resumed.send().await.unwrap().text().await.unwrap();
    assert!(resumed.contains("id: 3\n") && !resumed.contains("id: 2\n"), "{resumed}");

    let again = ada.post(&format!("{HERE}/jq/builds"), &json!({})).await;
    assert_eq!(again.status(), StatusCode::CREATED);
    let place = again.headers()["location"].to_str().unwrap().to_owned();
    let again: Value = again.json().await.unwrap();
    assert_eq!(ada.read(&place).await["id"], again["id"]);
    let list = ada.read(&format!("{HERE}/jq/builds?limit=1")).await;
    assert_eq!(list["builds"][0]["id"], again["id"]);
    let list = ada.read(list["next"].as_str().unwrap()).await;
    assert_eq!((&list["builds"][0]["id"], &list["next"]), (&json!(id), &Value::Null));
    site.stop().await;
}

#[actix_web::test]
async fn files_are_uploaded_for_a_dockerfile() {
    let site = Site::start().await;
    let ada = maintainer(&site, "ada").await;
    let upload = |program: &Program, kind: &str, body: &str| {
        let request = program.request(Method::POST, "/api/v1/contexts");
        request.header("content-type", kind).body(body.to_owned()).send()
    };
    let guest = Program::of(&site);
    problem(upload(&guest, "application/x-tar", "x").await.unwrap(), 401, "needs-login").await;
    problem(upload(&ada, "text/plain", "x").await.unwrap(), 415, "wrong-media-type").await;
    problem(upload(&ada, "application/x-tar", "PK").await.unwrap(), 422, "invalid-build").await;
    let kept = upload(&ada, "application/x-tar", &"x".repeat(200_000)).await.unwrap();
    assert_eq!(kept.status(), StatusCode::CREATED);
    let kept: Value = kept.json().await.unwrap();
    assert_eq!(site.containers.books().contexts[0].1, 200_000);
    let mut body = wish("with-files");
    body["source"] =
        json!({ "kind": "dockerfile", "dockerfile": "FROM a\n", "context": kept["id"] });
    assert_eq!(ada.post(HERE, &body).await.status(), StatusCode::CREATED);
    // They served the first build.
    let again = ada.post(&format!("{HERE}/with-files/builds"), &json!({})).await;
    let again = problem(again, 422, "invalid").await;
    assert_eq!(again["errors"][0]["field"], "source.context");
    site.stop().await;
}

#[actix_web::test]
async fn without_the_container_server_nothing_is_published() {
    let site = Site::start().await;
    let ada = maintainer(&site, "ada").await;
    site.containers.stop().await;
    problem(ada.post(HERE, &wish("jq")).await, 503, "unavailable").await;
    problem(ada.get(&format!("{HERE}/jq")).await, 404, "no-such-project").await;
    site.stop().await;
}
