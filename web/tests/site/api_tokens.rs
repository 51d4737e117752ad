//! `/api/v1/tokens` and `/account/tokens`.

use crate::support::{Person, Program, Site, problem};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const HERE: &str = "/api/v1/tokens";

#[actix_web::test]
async fn a_token_is_shown_once_used_and_revoked() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    let program = Program::with_token_of(&site, &ada, "write").await;
    let page = ada.page("/account/tokens").await;
    assert!(page.contains(">test</td>") && !page.contains(program.token()));

    let tokens = program.read(HERE).await;
    let token = &tokens["tokens"][0];
    assert_eq!((&token["name"], &token["scope"]), (&json!("test"), &json!("write")));
    assert!(token["used_at"].is_string() && token["expires_at"].is_string(), "{token}");
    assert!(token["token"].is_null());

    let revoke = format!("/account/tokens/{}/revoke", token["id"]);
    let answer = ada.submit("/account/tokens", &revoke, &[]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert!(ada.page("/account/tokens").await.contains("holds no more"));
    problem(program.get(HERE).await, 401, "bad-token").await;
    site.stop().await;
}

#[actix_web::test]
async fn what_is_no_token_is_never_a_guest() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    let program = Program::with_token_of(&site, &ada, "write").await;
    let mistyped = program.token().replace("trythis_", "trythis-");
    let unknown = web::TokenSecret::random().reveal().to_owned();
    for token in ["", "x", &mistyped, &unknown] {
        let stranger = program.saying(token);
        let answer = stranger.post("/api/v1/sandboxes", &json!({ "project": "jq" })).await;
        assert_eq!(answer.headers()["www-authenticate"], "Bearer error=\"invalid_token\"");
        problem(answer, 401, "bad-token").await;
        // Nor does a cookie help it.
        let both = ada.http.get(ada.url(HERE)).bearer_auth(token).send().await.unwrap();
        problem(both, 401, "bad-token").await;
    }
    let guest = Program::of(&site);
    let answer = guest.get(HERE).await;
    assert_eq!(answer.headers()["www-authenticate"], "Bearer");
    problem(answer, 401, "needs-login").await;
    assert!(site.containers.books().sandboxes.is_empty());
    // On pages the header is somebody else's.
    assert_eq!(program.saying("x").get("/").await.status(), StatusCode::OK);
    site.stop().await;
}

#[actix_web::test]
async fn days_without_end_are_refused() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    let program = Program::with_token_of(&site, &ada, "write").await;
    for days in [100_000_000_u64, 4_294_967_295] {
        let wish = json!({ "name": "x", "scope": "read", "expires_in_days": days });
        assert_eq!(program.post(HERE, &wish).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    }
    let form = [("name", "x"), ("scope", "read"), ("expires_in_days", "soon")];
    let answer = ada.submit("/account/tokens", "/account/tokens", &form).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    site.stop().await;
}

#[actix_web::test]
async fn a_token_for_reading_changes_nothing() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    let reader = Program::with_token_of(&site, &ada, "read").await;
    assert_eq!(reader.get(HERE).await.status(), StatusCode::OK);
    let wish = json!({ "name": "wider", "scope": "write" });
    let answer = reader.post(HERE, &wish).await;
    assert!(answer.headers()["www-authenticate"].to_str().unwrap().contains("insufficient_scope"));
    problem(answer, 403, "read-only-token").await;
    problem(reader.delete("/api/v1/tokens/1").await, 403, "read-only-token").await;
    let sandbox = reader.post("/api/v1/sandboxes", &json!({ "project": "jq" })).await;
    problem(sandbox, 403, "read-only-token").await;
    site.stop().await;
}

#[actix_web::test]
async fn a_token_hands_on_no_longer_life_than_its_own() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    let program = Program::with_token_of(&site, &ada, "write").await;
    let own = program.read(HERE).await["tokens"][0]["expires_at"].clone();
    for days in [Value::Null, json!(90)] {
        let wish = json!({ "name": "later", "scope": "read", "expires_in_days": days });
        let made: Value = program.post(HERE, &wish).await.json().await.unwrap();
        assert_eq!(made["expires_at"], own);
        program.delete(&format!("{HERE}/{}", made["id"])).await;
    }
    // A session is no token: it may.
    let wish = json!({ "name": "ever", "scope": "read" });
    let made = ada.http.post(ada.url(HERE)).json(&wish).send().await.unwrap();
    assert_eq!(made.status(), StatusCode::CREATED);
    assert_eq!(made.headers()["cache-control"], "no-store");
    let place = made.headers()["location"].to_str().unwrap().to_owned();
    let made: Value = made.json().await.unwrap();
    assert!(made["expires_at"].is_null());
    let second = program.saying(made["token"].as_str().unwrap());
    assert_eq!(second.read(HERE).await["tokens"].as_array().unwrap().len(), 2);

    // Another account's does not exist.
    let bob = Person::signed_up(&site, "bob").await;
    let stranger = Program::with_token_of(&site, &bob, "write").await;
    problem(stranger.delete(&place).await, 404, "no-such-token").await;
    assert_eq!(program.delete(&place).await.status(), StatusCode::NO_CONTENT);
    problem(second.get(HERE).await, 401, "bad-token").await;
    problem(program.delete(&place).await, 404, "no-such-token").await;
    site.stop().await;
}

#[actix_web::test]
async fn each_field_is_checked() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    for (body, field) in [
        (json!({ "name": " ", "scope": "read" }), "name"),
        (json!({ "name": "x".repeat(65), "scope": "read" }), "name"),
        (json!({ "name": "a\u{202e}b", "scope": "read" }), "name"),
        (json!({ "name": "x", "scope": "all" }), "scope"),
        (json!({ "name": "x", "scope": "read", "expires_in_days": 31 }), "expires_in_days"),
        (json!({ "name": "x", "scope": "read", "more": 1 }), "more"),
    ] {
        let answer = ada.http.post(ada.url(HERE)).json(&body).send().await.unwrap();
        let refused = problem(answer, 422, "invalid").await;
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
    let fields = [("name", "x"), ("scope", "read"), ("expires_in_days", "31")];
    let answer = ada.submit("/account/tokens", "/account/tokens", &fields).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().await.unwrap().contains("expires_in_days-error\">Choose"));
    site.stop().await;
}

#[actix_web::test]
async fn a_token_is_no_business_of_other_sites_guards() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    let program = Program::with_token_of(&site, &ada, "write").await;
    let wish = json!({ "name": "x", "scope": "read", "expires_in_days": 30 });
    let elsewhere = program.request(Method::POST, HERE).header("sec-fetch-site", "cross-site");
    let answer = elsewhere.json(&wish).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
    // The same with a cookie alone.
    let elsewhere = ada.http.post(ada.url(HERE)).header("sec-fetch-site", "cross-site");
    problem(elsewhere.json(&wish).send().await.unwrap(), 403, "cross-site").await;
    site.stop().await;
}
