//! What people and programs meet while the database is gone, and when it is back.

use crate::support::{Person, Postgres, Site, project};
use reqwest::{Response, StatusCode};
use serde_json::Value;

async fn is_page(answer: Response) {
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.headers().contains_key("retry-after"));
    let page = answer.text().await.unwrap();
    assert!(page.contains("The database cannot be reached just now"), "{page}");
    assert!(!page.contains("127.0.0.1"), "{page}");
}

async fn is_problem(answer: Response) {
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    assert!(answer.headers().contains_key("retry-after"));
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(problem["type"], "database-unavailable", "{problem}");
}

#[actix_web::test]
async fn nothing_is_granted_and_all_works_again_afterwards() {
    let mut postgres = Postgres::start();
    let url = postgres.url();
    let site = Site::with(|config| config.database = url).await;
    let ada = site.with_project("jq").await;
    let guest = Person::of(&site);
    let (try_token, new_token) = (guest.token("/p/jq").await, ada.token("/projects/new").await);
    let login_token = guest.token("/login").await;
    let wishes = site.containers.books().wishes.len();

    postgres.stop();
    is_page(guest.get("/p/jq").await).await;
    is_problem(guest.post_sandbox("jq").await).await;
    let form = [("csrf", try_token.as_str()), ("columns", "100"), ("rows", "30")];
    is_page(guest.http.post(guest.url("/p/jq/try")).form(&form).send().await.unwrap()).await;
    let mut form = project("Late");
    form.push(("csrf", new_token.as_str()));
    is_page(ada.http.post(ada.url("/projects/new")).form(&form).send().await.unwrap()).await;
    let password = "correct horse battery";
    let form = [("csrf", login_token.as_str()), ("username", "ada"), ("password", password)];
    is_page(guest.http.post(guest.url("/login")).form(&form).send().await.unwrap()).await;
    for badge in ["/p/jq/badge.svg", "/p/jq/live-badge.svg"] {
        let answer = guest.get(badge).await;
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.headers()["content-type"], "image/svg+xml");
        assert!(answer.text().await.unwrap().contains("unavailable"));
    }
    assert_eq!(site.containers.books().wishes.len(), wishes, "no sandbox was asked for");

    postgres.run();
    // The pool looks for the server again every two seconds at the latest.
    assert_eq!(guest.get("/p/jq").await.status(), StatusCode::OK);
    assert_eq!(guest.get("/p/late").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(guest.get("/projects").await.status(), StatusCode::SEE_OTHER, "not logged in");
    assert_eq!(ada.get("/projects").await.status(), StatusCode::OK);
    assert_eq!(guest.try_it("jq").await.status(), StatusCode::SEE_OTHER);
    site.stop().await;
}
