//! `/admin/…`: for administrators only; roles; sandboxes of others.

use crate::support::{Person, Site, administrator, location, project};
use container_api::EndReason;
use reqwest::StatusCode;

const PAGES: [&str; 9] = [
    "/admin",
    "/admin/reports",
    "/admin/builds",
    "/admin/projects",
    "/admin/sandboxes",
    "/admin/users",
    "/admin/bans",
    "/admin/quotas",
    "/admin/audit",
];
const FORMS: [&str; 8] = [
    "/admin/projects/jq/archive",
    "/admin/builds/0123456789abcdef0123456789abcdef/cancel",
    "/admin/bans",
    "/admin/bans/lift",
    "/admin/quotas",
    "/admin/quotas/remove",
    "/admin/users/role",
    "/admin/sandboxes/0123456789abcdef0123456789abcdef/stop",
];

#[actix_web::test]
async fn nobody_else_sees_the_pages() {
    let site = Site::start().await;
    let root = administrator(&site, "grace").await;
    let user = Person::signed_up(&site, "ada").await;
    let guest = Person::of(&site);
    for path in PAGES {
        assert_eq!(user.get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
        let answer = guest.get(path).await;
        assert_eq!(location(&answer), format!("/login?next={path}"));
        assert!(root.page(path).await.contains("aria-label=\"Administration\""), "{path}");
    }
    for path in FORMS {
        let answer = user.submit("/projects/new", path, &[("subject", "guest")]).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        let answer = guest.submit("/login", path, &[("subject", "guest")]).await;
        assert!(location(&answer).starts_with("/login?next=/admin/"), "{path}");
    }
    assert!(root.page("/").await.contains("href=\"/admin\""));
    assert!(!user.page("/").await.contains("href=\"/admin\""));
    site.stop().await;
}

#[actix_web::test]
async fn the_overview_goes_on_without_the_container_server() {
    let site = Site::start().await;
    let root = administrator(&site, "grace").await;
    let page = root.page("/admin").await;
    for text in ["double", "of 100", "metadata-unreachable", "not in force", "10.0.0.0/8"] {
        assert!(page.contains(text), "no {text} in {page}");
    }
    // The self-test in the reader's words; what went wrong in detail, as the server tells it.
    assert!(page.contains("Sandboxes do not reach this machine."), "{page}");
    assert!(
        page.contains("169.254.169.254 answered") && !page.contains("The host did not answer.")
    );
    let korean = root.http.get(root.url("/admin")).header("accept-language", "ko");
    let korean = korean.send().await.unwrap().text().await.unwrap();
    assert!(korean.contains("샌드박스에서 이 서버에 연결할 수 없어요."), "{korean}");
    // Five pictures with their words, and the same as a table.
    assert_eq!(page.matches("<svg class=\"graph-picture\"").count(), 5);
    assert!(page.contains("Processor: 25 % now, at most 25 % in the last 10 minutes"));
    assert_eq!(page.matches("<th scope=\"row\">").count(), 10);
    let part = root.page("/admin/live").await;
    assert!(!part.contains("<html") && part.contains("graph-picture"), "{part}");
    site.containers.stop().await;
    for path in ["/admin", "/admin/live"] {
        let page = root.page(path).await;
        for text in ["cannot be reached", "The load is not known.", "as was last known"] {
            assert!(page.contains(text), "no {text} at {path}");
        }
    }
    site.stop().await;
}

#[actix_web::test]
async fn an_administrator_has_the_walls_tried() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    let root = administrator(&site, "grace").await;
    assert!(root.page("/admin").await.contains("action=\"/admin/self-test\""));
    let answer = root.submit("/admin", "/admin/self-test", &[]).await;
    assert_eq!(location(&answer), "/admin");
    assert!(root.page("/admin").await.contains("a wall does not stand"));
    let log = root.page("/admin/audit").await;
    assert!(log.contains("self-test.run") && log.contains("It did not pass."), "{log}");
    let answer = ada.submit("/", "/admin/self-test", &[]).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    site.stop().await;
}

#[actix_web::test]
async fn an_administrator_stops_anybodys_sandbox_and_types_into_none() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    let root = administrator(&site, "grace").await;
    let guest = Person::of(&site);
    let of_guest = location(&guest.try_it("jq").await);
    let of_ada = location(&ada.try_it("jq").await);
    let page = root.page("/admin/sandboxes").await;
    for text in [">guest<", ">ada<", "127.0.0.0/24"] {
        assert!(page.contains(text), "no {text} in {page}");
    }
    for terminal in [&of_guest, &of_ada] {
        assert_eq!(root.get(terminal).await.status(), StatusCode::NOT_FOUND);
        let id = terminal.strip_prefix("/s/").unwrap();
        let stop = format!("/admin/sandboxes/{id}/stop");
        let answer = root.submit("/admin/sandboxes", &stop, &[]).await;
        assert_eq!(location(&answer), "/admin/sandboxes");
    }
    assert!(guest.page(&of_guest).await.contains("Ended by the operator"));
    assert!(root.page("/admin/sandboxes").await.contains("Nobody tries anything"));
    let books = site.containers.books().sandboxes.clone();
    assert!(books.iter().all(|sandbox| sandbox.end == Some(EndReason::Operator)));
    site.stop().await;
}

#[actix_web::test]
async fn an_administrator_sees_and_cancels_builds_but_edits_nothing() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    let fields = crate::support::with(project("Slow"), "script", "wait");
    let build = location(&ada.submit("/projects/new", "/projects/new", &fields).await);
    let root = administrator(&site, "grace").await;
    assert!(root.page("/admin/builds").await.contains(&format!("href=\"{build}\"")));
    assert!(root.page(&build).await.contains("Cancel"));
    assert_eq!(root.get(&format!("{build}/log")).await.status(), StatusCode::OK);
    assert_eq!(root.get("/p/slow/edit").await.status(), StatusCode::FORBIDDEN);
    let answer = root.submit(&build, &format!("{build}/cancel"), &[]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert!(ada.page(&build).await.contains("data-state=\"cancelled\""));
    site.stop().await;
}

#[actix_web::test]
async fn roles_are_given_and_taken_but_the_last_stays() {
    let site = Site::start().await;
    let root = administrator(&site, "grace").await;
    let ada = Person::signed_up(&site, "ada").await;
    let role = async |who: &Person, name: &str, role: &str| {
        let page = if who.get("/admin/users").await.status() == 200 { "/admin/users" } else { "/" };
        who.submit(page, "/admin/users/role", &[("name", name), ("role", role)]).await.status()
    };
    assert_eq!(role(&root, "grace", "user").await, StatusCode::CONFLICT);
    assert_eq!(role(&root, "nobody", "administrator").await, StatusCode::NOT_FOUND);
    assert_eq!(role(&ada, "ada", "administrator").await, StatusCode::NOT_FOUND);
    assert_eq!(role(&root, "ada", "administrator").await, StatusCode::SEE_OTHER);
    assert!(ada.page("/admin/users?q=gr").await.contains("grace"));
    assert!(!ada.page("/admin/users?q=gr").await.contains(">ada</a></td>"));
    assert_eq!(role(&ada, "grace", "user").await, StatusCode::SEE_OTHER);
    assert_eq!(root.get("/admin").await.status(), StatusCode::NOT_FOUND);
    site.stop().await;
}

#[actix_web::test]
async fn the_sites_own_account_is_neither_banned_nor_given_a_role() {
    let site = Site::start().await;
    let root = administrator(&site, "grace").await;
    site.sql("INSERT INTO users (name, created_at) VALUES ('trythis', CURRENT_TIMESTAMP)");
    let page = root.page("/admin/users?q=trythis").await;
    assert!(page.contains("The site’s own"), "{page}");
    assert!(!page.contains("/admin/bans?subject=trythis") && !page.contains("Make administrator"));
    let fields = [("name", "trythis"), ("role", "administrator")];
    let answer = root.submit("/admin/users", "/admin/users/role", &fields).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    let fields = [("subject", "trythis"), ("reason", "A mistake."), ("lasts", "")];
    let answer = root.submit("/admin/bans", "/admin/bans", &fields).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().await.unwrap().contains("nobody can log in as it"));
    site.stop().await;
}

#[actix_web::test]
async fn builds_are_seen_and_cancelled_by_list() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    let script = |name, script| crate::support::with(project(name), "script", script);
    for (name, text) in [("Slow", "wait"), ("Broken", "fail")] {
        let answer = ada.submit("/projects/new", "/projects/new", &script(name, text)).await;
        ada.page(&location(&answer)).await;
    }
    let root = administrator(&site, "grace").await;
    let page = root.page("/admin/builds").await;
    assert!(page.contains("A command failed with exit code 7") && page.contains(">Slow</a>"));
    let cancel = page.split("action=\"/admin/builds/").nth(1).unwrap().split('"').next().unwrap();
    let cancel = format!("/admin/builds/{cancel}");
    assert_eq!(location(&root.submit("/admin/builds", &cancel, &[]).await), "/admin/builds");
    assert!(root.page("/admin/builds").await.contains("The build of Slow is cancelled."));
    assert!(root.page("/admin/builds").await.contains("Nothing is being built."));
    site.stop().await;
}

#[actix_web::test]
async fn projects_are_found_archived_and_put_back() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    ada.publish("ripgrep").await;
    let root = administrator(&site, "grace").await;
    for (query, jq, ripgrep) in
        [("", true, true), ("q=grep", false, true), ("q=ADA", true, true), ("q=%25", false, false)]
    {
        let page = root.page(&format!("/admin/projects?{query}")).await;
        let has = |slug: &str| page.contains(&format!("href=\"/p/{slug}\""));
        assert_eq!((has("jq"), has("ripgrep")), (jq, ripgrep), "{query}");
    }
    let archive = async |archived: &str| {
        let fields = [("archived", archived)];
        root.submit("/admin/projects", "/admin/projects/jq/archive", &fields).await
    };
    assert_eq!(archive("yes").await.status(), StatusCode::SEE_OTHER);
    assert!(root.page("/admin/projects").await.contains(">archived</span>"));
    assert!(root.page("/p/jq/delete").await.contains("jq"));
    assert!(!Person::of(&site).page("/").await.contains("href=\"/p/jq\""));
    assert_eq!(archive("no").await.status(), StatusCode::SEE_OTHER);
    assert_eq!(ada.try_it("jq").await.status(), StatusCode::SEE_OTHER);
    let log = root.page("/admin/audit?subject=project:jq").await;
    for text in ["project.archive", "project.unarchive"] {
        assert!(log.contains(text), "{text}");
    }
    site.stop().await;
}
