//! `/p/{slug}`: what is told of a project, and what may not come through.

use crate::support::{Person, Program, Site, location, problem, project, wish, with};
use reqwest::StatusCode;
use serde_json::{Value, json};

/// The form with what may be left out.
fn told() -> Vec<(&'static str, &'static str)> {
    let mut fields = project("jq");
    fields.extend([
        ("licence", "mit"),
        ("repository", "https://github.com/jqlang/jq"),
        ("language", "c++"),
        ("topics", "JSON, c++"),
    ]);
    fields
}

async fn publish(person: &Person, fields: &[(&str, &str)]) {
    let answer = person.submit("/projects/new", "/projects/new", fields).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", answer.text().await.unwrap());
    // Whoever looks at the build sees its end.
    person.page(&location(&answer)).await;
}

#[actix_web::test]
async fn the_page_tells_what_the_form_said() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    publish(&ada, &told()).await;
    let page = Person::of(&site).page("/p/jq").await;
    for text in [
        "href=\"/search?licence=MIT\"",
        "href=\"/search?language=C%2B%2B\"",
        "href=\"/search?q=c%2B%2B\"",
        "<a href=\"https://github.com/jqlang/jq\" rel=\"nofollow noopener\">github.com/jqlang/jq</a>",
        "12 MB",
        "href=\"/p/jq/report\"",
    ] {
        assert!(page.contains(text), "no {text} in {page}");
    }
    assert!(!page.contains("/p/jq/manage"), "that is the maintainer's");
    assert!(ada.page("/p/jq").await.contains("/p/jq/manage"));
    let form = ada.page("/p/jq/edit").await;
    assert!(form.contains("value=\"json c++\"") && form.contains("value=\"C++\""), "{form}");
    site.stop().await;
}

#[actix_web::test]
async fn programs_say_and_read_the_same() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    let ada = Program::with_token_of(&site, &ada, "write").await;
    let mut body = wish("jq");
    body["licence"] = json!("mit");
    body["topics"] = json!(["JSON", "cli"]);
    let saved = ada.post("/api/v1/projects", &body).await;
    assert_eq!(saved.status(), StatusCode::CREATED);
    let place = "/api/v1/projects/jq";
    let seen = Program::of(&site).read(place).await;
    assert_eq!((&seen["licence"], &seen["topics"]), (&json!("MIT"), &json!(["json", "cli"])));
    assert_eq!((&seen["repository"], &seen["archived"]), (&json!(""), &json!(false)));
    let change = json!({ "repository": "https://example.org/jq", "topics": [], "language": "c" });
    let changed: Value = ada.patch(place, &change).await.json().await.unwrap();
    assert_eq!(changed["project"]["language"], "C");
    assert_eq!(
        (&changed["project"]["licence"], &changed["project"]["topics"]),
        (&json!("MIT"), &json!([]))
    );
    for (field, value) in [
        ("licence", json!("free")),
        ("repository", json!("javascript:alert(1)")),
        ("language", json!("a\u{200b}")),
        ("topics", json!(["<b>"])),
    ] {
        let mut change = json!({});
        change[field] = value;
        let refused = problem(ada.patch(place, &change).await, 422, "invalid").await;
        assert_eq!(refused["errors"][0]["field"], field);
    }
    site.stop().await;
}

#[actix_web::test]
async fn scripts_come_through_no_field() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    let attack = "x\"><script>alert(1)</script><img src=x onerror=alert(1)>";
    // Where any text is allowed, it is shown as text.
    for field in ["name", "short_description", "long_description", "command", "script"] {
        let name = format!("Try {field}");
        let mut fields = with(project(&name), field, attack);
        if field == "name" {
            fields = with(fields, "name", "Bold \"><script>alert(1)</script>");
        }
        publish(&ada, &fields).await;
    }
    for slug in [
        "bold-script-alert-1-script",
        "try-short-description",
        "try-long-description",
        "try-command",
        "try-script",
    ] {
        for path in [format!("/p/{slug}"), format!("/p/{slug}/edit"), format!("/p/{slug}/report")] {
            let page = ada.page(&path).await;
            assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{path}");
        }
    }
    // Where it is not, it is refused, and shown again as text.
    for field in ["licence", "repository", "topics", "base", "category"] {
        let mut fields = told();
        fields.retain(|one| one.0 != field);
        fields.push((field, attack));
        let answer = ada.submit("/projects/new", "/projects/new", &fields).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        let page = answer.text().await.unwrap();
        assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{field}");
    }
    site.stop().await;
}

#[actix_web::test]
async fn addresses_that_run_are_refused() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    for address in [
        "javascript:alert(1)",
        "data:text/html,x",
        "http://example.org/x",
        "https://a:b@example.org/",
    ] {
        let fields = with(told(), "repository", address);
        let answer = ada.submit("/projects/new", "/projects/new", &fields).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{address}");
        let page = answer.text().await.unwrap();
        assert!(page.contains("repository-error") && page.contains("value=\"mit\""), "{address}");
        assert!(!page.contains(&format!("href=\"{address}")), "{address}");
    }
    site.stop().await;
}

#[actix_web::test]
async fn ten_megabytes_are_refused_with_words() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    let large = "x".repeat(10 << 20);
    let fields = with(told(), "long_description", &large);
    let answer = ada.submit("/projects/new", "/projects/new", &fields).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = answer.text().await.unwrap();
    assert!(page.contains("100 KiB") && page.contains("value=\"mit\""), "what was typed is kept");
    assert!(site.containers.books().builds.is_empty());
    let token = Program::with_token_of(&site, &ada, "write").await;
    let mut body = wish("jq");
    body["description"] = json!(large);
    problem(token.post("/api/v1/projects", &body).await, 413, "too-large").await;
    site.stop().await;
}

#[actix_web::test]
async fn a_name_turns_no_text_around_it() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    for name in ["a\u{202e}b", "a\u{200b}b", "a\u{2066}b", "\u{feff}ab", "a\u{200f}b"] {
        let answer = ada.submit("/projects/new", "/projects/new", &project(name)).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{name:?}");
    }
    let fields = with(project("\u{5d0}\u{5d1} jq"), "short_description", "\u{5d0}\u{5d1}\u{5d2}");
    publish(&ada, &fields).await;
    // Its address is spelled with Latin letters.
    let mine = ada.page("/projects").await;
    let slug = mine.split("<a href=\"/p/").nth(1).and_then(|rest| rest.split('"').next());
    let page = ada.page(&format!("/p/{}", slug.unwrap())).await;
    assert!(page.contains("<bdi>\u{5d0}\u{5d1} jq</bdi>"), "{page}");
    assert!(page.contains("dir=\"auto\">\u{5d0}\u{5d1}\u{5d2}</p>"), "{page}");
    site.stop().await;
}
