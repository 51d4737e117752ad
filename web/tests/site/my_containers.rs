//! `/containers`, `POST /s/{id}/…` and their twins in the API.

use crate::support::{Person, Program, Site, location};
use container_api::{EndReason, SandboxState};
use reqwest::{Method, StatusCode};
use serde_json::json;

const HERE: &str = "/containers";

/// Presses a button on the list.
async fn press(person: &Person, terminal: &str, verb: &str) {
    let answer =
        person.submit(HERE, &format!("{terminal}/{verb}"), &[("from", "containers")]).await;
    assert_eq!((answer.status(), location(&answer).as_str()), (StatusCode::SEE_OTHER, HERE));
}

#[actix_web::test]
async fn a_guest_steers_what_runs_and_finds_it_again() {
    let site = Site::start().await;
    site.with_project("jq").await;
    let guest = Person::of(&site);
    let empty = guest.page(HERE).await;
    assert!(empty.contains("Nothing is running") && empty.contains("Nothing is over yet"));

    let terminal = location(&guest.try_it("jq").await);
    let page = guest.page(HERE).await;
    assert!(page.contains(&format!("href=\"{terminal}\"")) && page.contains("Running"), "{page}");
    for part in [HERE, "/containers/usage"] {
        let page = guest.page(part).await;
        for words in ["25 % · 12.3 s in all", "3.0 MiB of 512 MiB", "2 of 256", "700 B in, 0 B out"]
        {
            assert!(page.contains(words), "{part} lacks {words}: {page}");
        }
        assert!(!Person::of(&site).page(part).await.contains("12.3 s"), "it is nobody else's");
    }
    press(&guest, &terminal, "freeze").await;
    assert_eq!(site.containers.books().sandboxes[0].state, SandboxState::Frozen);
    let page = guest.page(HERE).await;
    assert!(page.contains("Frozen") && page.contains("Its time goes on"), "{page}");
    press(&guest, &terminal, "thaw").await;
    press(&guest, &terminal, "restart").await;
    assert_eq!(site.containers.books().sandboxes[0].state, SandboxState::Running);

    let before = site.containers.books().sandboxes[0].expires_at;
    for minutes in [15, 30] {
        assert!(guest.page(HERE).await.contains("+15 min"));
        press(&guest, &terminal, "extend").await;
        let after = site.containers.books().sandboxes[0].expires_at;
        assert_eq!((after - before).num_minutes(), minutes);
    }
    assert!(!guest.page(HERE).await.contains("+15 min"), "all the time is used up");
    press(&guest, &terminal, "extend").await;
    assert!(guest.page(HERE).await.contains("It has all the time that it may have."));

    let fields = [("from", "containers"), ("tag", " my   <b>jq</b> ")];
    guest.submit(HERE, &format!("{terminal}/name"), &fields).await;
    assert!(guest.page(HERE).await.contains("my &#60;b&#62;jq&#60;/b&#62;"));
    let long = "x".repeat(200);
    let fields = [("from", "containers"), ("tag", long.as_str())];
    guest.submit(HERE, &format!("{terminal}/name"), &fields).await;
    let refused = "notice-error\" role=\"alert\">A tag is one line of up to";
    assert!(guest.page(HERE).await.contains(refused), "what is refused looks like it");
    assert!(!guest.page(HERE).await.contains(refused), "it is told once");
    press(&guest, &terminal, "stop").await;
    let page = guest.page(HERE).await;
    assert!(page.contains("Nothing is running") && page.contains("You stopped this"), "{page}");
    assert!(page.contains("Try again") && page.contains("my &#60;b&#62;jq&#60;/b&#62;"));
    let answer = guest.submit(HERE, &format!("{terminal}/freeze"), &[("from", "containers")]).await;
    assert_eq!(location(&answer), HERE);
    assert!(guest.page(HERE).await.contains("It has ended in the meantime."));
    site.stop().await;
}

#[actix_web::test]
async fn nobody_steers_anothers() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    let guest = Person::of(&site);
    let terminal = location(&guest.try_it("jq").await);
    for verb in ["freeze", "thaw", "extend", "restart", "name"] {
        for stranger in [&Person::of(&site), &ada] {
            let answer = stranger.submit("/p/jq", &format!("{terminal}/{verb}"), &[]).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{verb}");
        }
        let unsigned = guest.http.post(guest.url(&format!("{terminal}/{verb}")));
        let answer = unsigned.form(&[("csrf", "x")]).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{verb}");
        let got = guest.get(&format!("{terminal}/{verb}")).await;
        assert_eq!(got.status(), StatusCode::METHOD_NOT_ALLOWED, "{verb}");
    }
    assert_eq!(site.containers.books().sandboxes[0].state, SandboxState::Running);
    site.stop().await;
}

#[actix_web::test]
async fn the_history_is_paged_and_filtered() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    ada.publish("htop").await;
    for turn in 0..28 {
        let slug = if turn == 0 { "htop" } else { "jq" };
        let terminal = location(&ada.try_it(slug).await);
        if turn == 0 {
            let named = ada.submit(HERE, &format!("{terminal}/name"), &[("tag", "first")]).await;
            assert_eq!(location(&named), terminal);
        }
        press(&ada, &terminal, "stop").await;
    }
    let rows = |page: &str| page.matches("data-past=").count();
    let page = ada.page(HERE).await;
    assert_eq!(rows(&page), 25);
    let next = page.split("rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let rest = ada.page(&next.replace("&#38;", "&")).await;
    assert_eq!(rows(&rest), 3);
    assert!(!rest.contains("rel=\"next\""));
    for (query, found) in [
        ("project=htop", 1),
        ("tag=first", 1),
        ("project=jq&tag=first", 0),
        ("project=nothing", 0),
        ("project=%00&tag=%25", 0),
    ] {
        assert_eq!(rows(&ada.page(&format!("{HERE}?{query}")).await), found, "{query}");
    }
    assert!(ada.page(&format!("{HERE}?tag=no")).await.contains("Nothing fits"));
    assert_eq!(ada.get(&format!("{HERE}?after=x")).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(rows(&Person::of(&site).page(HERE).await), 0);
    site.stop().await;
}

#[actix_web::test]
async fn without_the_container_server_the_history_is_still_there() {
    let site = Site::start().await;
    site.with_project("jq").await;
    let guest = Person::of(&site);
    let first = location(&guest.try_it("jq").await);
    press(&guest, &first, "stop").await;
    guest.try_it("jq").await;
    site.containers.stop().await;
    let page = guest.page(HERE).await;
    assert!(page.contains("cannot be reached just now") && page.contains("Not known"), "{page}");
    assert!(page.contains("data-past="));
    site.stop().await;
}

#[actix_web::test]
async fn programs_steer_by_the_api() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    let program = Program::with_token_of(&site, &ada, "write").await;
    let reader = Program::with_token_of(&site, &ada, "read").await;
    let made = program.post("/api/v1/sandboxes", &json!({ "project": "jq" })).await;
    let made: serde_json::Value = made.json().await.unwrap();
    let path = format!("/api/v1/sandboxes/{}", made["id"].as_str().unwrap());
    let post = async |program: &Program, verb: &str| {
        program.request(Method::POST, &format!("{path}/{verb}")).send().await.unwrap()
    };
    let statistics = format!("{path}/statistics");
    let used: serde_json::Value = reader.get(&statistics).await.json().await.unwrap();
    assert_eq!((&used["processes"], &used["limits"]["processes"]), (&json!(2), &json!(256)));
    assert_eq!(Program::of(&site).get(&statistics).await.status(), StatusCode::NOT_FOUND);
    for (verb, state) in
        [("freeze", "frozen"), ("thaw", "running"), ("restart", "running"), ("extend", "running")]
    {
        assert_eq!(post(&reader, verb).await.status(), StatusCode::FORBIDDEN, "{verb}");
        let answer = post(&program, verb).await;
        assert_eq!(answer.status(), StatusCode::OK, "{verb}");
        let view: serde_json::Value = answer.json().await.unwrap();
        assert_eq!(view["state"], state, "{verb}");
        assert_eq!(view["expires_at"] == made["expires_at"], verb != "extend");
    }
    assert_eq!(post(&program, "extend").await.status(), StatusCode::OK);
    assert_eq!(post(&program, "extend").await.status(), StatusCode::CONFLICT);
    site.containers.end(EndReason::Idle);
    assert_eq!(post(&program, "freeze").await.status(), StatusCode::GONE);
    assert_eq!(reader.get(&statistics).await.status(), StatusCode::GONE);
    assert_eq!(post(&Program::of(&site), "freeze").await.status(), StatusCode::NOT_FOUND);
    site.stop().await;
}
