//! `/admin/bans`: who is kept out, from what, and who is told why.

use crate::support::{Person, Program, Site, administrator, location, problem, project, with};
use container_api::EndReason;
use reqwest::{Method, StatusCode};
use serde_json::json;
use std::time::{Duration, Instant};

const PASSWORD: &str = "correct horse battery";

async fn ban(root: &Person, subject: &str, reason: &str, lasts: &str) -> StatusCode {
    let fields = [("subject", subject), ("reason", reason), ("lasts", lasts)];
    root.submit("/admin/bans", "/admin/bans", &fields).await.status()
}

#[actix_web::test]
async fn a_banned_account_changes_nothing_and_is_told_why() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    let root = administrator(&site, "grace").await;
    let program = Program::with_token_of(&site, &ada, "write").await;
    let terminal = location(&ada.try_it("jq").await);
    let done = ban(&root, "ada", "She mines coins.", "24").await;
    assert_eq!(done, StatusCode::SEE_OTHER);
    let page = root.page("/admin/bans").await;
    assert!(page.contains("user:ada") && page.contains("She mines coins."), "{page}");

    // What ran is over, and looking goes on.
    assert!(ada.page(&terminal).await.contains("Ended by the operator"));
    assert_eq!(site.containers.books().sandboxes[0].end, Some(EndReason::Operator));
    ada.page("/p/jq").await;
    ada.page("/account").await;
    for (page, action, fields) in [
        ("/p/jq", "/p/jq/try", vec![("columns", "80"), ("rows", "24")]),
        ("/projects/new", "/projects/new", project("Spam")),
        ("/p/jq/edit", "/p/jq/edit", project("jq")),
        ("/account/tokens", "/account/tokens", vec![("name", "x"), ("scope", "write")]),
    ] {
        let answer = ada.submit(page, action, &fields).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{action}");
        let text = answer.text().await.unwrap();
        assert!(text.contains("Your account is banned"), "{text}");
        assert!(text.contains("She mines coins.") && text.contains("It ends at"), "{text}");
    }
    problem(program.post("/api/v1/sandboxes", &json!({"project": "jq"})).await, 403, "banned")
        .await;
    problem(program.delete("/api/v1/projects/jq").await, 403, "banned").await;
    program.read("/api/v1/me").await;

    // Logging out works, coming back does not; a wrong password tells nothing.
    let answer = ada.submit("/account", "/logout", &[]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let answer = ada.log_in("ada", PASSWORD).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert!(answer.text().await.unwrap().contains("She mines coins."));
    let answer = ada.log_in("ada", "something else").await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);

    let answer = root.submit("/admin/bans", "/admin/bans/lift", &[("subject", "user:ada")]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(ada.log_in("ada", PASSWORD).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(ada.try_it("jq").await.status(), StatusCode::SEE_OTHER);
    let log = root.page("/admin/audit?action=ban").await;
    for text in ["ban.set", "ban.lift", "She mines coins.", "user:ada"] {
        assert!(log.contains(text), "{text}");
    }
    site.stop().await;
}

#[actix_web::test]
async fn what_a_banned_account_builds_is_cancelled() {
    let site = Site::start().await;
    let root = administrator(&site, "grace").await;
    let mut builds = Vec::new();
    for name in ["ada", "bob"] {
        let person = Person::signed_up(&site, name).await;
        let fields = with(project(name), "script", "wait");
        let answer = person.submit("/projects/new", "/projects/new", &fields).await;
        builds.push(location(&answer));
    }
    assert_eq!(ban(&root, "ada", "She mines coins.", "").await, StatusCode::SEE_OTHER);
    for (build, cancelled) in builds.iter().zip([true, false]) {
        let page = root.page(build).await;
        assert_eq!(page.contains("data-state=\"cancelled\""), cancelled, "{page}");
    }
    let log = root.page("/admin/audit?action=build.cancel").await;
    assert!(log.contains("build.cancel") && log.contains("system"), "{log}");
    site.stop().await;
}

#[actix_web::test]
async fn a_banned_account_may_leave() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    let root = administrator(&site, "grace").await;
    assert_eq!(ban(&root, "ada", "Spam.", "").await, StatusCode::SEE_OTHER);
    assert_eq!(ada.get("/account/export").await.status(), StatusCode::OK);
    let fields = [("name", "ada"), ("password", PASSWORD)];
    let answer = ada.submit("/account/leave", "/account/leave", &fields).await;
    assert_eq!(location(&answer), "/account/left");
    // The ban was hers, and is not for whoever takes the name next.
    assert!(root.page("/admin/bans").await.contains("Nobody is banned"));
    Person::signed_up(&site, "ada").await;
    site.stop().await;
}

/// A site that believes what a proxy says of where people come from.
async fn behind_a_proxy() -> Site {
    Site::with(|config| config.address.behind_proxy = true).await
}

async fn post_from(who: &Person, address: &str, page: &str, action: &str) -> (StatusCode, String) {
    let token = who.token(page).await;
    let fields = [("csrf", token.as_str()), ("username", "eve"), ("password", PASSWORD)];
    let request = who.http.post(who.url(action)).header("x-forwarded-for", address).form(&fields);
    let answer = request.send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

#[actix_web::test]
async fn a_banned_network_starts_and_signs_up_nothing() {
    let site = behind_a_proxy().await;
    site.with_project("jq").await;
    let root = administrator(&site, "grace").await;
    let guest = Person::of(&site);
    let (status, _) = post_from(&guest, "192.0.2.7", "/p/jq", "/p/jq/try").await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(ban(&root, "192.0.2.99", "Attacks.", "").await, StatusCode::SEE_OTHER);
    assert_eq!(site.containers.books().sandboxes[0].end, Some(EndReason::Operator));
    for (page, action) in [("/p/jq", "/p/jq/try"), ("/signup", "/signup"), ("/login", "/login")] {
        let (status, text) = post_from(&guest, "192.0.2.8", page, action).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{action}");
        assert!(text.contains("Your network is banned") && text.contains("Attacks."), "{text}");
    }
    // Others are let in, and so is everybody to look.
    let (status, _) = post_from(&guest, "192.0.3.8", "/p/jq", "/p/jq/try").await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let look = guest.http.get(guest.url("/p/jq")).header("x-forwarded-for", "192.0.2.8");
    assert_eq!(look.send().await.unwrap().status(), StatusCode::OK);
    site.stop().await;
}

#[actix_web::test]
async fn nobody_is_locked_out_who_looks_after_the_site() {
    let site = Site::start().await;
    let root = administrator(&site, "grace").await;
    administrator(&site, "hedy").await;
    for (subject, lasts) in [
        ("grace", ""),
        ("hedy", ""),
        ("127.0.0.1", ""),
        ("127.0.0.0/8", ""),
        ("0.0.0.0/0", ""),
        // She comes by IPv4, and may come by IPv6 tomorrow.
        ("::/0", ""),
        ("nobody", ""),
        ("a:b", ""),
        ("ada", "7"),
    ] {
        let done = ban(&root, subject, "A mistake.", lasts).await;
        assert_eq!(done, StatusCode::UNPROCESSABLE_ENTITY, "{subject}");
    }
    assert!(root.page("/admin/bans").await.contains("Nobody is banned"));
    let wide = [("subject", "::/0"), ("reason", "All of it."), ("lasts", "")];
    let answer = root.submit("/admin/bans", "/admin/bans", &wide).await;
    assert!(answer.text().await.unwrap().contains("This network is too wide"));
    // The command line may ban the network; administrators who are logged in go on.
    let book = web::BanBook::open(site.database.clone()).await.unwrap();
    assert_eq!(book.set("127.0.0.1", "All of it.", None).await.unwrap(), "prefix:127.0.0.0/24");
    assert!(book.set("grace", "Her.", None).await.is_err());
    assert!(book.set("0.0.0.0/0", "Everybody.", None).await.is_err());
    wait_for(async || {
        let guest = Person::of(&site);
        guest.log_in("grace", PASSWORD).await.status() == StatusCode::FORBIDDEN
    })
    .await;
    let lifted = root.submit("/admin/bans", "/admin/bans/lift", &[("subject", "127.0.0.9")]).await;
    assert_eq!(lifted.status(), StatusCode::SEE_OTHER);
    let guest = Person::of(&site);
    assert_eq!(guest.log_in("grace", PASSWORD).await.status(), StatusCode::SEE_OTHER);
    site.stop().await;
}

/// Tries until it holds; two seconds are promised.
async fn wait_for(holds: impl AsyncFn() -> bool) {
    let start = Instant::now();
    while !holds().await {
        assert!(start.elapsed() < Duration::from_secs(10), "it never came");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[actix_web::test]
async fn a_ban_from_beside_stops_what_runs_and_ends_by_itself() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    let terminal = location(&ada.try_it("jq").await);
    let book = web::BanBook::open(site.database.clone()).await.unwrap();
    book.set("ada", "From beside.", Some(1)).await.unwrap();
    let ended = || site.containers.books().sandboxes[0].end == Some(EndReason::Operator);
    wait_for(async || ended()).await;
    assert!(ada.page(&terminal).await.contains("Ended by the operator"));
    assert!(book.list().await.unwrap()[0].starts_with("user:ada\tUntil "));
    assert!(book.lift("ada").await.unwrap());

    // One that is over does not count.
    let root = administrator(&site, "grace").await;
    let program = Program::with_token_of(&site, &root, "write").await;
    let soon = (chrono::Utc::now() + chrono::TimeDelta::seconds(2)).to_rfc3339();
    let body = json!({ "reason": "A moment.", "ends_at": soon });
    let put = program.request(Method::PUT, "/api/v1/admin/bans/user:ada").json(&body);
    assert_eq!(put.send().await.unwrap().status(), 200);
    assert_eq!(ada.try_it("jq").await.status(), StatusCode::FORBIDDEN);
    wait_for(async || ada.try_it("jq").await.status() == StatusCode::SEE_OTHER).await;
    assert_eq!(program.read("/api/v1/admin/bans").await["bans"], json!([]));
    assert!(root.page("/admin/bans").await.contains("over"));
    site.stop().await;
}

#[actix_web::test]
async fn programs_of_administrators_ban_and_lift() {
    let site = Site::start().await;
    Person::signed_up(&site, "ada").await;
    let root = administrator(&site, "grace").await;
    let program = Program::with_token_of(&site, &root, "write").await;
    let put = async |path: &str, body| {
        program.request(Method::PUT, path).json(&body).send().await.unwrap()
    };
    let ada = "/api/v1/admin/bans/user:ada";
    let answer = put(ada, json!({ "reason": " Spam. " })).await;
    assert_eq!(answer.status(), 200);
    let list = program.read("/api/v1/admin/bans").await;
    assert_eq!(list["bans"][0]["subject"], "user:ada");
    assert_eq!(
        (&list["bans"][0]["reason"], &list["bans"][0]["ends_at"]),
        (&json!("Spam."), &json!(null))
    );
    for (path, body, field) in [
        (ada, json!({ "reason": "" }), "reason"),
        (ada, json!({ "reason": "x", "ends_at": "2001-01-01T00:00:00Z" }), "ends_at"),
        ("/api/v1/admin/bans/user:grace", json!({ "reason": "x" }), "subject"),
        ("/api/v1/admin/bans/guest:x", json!({ "reason": "x" }), "subject"),
    ] {
        let wrong = problem(put(path, body).await, 422, "invalid").await;
        assert_eq!(wrong["errors"][0]["field"], field, "{path}");
    }
    let answer = put("/api/v1/admin/bans/user:nobody", json!({ "reason": "x" })).await;
    problem(answer, 404, "no-such-user").await;
    assert_eq!(program.delete(ada).await.status(), 204);
    problem(program.delete(ada).await, 404, "no-such-ban").await;
    site.stop().await;
}
