//! `GET /p/{slug}/start`: where badges lead.

use crate::support::{Person, Site, location, project, with};
use diesel::{Connection, RunQueryDsl, SqliteConnection, sql_query};
use reqwest::{Response, StatusCode};
use web::DatabaseUrl;

const CLICK: [(&str, &str); 4] = [
    ("sec-fetch-user", "?1"),
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-dest", "document"),
    ("sec-fetch-site", "cross-site"),
];

async fn ask(person: &Person, slug: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = person.http.get(person.url(&format!("/p/{slug}/start")));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["x-robots-tag"], "noindex");
    answer
}

#[actix_web::test]
async fn a_click_may_start_and_nothing_else_does() {
    let site = Site::start().await;
    site.with_project("jq").await;
    let person = Person::of(&site);
    let prefetch = [&CLICK[..], &[("sec-purpose", "prefetch")]].concat();
    for (headers, marked) in
        [(&CLICK[..], true), (&CLICK[1..], false), (&prefetch, false), (&[], false)]
    {
        let page = ask(&person, "jq", headers).await.text().await.unwrap();
        assert!(page.contains("action=\"/p/jq/try\" data-try-form"), "{page}");
        assert_eq!(page.contains("data-auto-start"), marked, "{headers:?}");
    }
    let head = person.http.head(person.url("/p/jq/start")).send().await.unwrap();
    assert_eq!(head.status(), StatusCode::OK);
    assert!(site.containers.books().wishes.is_empty(), "a GET starts nothing");

    // The button, as without JavaScript.
    let answer = person.submit("/p/jq/start", "/p/jq/try", &[]).await;
    assert!(location(&answer).starts_with("/s/"));
    // One that is in the way is asked about.
    let answer = person.submit("/p/jq/start", "/p/jq/try", &[]).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    assert!(answer.text().await.unwrap().contains("name=\"replace\""));
    site.stop().await;
}

#[actix_web::test]
async fn what_cannot_be_started_says_why() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    for (name, script, says) in
        [("Slow", "wait", "being built for the first time"), ("Broken", "fail", "build has failed")]
    {
        let fields = with(project(name), "script", script);
        let answer = ada.submit("/projects/new", "/projects/new", &fields).await;
        ada.page(&location(&answer)).await;
        let page = ask(&ada, &name.to_lowercase(), &CLICK).await.text().await.unwrap();
        assert!(page.contains(says), "{page}");
        assert!(!page.contains("data-try-form"), "{page}");
        // Whoever waits is told for how long, and need not press anything.
        assert_eq!(page.contains("data-wait"), script == "wait", "{page}");
    }
    assert_eq!(ada.get("/p/unknown/start").await.status(), StatusCode::NOT_FOUND);
    site.stop().await;
}

#[actix_web::test]
async fn where_all_places_are_taken_nothing_starts_by_itself() {
    let site = Site::start().await;
    site.with_project("jq").await;
    site.containers.books().full = true;
    let page = ask(&Person::of(&site), "jq", &CLICK).await.text().await.unwrap();
    assert!(page.contains("All places are taken"), "{page}");
    assert!(page.contains("data-try-form") && !page.contains("data-auto-start"), "{page}");
    site.stop().await;
}

#[actix_web::test]
async fn an_archived_project_says_so_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("test.db");
    let site = Site::with(|config| config.database = DatabaseUrl::Sqlite(database.clone())).await;
    let ada = site.with_project("jq").await;
    let page = "/p/jq/embed/settings";
    ada.submit(page, page, &[("parents", "https://docs.example.org")]).await;
    let mut conn = SqliteConnection::establish(database.to_str().unwrap()).unwrap();
    let put_away = "UPDATE projects SET archived_at = '2026-01-02 03:04:05'";
    assert_eq!(sql_query(put_away).execute(&mut conn).unwrap(), 1);
    let guest = Person::of(&site);
    let page = ask(&guest, "jq", &CLICK).await.text().await.unwrap();
    for page in [page, guest.page("/p/jq/embed").await] {
        assert!(page.contains("is archived") && !page.contains("data-try-form"), "{page}");
    }
    assert!(guest.page("/p/jq/live-badge.svg").await.contains("jq: trythis, archived"));
    site.stop().await;
}
