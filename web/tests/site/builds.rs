//! `/builds/{id}` with its log and its cancel button.

use crate::support::{Person, Site, location, project, with};
use reqwest::StatusCode;

async fn build_of(ada: &Person, name: &str, script: &str) -> String {
    let fields = with(project(name), "script", script);
    location(&ada.submit("/projects/new", "/projects/new", &fields).await)
}

#[actix_web::test]
async fn the_log_is_followed_to_its_end_and_resumed() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    let build = build_of(&ada, "Logged", "true").await;
    let log = ada.get(&format!("{build}/log")).await;
    assert_eq!(log.headers()["content-type"], "text/event-stream; charset=utf-8");
    let text = log.text().await.unwrap();
    let ids: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("id: ")).collect();
    assert_eq!(ids, ["0", "1", "2", "3"]);
    assert!(text.contains(r#""kind":"output","text":"+ true""#), "{text}");
    assert!(text.contains(r#""kind":"state","state":"pushed""#), "{text}");
    // Whoever goes on from here finds the project ready.
    assert!(ada.page("/p/logged").await.contains("data-try-form"));

    let rest = ada.http.get(ada.url(&format!("{build}/log"))).header("last-event-id", "2");
    let rest = rest.send().await.unwrap().text().await.unwrap();
    assert!(rest.contains("id: 3\n") && !rest.contains("id: 2\n"), "{rest}");
    site.stop().await;
}

#[actix_web::test]
async fn a_running_build_can_be_cancelled() {
    let site = Site::start().await;
    // From what was built before is known how long it takes.
    let ada = site.with_project("jq").await;
    let build = build_of(&ada, "Endless", "wait").await;
    let page = ada.page(&build).await;
    assert!(page.contains("data-state=\"running\"") && page.contains("Cancel</button>"), "{page}");
    assert!(page.contains("data-wait"), "whoever waits is told for how long: {page}");
    assert!(ada.page("/p/endless").await.contains("The first build is under way"));
    let answer = ada.submit(&build, &format!("{build}/cancel"), &[]).await;
    assert_eq!(location(&answer), build);
    let page = ada.page(&build).await;
    assert!(page.contains("data-state=\"cancelled\"") && !page.contains("Cancel</button>"));
    assert!(!page.contains("data-wait"), "{page}");
    site.stop().await;
}

#[actix_web::test]
async fn a_newer_build_takes_the_place_of_an_older_one() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    let old = build_of(&ada, "Endless", "wait").await;
    let fields = with(project("Endless"), "script", "true");
    let answer = ada.submit("/p/endless/edit", "/p/endless/edit", &fields).await;
    assert!(ada.page(&old).await.contains("data-state=\"cancelled\""));
    assert!(ada.page(&location(&answer)).await.contains("data-state=\"pushed\""));
    site.stop().await;
}

#[actix_web::test]
async fn a_build_that_was_lost_is_told_so() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    let build = build_of(&ada, "Lost", "wait").await;
    site.containers.forget_builds();
    let log = ada.get(&format!("{build}/log")).await.text().await.unwrap();
    assert!(log.contains(r#""state":"failed","failure":{"cause":"interrupted"}"#), "{log}");
    assert!(ada.page(&build).await.contains("The build was interrupted"));
    site.stop().await;
}

#[actix_web::test]
async fn without_the_container_server_the_page_shows_what_is_known() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    let build = build_of(&ada, "Alone", "wait").await;
    site.containers.stop().await;
    assert!(ada.page(&build).await.contains("cannot be reached just now"));
    let log = ada.get(&format!("{build}/log")).await;
    assert_eq!(log.status(), StatusCode::SERVICE_UNAVAILABLE);
    site.stop().await;
}

#[actix_web::test]
async fn builds_are_their_maintainers_own() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    let build = build_of(&ada, "Private", "wait").await;
    let bob = Person::signed_up(&site, "bob").await;
    ada.publish("Public").await;
    for path in [build.clone(), format!("{build}/log"), "/builds/nonsense".to_owned()] {
        assert_eq!(bob.get(&path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
    let answer = bob.submit("/p/public", &format!("{build}/cancel"), &[]).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    // It may be a guest's own who has not logged in yet.
    let guest = Person::of(&site);
    assert_eq!(location(&guest.get(&build).await), format!("/login?next={build}"));
    site.stop().await;
}
