//! `/projects`, `/p/{slug}/manage` and what hangs on it: rolling back, archiving, handing over,
//! removing, statistics.

use crate::support::{Person, Program, Site, location, project, with};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

/// The digest that a new visitor of `jq` gets.
async fn digest(site: &Site) -> String {
    let guest = Person::of(site);
    guest.try_it("jq").await;
    site.containers.books().wishes.last().unwrap().image.digest.clone()
}

async fn build_again(site: &Site, ada: &Person) {
    let answer = ada.submit("/p/jq/manage", "/p/jq/rebuild", &[]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    ada.page(&location(&answer)).await;
    assert!(!site.containers.books().builds.is_empty());
}

/// The values of the buttons that roll back.
fn earlier(page: &str) -> Vec<String> {
    let parts = page.split("name=\"build\" value=\"").skip(1);
    parts.map(|part| part.split('"').next().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn an_earlier_image_comes_back() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    let first = digest(&site).await;
    assert!(earlier(&ada.page("/p/jq/manage").await).is_empty(), "there is one image only");
    build_again(&site, &ada).await;
    let second = digest(&site).await;
    assert_ne!(first, second);
    let page = ada.page("/p/jq/manage").await;
    assert!(page.contains("12.3 MB") && page.contains("Visitors get this"), "{page}");
    let builds = earlier(&page);
    assert_eq!(builds.len(), 1);

    let fields = [("build", builds[0].as_str())];
    ada.submit("/p/jq/manage", "/p/jq/rollback", &fields).await;
    assert_eq!(digest(&site).await, first);
    // A later build takes over again.
    build_again(&site, &ada).await;
    let third = digest(&site).await;
    assert!(third != first && third != second);

    // What the registry holds no more, nobody gets.
    site.containers.books().gone.push(first.clone());
    ada.submit("/p/jq/manage", "/p/jq/rollback", &fields).await;
    let page = ada.page("/p/jq/manage").await;
    assert!(page.contains("The registry does not have this image any more"), "{page}");
    assert_eq!(digest(&site).await, third);

    for stranger in ["", "0123456789abcdef0123456789abcdef", "x"] {
        let answer = ada.submit("/p/jq/manage", "/p/jq/rollback", &[("build", stranger)]).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{stranger}");
    }
    ada.publish("htop").await;
    let answer = ada.submit("/p/htop/manage", "/p/htop/rollback", &fields).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND, "it is another project's build");
    site.stop().await;
}

#[actix_web::test]
async fn the_upkeep_is_its_maintainer_s() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    assert!(ada.page("/projects").await.contains("/p/jq/manage"));
    let bob = Person::signed_up(&site, "bob").await;
    for path in ["/p/jq/manage", "/p/jq/delete"] {
        assert_eq!(bob.get(path).await.status(), StatusCode::FORBIDDEN, "{path}");
        let answer = Person::of(&site).get(path).await;
        assert!(location(&answer).starts_with("/login"), "{path}");
    }
    assert_eq!(bob.get("/p/jq/statistics").await.status(), StatusCode::NOT_FOUND);
    for verb in
        ["rebuild", "rollback", "archive", "unarchive", "transfer", "transfer/withdraw", "delete"]
    {
        let answer = bob.submit("/p/jq", &format!("/p/jq/{verb}"), &[("confirm", "jq")]).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{verb}");
        let unsigned = ada.http.post(ada.url(&format!("/p/jq/{verb}"))).form(&[("csrf", "x")]);
        assert_eq!(unsigned.send().await.unwrap().status(), StatusCode::FORBIDDEN, "{verb}");
    }
    for verb in ["transfer/accept", "transfer/decline"] {
        let answer = bob.submit("/p/jq", &format!("/p/jq/{verb}"), &[]).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{verb}");
    }
    site.stop().await;
}

#[actix_web::test]
async fn an_archived_project_cannot_be_tried_and_comes_back() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    let guest = Person::of(&site);
    let terminal = location(&guest.try_it("jq").await);
    ada.submit("/p/jq/manage", "/p/jq/archive", &[]).await;
    assert!(ada.page("/projects").await.contains("Archived"));
    assert!(guest.page(&terminal).await.contains("data-terminal="), "what runs goes on");
    let answer = Person::of(&site).submit("/", "/p/jq/try", &[]).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    let listed = Program::of(&site).read("/api/v1/projects").await;
    assert_eq!(listed["projects"], json!([]));
    ada.submit("/p/jq/manage", "/p/jq/unarchive", &[]).await;
    assert_eq!(Person::of(&site).try_it("jq").await.status(), StatusCode::SEE_OTHER);
    site.stop().await;
}

#[actix_web::test]
async fn a_project_changes_hands_when_both_wish_it() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    let bob = Person::signed_up(&site, "bob").await;
    for (to, confirm, says) in [
        ("bob", "j", "by mistake"),
        ("nobody", "jq", "Nobody here has that name"),
        ("ada", "jq", "already"),
        ("' OR 1=1", "jq", "Nobody here has that name"),
    ] {
        let fields = [("to", to), ("confirm", confirm)];
        let answer = ada.submit("/p/jq/manage", "/p/jq/transfer", &fields).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{to}");
        let page = answer.text().await.unwrap();
        assert!(page.contains(says), "{to}: {page}");
    }
    let offer = async || {
        let fields = [("to", "bob"), ("confirm", "jq")];
        let answer = ada.submit("/p/jq/manage", "/p/jq/transfer", &fields).await;
        assert_eq!(location(&answer), "/p/jq/manage");
    };
    offer().await;
    assert!(ada.page("/p/jq/manage").await.contains("It is offered to bob"));
    ada.submit("/p/jq/manage", "/p/jq/transfer/withdraw", &[]).await;
    assert!(!bob.page("/projects").await.contains("transfer/accept"));
    offer().await;
    let eve = Person::signed_up(&site, "eve").await;
    let answer = eve.submit("/projects", "/p/jq/transfer/accept", &[]).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND, "it is offered to bob");
    assert!(bob.page("/projects").await.contains("ada wishes to give you the project jq"));
    bob.submit("/projects", "/p/jq/transfer/decline", &[]).await;
    assert!(ada.page("/p/jq/manage").await.contains("Offer it"));
    offer().await;
    bob.submit("/projects", "/p/jq/transfer/accept", &[]).await;
    assert_eq!(ada.get("/p/jq/manage").await.status(), StatusCode::FORBIDDEN);
    assert!(bob.page("/p/jq/manage").await.contains("Build again"));
    assert!(!ada.page("/projects").await.contains("/p/jq/manage"));
    site.stop().await;
}

#[actix_web::test]
async fn the_receivers_quota_counts() {
    let site = Site::with(|config| config.tries.projects = 1).await;
    let ada = site.with_project("jq").await;
    let bob = Person::signed_up(&site, "bob").await;
    bob.publish("htop").await;
    ada.submit("/p/jq/manage", "/p/jq/transfer", &[("to", "bob"), ("confirm", "jq")]).await;
    let answer = bob.submit("/projects", "/p/jq/transfer/accept", &[]).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    assert!(ada.page("/p/jq/manage").await.contains("It is offered to bob"), "the offer stands");
    site.stop().await;
}

#[actix_web::test]
async fn a_project_is_deleted_once_its_slug_is_typed() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    Person::of(&site).try_it("jq").await;
    let page = ada.page("/p/jq/delete").await;
    assert!(page.contains("which is stopped: 1.") && page.contains("archive it instead"), "{page}");
    let answer = ada.submit("/p/jq/delete", "/p/jq/delete", &[("confirm", "JQ")]).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let answer = ada.submit("/p/jq/delete", "/p/jq/delete", &[("confirm", "jq")]).await;
    assert_eq!(location(&answer), "/projects");
    for path in ["/p/jq", "/p/jq/manage", "/p/jq/delete"] {
        assert_eq!(ada.get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
    site.stop().await;
}

#[actix_web::test]
async fn builds_are_cancelled_from_their_list() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    let fields = with(project("Slow"), "script", "wait");
    let build = location(&ada.submit("/projects/new", "/projects/new", &fields).await);
    let page = ada.page("/p/slow/manage").await;
    assert!(page.contains(&format!("action=\"{build}/cancel\"")) && page.contains("No image yet"));
    ada.submit("/p/slow/manage", &format!("{build}/cancel"), &[]).await;
    assert!(ada.page("/p/slow/manage").await.contains("data-state=\"cancelled\""));
    assert_eq!(ada.get("/p/slow/manage?after=x").await.status(), StatusCode::NOT_FOUND);
    site.stop().await;
}

#[actix_web::test]
async fn how_quickly_a_try_came_is_told() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    let empty = ada.page("/p/jq/statistics?days=90").await;
    assert!(empty.contains("Nobody tried it in these days"), "{empty}");
    ada.try_it("jq").await;
    {
        let mut books = site.containers.books();
        let view = &mut books.sandboxes[0];
        view.ready_at = Some(view.created_at + chrono::TimeDelta::milliseconds(40));
        view.first_command_at = Some(view.created_at + chrono::TimeDelta::milliseconds(2_500));
    }
    let seen = site.containers.books().listings;
    while site.containers.books().listings < seen + 2 {
        actix_web::rt::time::sleep(Duration::from_millis(50)).await;
    }
    for query in ["", "?days=30", "?days=90", "?days=%27", "?days=-1"] {
        let page = ada.page(&format!("/p/jq/statistics{query}")).await;
        for text in ["40 ms", "2.5 s", "Running still", "<svg", "As a table"] {
            assert!(page.contains(text), "{query}: no {text} in {page}");
        }
        let days = if query == "?days=90" { 90 } else { 30 };
        assert_eq!(page.matches("class=\"chart-bar\" x=").count(), days, "{query}");
    }
    site.stop().await;
}

#[actix_web::test]
async fn programs_roll_back_and_archive() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    let first = digest(&site).await;
    let program = Program::with_token_of(&site, &ada, "write").await;
    let reader = Program::with_token_of(&site, &ada, "read").await;
    let builds = program.read("/api/v1/projects/jq/builds").await;
    let wish = json!({ "build": builds["builds"][0]["id"] });
    build_again(&site, &ada).await;
    let path = "/api/v1/projects/jq/rollback";
    assert_eq!(reader.post(path, &wish).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(Program::of(&site).post(path, &wish).await.status(), StatusCode::UNAUTHORIZED);
    let answer = program.post(path, &wish).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let view: Value = answer.json().await.unwrap();
    assert_eq!(view["slug"], "jq");
    assert_eq!(digest(&site).await, first);
    let none = json!({ "build": "0123456789abcdef0123456789abcdef" });
    assert_eq!(program.post(path, &none).await.status(), StatusCode::NOT_FOUND);
    for (verb, tried) in [("archive", 409), ("archive", 409), ("unarchive", 201)] {
        let path = format!("/api/v1/projects/jq/{verb}");
        assert_eq!(
            reader.request(Method::POST, &path).send().await.unwrap().status(),
            StatusCode::FORBIDDEN
        );
        let answer = program.request(Method::POST, &path).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{verb}");
        let answer = Person::of(&site).post_sandbox("jq").await;
        assert_eq!(answer.status(), tried, "{verb}");
    }
    site.stop().await;
}
