//! `POST /p/{slug}/try`, `/s/{id}`, `/s/{id}/stop`.

use crate::support::{Person, Program, Site, location, project, with};
use container_api::EndReason;
use reqwest::StatusCode;

#[actix_web::test]
async fn a_guest_tries_and_stops() {
    let site = Site::start().await;
    site.with_project("jq").await;
    let guest = Person::of(&site);
    let answer = guest.try_it("jq").await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let terminal = location(&answer);
    {
        let books = site.containers.books();
        let wish = &books.wishes[0];
        assert_eq!((wish.size.columns, wish.size.rows), (100, 30));
        assert_eq!((wish.title.as_str(), wish.owner_quota), ("jq", 1));
        assert!(wish.owner.starts_with("g:"));
    }
    let page = guest.page(&terminal).await;
    let id = terminal.strip_prefix("/s/").unwrap();
    assert!(page.contains(&format!("data-terminal=\"/api/v1/sandboxes/{id}\"")), "{page}");
    assert!(guest.page("/p/jq").await.contains("<dd>once</dd>"));

    let answer = guest.submit(&terminal, &format!("{terminal}/stop"), &[]).await;
    assert_eq!(location(&answer), terminal);
    let ended = guest.page(&terminal).await;
    assert!(ended.contains("You stopped this sandbox.") && ended.contains("Try again"), "{ended}");
    site.stop().await;
}

#[actix_web::test]
async fn guests_are_refused_while_a_wall_does_not_stand() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    site.containers.books().walls_down = true;
    let guest = Person::of(&site);
    let answer = guest.try_it("jq").await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    let page = answer.text().await.unwrap();
    assert!(page.contains("Sandboxes are closed to guests just now"), "{page}");
    assert!(page.contains("log in") && !page.contains("walls-down"), "{page}");
    let wish = serde_json::json!({"project": "jq"});
    let answer = Program::of(&site).post("/api/v1/sandboxes", &wish).await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    let problem: serde_json::Value = answer.json().await.unwrap();
    assert!(problem["type"].as_str().unwrap().ends_with("walls-down"), "{problem}");
    // Who has an account goes on; nothing was written down of the others.
    assert_eq!(ada.try_it("jq").await.status(), StatusCode::SEE_OTHER);
    assert_eq!(site.containers.books().wishes.len(), 1);
    assert!(guest.page("/p/jq").await.contains("<dd>once</dd>"));
    site.containers.books().walls_down = false;
    assert_eq!(guest.try_it("jq").await.status(), StatusCode::SEE_OTHER);
    site.stop().await;
}

#[actix_web::test]
async fn a_sandbox_is_its_visitors_own() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    let guest = Person::of(&site);
    let terminal = location(&guest.try_it("jq").await);
    for stranger in [Person::of(&site), ada] {
        assert_eq!(stranger.get(&terminal).await.status(), StatusCode::NOT_FOUND);
        let answer = stranger.submit("/p/jq", &format!("{terminal}/stop"), &[]).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    }
    assert!(guest.page(&terminal).await.contains("data-terminal="));
    site.stop().await;
}

#[actix_web::test]
async fn the_end_says_why() {
    let site = Site::start().await;
    site.with_project("jq").await;
    for (reason, says) in [
        (EndReason::Exited { code: 3 }, "exit code 3"),
        (EndReason::Idle, "2 minutes"),
        (EndReason::Lifetime, "30 minutes"),
        (EndReason::OutOfMemory, "512 MiB"),
        (EndReason::Operator, "restarted"),
        (EndReason::Failed { message: "No <such> program.".into() }, "No &#60;such&#62; program."),
    ] {
        let guest = Person::of(&site);
        let terminal = location(&guest.try_it("jq").await);
        site.containers.end(reason.clone());
        let page = guest.page(&terminal).await;
        assert!(page.contains(says) && page.contains("data-try-form"), "{reason:?}: {page}");
    }
    site.stop().await;
}

#[actix_web::test]
async fn a_second_sandbox_is_offered_as_a_choice() {
    let site = Site::start().await;
    let ada = site.with_project("First").await;
    ada.publish("Second").await;
    let guest = Person::of(&site);
    let first = location(&guest.try_it("first").await);
    let answer = guest.try_it("second").await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    let page = answer.text().await.unwrap();
    for text in ["First", "Second", "name=\"replace\"", &format!("href=\"{first}\"")] {
        assert!(page.contains(text), "no {text} in {page}");
    }
    assert!(page.contains("name=\"columns\" value=\"100\""));
    assert_eq!(site.containers.books().sandboxes.len(), 1);

    let answer = guest.submit("/p/second", "/p/second/try", &[("replace", "1")]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert!(guest.page(&location(&answer)).await.contains("Second"));
    assert!(guest.page(&first).await.contains("You stopped this sandbox."));
    site.stop().await;
}

#[actix_web::test]
async fn an_ended_sandbox_is_in_nobodys_way() {
    let site = Site::start().await;
    site.with_project("jq").await;
    let guest = Person::of(&site);
    guest.try_it("jq").await;
    site.containers.end(EndReason::Exited { code: 0 });
    assert_eq!(guest.try_it("jq").await.status(), StatusCode::SEE_OTHER);
    site.stop().await;
}

#[actix_web::test]
async fn a_guest_who_signs_up_keeps_the_sandbox_and_the_limit() {
    let site = Site::start().await;
    site.with_project("jq").await;
    let guest = Person::of(&site);
    let terminal = location(&guest.try_it("jq").await);
    guest.sign_up("bob", "correct horse battery").await;
    assert!(guest.page(&terminal).await.contains("data-terminal="));
    assert_eq!(guest.try_it("jq").await.status(), StatusCode::CONFLICT);
    site.stop().await;
}

#[actix_web::test]
async fn a_get_starts_and_stops_nothing() {
    let site = Site::start().await;
    site.with_project("jq").await;
    let guest = Person::of(&site);
    let answer = guest.get("/p/jq/try").await;
    assert_eq!((answer.status(), location(&answer).as_str()), (StatusCode::SEE_OTHER, "/p/jq"));
    let head = guest.http.head(guest.url("/p/jq/try")).send().await.unwrap();
    assert_ne!(head.status(), StatusCode::OK);
    assert!(site.containers.books().sandboxes.is_empty());
    let terminal = location(&guest.try_it("jq").await);
    assert_eq!(location(&guest.get(&format!("{terminal}/stop")).await), terminal);
    assert!(guest.page(&terminal).await.contains("data-terminal="));
    site.stop().await;
}

#[actix_web::test]
async fn what_has_no_image_cannot_be_tried() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    let fields = with(project("Slow"), "script", "wait");
    ada.submit("/projects/new", "/projects/new", &fields).await;
    assert!(!Person::of(&site).page("/p/slow").await.contains("data-try-form"));
    let answer = ada.submit("/", "/p/slow/try", &[]).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    assert!(answer.text().await.unwrap().contains("Its first build has not succeeded yet"));
    let answer = ada.submit("/", "/p/unknown/try", &[]).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    site.stop().await;
}

#[actix_web::test]
async fn starts_from_one_network_are_limited() {
    let site = Site::with(|config| config.tries.per_minute = 2).await;
    site.with_project("jq").await;
    for expected in [303, 303, 429] {
        let answer = Person::of(&site).try_it("jq").await;
        assert_eq!(answer.status(), expected);
        assert_eq!(answer.headers().contains_key("retry-after"), expected == 429);
    }
    site.stop().await;
}

#[actix_web::test]
async fn without_the_container_server_the_visitor_is_told() {
    let site = Site::start().await;
    site.with_project("jq").await;
    let guest = Person::of(&site);
    let terminal = location(&guest.try_it("jq").await);
    site.containers.stop().await;
    for answer in [Person::of(&site).try_it("jq").await, guest.get(&terminal).await] {
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(answer.text().await.unwrap().contains("not available just now"));
    }
    assert!(guest.page("/p/jq").await.contains("data-try-form"), "pages go on");
    site.stop().await;
}

#[actix_web::test]
async fn an_end_that_nobody_saw_is_remembered() {
    let site = Site::start().await;
    site.with_project("jq").await;
    let guest = Person::of(&site);
    let terminal = location(&guest.try_it("jq").await);
    site.containers.end(EndReason::Idle);
    // The next listing tells the reconciler; one more shows that it has written it down.
    let seen = site.containers.books().listings;
    guest.try_it("jq").await;
    while site.containers.books().listings < seen + 2 {
        actix_web::rt::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    site.containers.books().sandboxes.clear();
    assert!(guest.page(&terminal).await.contains("2 minutes"));
    site.stop().await;
}

#[actix_web::test]
async fn a_sandbox_that_was_not_written_down_can_be_replaced() {
    let site = Site::start().await;
    site.with_project("jq").await;
    let guest = Person::of(&site);
    guest.try_it("jq").await;
    // It takes the place of the one that is known, behind this side's back.
    {
        let mut books = site.containers.books();
        let mut stray = books.sandboxes[0].clone();
        stray.id = container_api::SandboxId::random();
        books.sandboxes[0] = stray;
    }
    assert_eq!(guest.try_it("jq").await.status(), StatusCode::CONFLICT);
    let answer = guest.submit("/p/jq", "/p/jq/try", &[("replace", "1")]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    site.stop().await;
}
