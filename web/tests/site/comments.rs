//! `/p/{slug}/comments`, `/comments/{id}` and their calls of the API.

use crate::support::{Person, Program, Site, administrator, location, problem};
use reqwest::{Response, StatusCode};
use serde_json::json;

const PAGE: &str = "/p/jq";
const HERE: &str = "/p/jq/comments";

async fn say(person: &Person, text: &str) -> Response {
    person.submit(PAGE, HERE, &[("body", text)]).await
}

/// Writes a comment; gives its number.
async fn said(person: &Person, text: &str) -> String {
    let answer = say(person, text).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", answer.text().await.unwrap());
    location(&answer).strip_prefix("/p/jq#comment-").unwrap().to_owned()
}

#[actix_web::test]
async fn who_has_an_account_writes_and_everybody_reads() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    let guest = Person::of(&site);
    let page = guest.page(PAGE).await;
    assert!(page.contains("/login?next=/p/jq") && !page.contains("name=\"body\""), "{page}");
    let answer = guest.submit("/login", HERE, &[("body", "Hello")]).await;
    assert_eq!(location(&answer), "/login?next=/p/jq");
    assert_eq!(location(&guest.get(HERE).await), PAGE);

    let bob = Person::signed_up(&site, "bob").await;
    let id = said(&bob, "It is *fast*\r\nand small").await;
    said(&ada, "Thanks").await;
    let page = guest.page(PAGE).await;
    for text in ["<em>fast</em><br>\nand small", &format!("id=\"comment-{id}\""), "Maintainer"] {
        assert!(page.contains(text), "no {text} in {page}");
    }
    assert!(page.find("Thanks") < page.find("<em>fast</em>"), "the newest comes first");
    assert!(!page.contains(&format!("/comments/{id}/edit")) && !page.contains("Delete"));
    site.stop().await;
}

#[actix_web::test]
async fn a_comment_is_its_writers_to_change_and_three_may_remove_it() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    let bob = Person::signed_up(&site, "bob").await;
    let root = administrator(&site, "root-2").await;
    let id = said(&bob, "First").await;
    let (edit, delete) = (format!("/comments/{id}/edit"), format!("/comments/{id}/delete"));
    assert!(bob.page(&edit).await.contains("First"));
    for other in [&ada, &root] {
        let refused = other.get(&edit).await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN);
        let text = refused.text().await.unwrap();
        assert!(text.contains("Only who wrote the comment may change it."), "{text}");
        let answer = other.submit(PAGE, &edit, &[("body", "Words in the mouth")]).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    }
    let answer = bob.submit(&edit, &edit, &[("body", " ")]).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let answer = bob.submit(&edit, &edit, &[("body", "Second")]).await;
    assert_eq!(location(&answer), format!("/p/jq#comment-{id}"));
    let page = ada.page(PAGE).await;
    assert!(page.contains("Second") && page.contains("edited") && !page.contains("First"));

    let eve = Person::signed_up(&site, "eve").await;
    let refused = eve.submit(PAGE, &delete, &[]).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert!(refused.text().await.unwrap().contains("Only who wrote the comment, the project"));
    let second = said(&bob, "To the administrator").await;
    let third = said(&bob, "To its writer").await;
    for (person, id) in [(&ada, &id), (&root, &second), (&bob, &third)] {
        let answer = person.submit(PAGE, &format!("/comments/{id}/delete"), &[]).await;
        assert_eq!(location(&answer), "/p/jq#comments");
    }
    let page = bob.page(PAGE).await;
    assert!(page.contains("Nobody has said anything yet"), "{page}");
    assert_eq!(bob.get(&edit).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(bob.get("/comments/x/edit").await.status(), StatusCode::NOT_FOUND);
    site.stop().await;
}

#[actix_web::test]
async fn nothing_typed_is_lost_and_nothing_harmful_is_shown() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    let long = "x".repeat(2_001);
    for (text, says) in
        [("", "Write something first"), (&long, "this has 2001"), ("a\u{202e}b", "U+202E")]
    {
        let answer = say(&ada, text).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{says}");
        let page = answer.text().await.unwrap();
        assert!(page.contains(says) && page.contains(text), "{says}");
    }
    said(&ada, "# Loud <script>alert(1)</script> ![cat](https://evil.example/cat.png) [x](javascript:alert(1))").await;
    let page = ada.page(PAGE).await;
    assert!(page.contains("<strong>Loud"), "{page}");
    for bad in ["<script>alert", "evil.example", "javascript:", "<h1>Loud", "<h2>Loud"] {
        assert!(!page.contains(bad), "{bad}");
    }
    // Ten in ten minutes, of which one is written.
    for n in 0..9 {
        said(&ada, &format!("Number {n}")).await;
    }
    let answer = say(&ada, "One too many").await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = answer.text().await.unwrap();
    assert!(page.contains("a lot in a short time") && page.contains("One too many</textarea>"));
    site.stop().await;
}

#[actix_web::test]
async fn older_comments_are_a_page_away() {
    let site = Site::start().await;
    site.with_project("jq").await;
    for name in ["bob", "eve", "kim"] {
        let person = Person::signed_up(&site, name).await;
        for n in 0..7 {
            said(&person, &format!("{name} says {n}")).await;
        }
    }
    let guest = Person::of(&site);
    let first = guest.page(PAGE).await;
    assert!(first.contains("kim says 6") && !first.contains("bob says 0"));
    let next = first.split("href=\"/p/jq?before=").nth(1).expect("a link to older ones");
    let before = next.split('#').next().unwrap();
    let second = guest.page(&format!("/p/jq?before={before}")).await;
    assert!(second.contains("bob says 0") && !second.contains("bob says 1<"), "{second}");
    assert!(second.contains("Newest comments") && !second.contains("?before="));
    site.stop().await;
}

#[actix_web::test]
async fn programs_comment_too() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    let ada = Program::with_token_of(&site, &ada, "write").await;
    let bob = Person::signed_up(&site, "bob").await;
    let bob = Program::with_token_of(&site, &bob, "write").await;
    let here = "/api/v1/projects/jq/comments";
    let guest = Program::of(&site);
    problem(guest.post(here, &json!({ "body": "x" })).await, 401, "needs-login").await;
    let answer = bob.post(here, &json!({ "body": "Works in *scripts*" })).await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    let place = answer.headers()["location"].to_str().unwrap().to_owned();
    bob.post(here, &json!({ "body": "Again" })).await;

    let page = guest.read(&format!("{here}?limit=1")).await;
    assert_eq!(
        (&page["comments"][0]["body"], &page["comments"][0]["author"]),
        (&json!("Again"), &json!("bob"))
    );
    let rest = guest.read(page["next"].as_str().unwrap()).await;
    assert_eq!(rest["comments"][0]["body"], "Works in *scripts*");
    assert!(rest["next"].is_null());

    problem(ada.patch(&place, &json!({ "body": "No" })).await, 403, "forbidden").await;
    problem(bob.patch(&place, &json!({ "body": "" })).await, 422, "invalid").await;
    let changed = bob.patch(&place, &json!({ "body": "Yes" })).await;
    let changed: serde_json::Value = changed.json().await.unwrap();
    assert!(changed["body"] == "Yes" && changed["edited_at"].is_string(), "{changed}");
    problem(guest.delete(&place).await, 401, "needs-login").await;
    assert_eq!(ada.delete(&place).await.status(), StatusCode::NO_CONTENT, "the maintainer may");
    problem(bob.delete(&place).await, 404, "no-such-comment").await;
    problem(guest.get("/api/v1/projects/none/comments").await, 404, "no-such-project").await;
    site.stop().await;
}
