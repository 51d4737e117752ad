//! `/api/v1/tries`, `/api/v1/me`, and the list of sandboxes.

use crate::support::{Person, Program, Site};
use reqwest::StatusCode;
use serde_json::{Value, json};

#[actix_web::test]
async fn what_one_has_tried_is_listed_for_oneself() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    let program = Program::with_token_of(&site, &ada, "write").await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let body = json!({ "project": "jq", "replace": true });
        let made = program.post("/api/v1/sandboxes", &body).await;
        assert_eq!(made.status(), StatusCode::CREATED);
        let made: Value = made.json().await.unwrap();
        assert!(made["end"].is_null() && made.as_object().unwrap().contains_key("ended_at"));
        ids.insert(0, made["id"].clone());
    }
    let live = program.read("/api/v1/sandboxes").await;
    let live = live["sandboxes"].as_array().unwrap();
    assert_eq!((live.len(), &live[0]["id"]), (1, &ids[0]));
    assert!(live[0]["terminal_url"].is_string());
    let reader = Program::with_token_of(&site, &ada, "read").await;
    let live = reader.read("/api/v1/sandboxes").await;
    assert!(live["sandboxes"][0]["terminal_url"].is_null(), "reading is not typing");

    let page = program.read("/api/v1/tries?limit=2").await;
    let rest = program.read(page["next"].as_str().unwrap()).await;
    let (page, rest) = (page["tries"].as_array().unwrap(), rest["tries"].as_array().unwrap());
    let told: Vec<Value> = page.iter().chain(rest).map(|row| row["id"].clone()).collect();
    assert_eq!(told, ids);
    assert_eq!(page[1]["end"]["reason"], "stopped");

    let guest = Program::of(&site);
    assert_eq!(guest.read("/api/v1/tries").await["tries"], json!([]));
    assert_eq!(guest.read("/api/v1/sandboxes").await["sandboxes"], json!([]));
    assert_eq!(guest.get("/api/v1/tries?after=x").await.status(), 422);
    site.stop().await;
}

#[actix_web::test]
async fn a_caller_learns_who_it_is() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    let reader = Program::with_token_of(&site, &ada, "read").await;
    let me = reader.read("/api/v1/me").await;
    assert_eq!((&me["user"]["name"], &me["scope"]), (&json!("ada"), &json!("read")));
    assert_eq!(me["user"]["role"], "user");
    assert!(Program::of(&site).read("/api/v1/me").await["user"].is_null());
    site.stop().await;
}
