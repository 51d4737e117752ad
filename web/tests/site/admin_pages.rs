//! `/admin/…`: for administrators only; roles; sandboxes of others.

use crate::support::{Person, Site, administrator, location};
use container_api::EndReason;
use reqwest::StatusCode;

const PAGES: [&str; 5] =
    ["/admin", "/admin/sandboxes", "/admin/users", "/admin/quotas", "/admin/audit"];
const FORMS: [&str; 4] = [
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
    assert!(page.contains("double") && page.contains("None at all."), "{page}");
    site.containers.stop().await;
    assert!(root.page("/admin").await.contains("cannot be reached"));
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
    let fields = crate::support::with(crate::support::project("Slow"), "script", "wait");
    let build = location(&ada.submit("/projects/new", "/projects/new", &fields).await);
    let root = administrator(&site, "grace").await;
    assert!(root.page("/admin").await.contains(&format!("href=\"{build}\"")));
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
