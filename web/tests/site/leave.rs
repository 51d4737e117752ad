//! `/account/leave`.

use crate::support::{Person, Site, administrator, location, project, with};
use container_api::{BuildState, SandboxState};
use reqwest::StatusCode;

const RIGHT: &str = "correct horse battery";

async fn leave(person: &Person, name: &str, password: &str) -> reqwest::Response {
    let words = [("name", name), ("password", password)];
    person.submit("/account/leave", "/account/leave", &words).await
}

#[actix_web::test]
async fn everything_goes_and_nothing_runs_on() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    let second = Person::of(&site);
    second.log_in("ada", RIGHT).await;
    let bob = Person::signed_up(&site, "bob").await;
    bob.publish("ed").await;
    let slow = with(project("Slow"), "script", "wait");
    ada.submit("/projects/new", "/projects/new", &slow).await;
    let guest = Person::of(&site);
    let (theirs, own) = (location(&guest.try_it("jq").await), location(&ada.try_it("ed").await));

    let page = ada.page("/account/leave").await;
    for text in ["jq", "Slow", "2 projects", "what runs now (1) is stopped", "/account/export"] {
        assert!(page.contains(text), "no {text} in {page}");
    }
    for (name, password, says) in [
        ("", RIGHT, "Type ada"),
        ("bob", RIGHT, "Type ada"),
        ("ada", "wrong wrong", "This is not your password."),
    ] {
        let answer = leave(&ada, name, password).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().await.unwrap().contains(says));
    }
    assert_eq!(ada.get("/p/jq").await.status(), StatusCode::OK, "nothing went");

    let answer = leave(&ada, "ada", RIGHT).await;
    assert_eq!(location(&answer), "/account/left", "{:?}", answer.text().await);
    assert!(ada.page("/account/left").await.contains("Your account is deleted"));
    for person in [&ada, &second] {
        assert_eq!(person.get("/account").await.status(), StatusCode::SEE_OTHER);
    }
    for path in ["/p/jq", "/p/slow", &theirs, &own] {
        assert_eq!(guest.get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
    {
        let books = site.containers.books();
        assert!(books.sandboxes.iter().all(|one| one.state == SandboxState::Ended));
        let slow = books.builds.iter().find(|(view, _)| view.repository.ends_with("slow")).unwrap();
        assert_eq!(slow.0.state, BuildState::Cancelled);
    }
    assert_eq!(Person::of(&site).log_in("ada", RIGHT).await.status(), 422);
    assert_eq!(bob.get("/p/ed").await.status(), StatusCode::OK, "others stay");
    // The name is free, and a new account has nothing of the old one.
    let again = Person::signed_up(&site, "ada").await;
    assert!(again.page("/projects").await.contains("No projects yet"));
    let export = again.get("/account/export").await.text().await.unwrap();
    assert!(!export.contains("account.delete"), "what the name's former holder did: {export}");
    site.stop().await;
}

#[actix_web::test]
async fn where_sandboxes_cannot_be_ended_the_account_stays() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    ada.try_it("jq").await;
    site.containers.stop().await;
    let answer = leave(&ada, "ada", RIGHT).await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ada.get("/account").await.status(), StatusCode::OK);
    assert_eq!(ada.get("/p/jq").await.status(), StatusCode::OK);
    site.stop().await;
}

#[actix_web::test]
async fn the_only_administrator_is_warned() {
    let site = Site::start().await;
    let root = administrator(&site, "ada").await;
    assert!(root.page("/account/leave").await.contains("You are the only administrator"));
    let bob = Person::signed_up(&site, "bob").await;
    assert!(!bob.page("/account/leave").await.contains("only administrator"));
    assert_eq!(location(&leave(&root, "ada", RIGHT).await), "/account/left");
    site.stop().await;
}
