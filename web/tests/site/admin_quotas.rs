//! `/admin/quotas`: what is written there holds at once.

use crate::support::{Person, Site, administrator, location, project, with};
use reqwest::StatusCode;

async fn set(root: &Person, subject: &str, numbers: &[(&str, &str)]) {
    let mut fields = vec![("subject", subject)];
    fields.extend_from_slice(numbers);
    let answer = root.submit("/admin/quotas", "/admin/quotas", &fields).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", answer.text().await.unwrap());
}

async fn remove(root: &Person, subject: &str) {
    let answer =
        root.submit("/admin/quotas", "/admin/quotas/remove", &[("subject", subject)]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
}

/// The answer to a press on Try.
async fn tried(who: &Person) -> (StatusCode, String) {
    let answer = who.try_it("jq").await;
    (answer.status(), answer.text().await.unwrap())
}

#[actix_web::test]
async fn a_changed_quota_holds_at_once() {
    let site = Site::start().await;
    site.with_project("jq").await;
    let root = administrator(&site, "grace").await;
    assert!(root.page("/admin/quotas?edit=prefix").await.contains("value=\"prefix\""));

    set(&root, "guest", &[("sandboxes", "0")]).await;
    let (status, page) = tried(&Person::of(&site)).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(page.contains("Trying needs an account here") && page.contains("Log in"), "{page}");
    let bob = Person::signed_up(&site, "bob").await;
    assert_eq!(tried(&bob).await.0, StatusCode::SEE_OTHER);
    remove(&root, "guest").await;
    assert_eq!(tried(&Person::of(&site)).await.0, StatusCode::SEE_OTHER);

    // Two sandboxes live in the network; one more is one too many, for whoever asks.
    set(&root, "prefix", &[("sandboxes", "2")]).await;
    let (status, page) = tried(&Person::of(&site)).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(page.contains("Up to 2 sandboxes of your network"), "{page}");
    // Who gives one up may have another.
    let again = bob.submit("/p/jq", "/p/jq/try", &[("replace", "1")]).await;
    assert_eq!(again.status(), StatusCode::SEE_OTHER);

    set(&root, "prefix", &[("starts_per_minute", "1")]).await;
    // What was started before is made up for within a moment: then one more is free.
    while tried(&Person::of(&site)).await.0 != StatusCode::SEE_OTHER {}
    assert_eq!(tried(&Person::of(&site)).await.0, StatusCode::TOO_MANY_REQUESTS);
    site.stop().await;
}

#[actix_web::test]
async fn one_network_and_one_account_are_kept_out() {
    let site = Site::with(|config| config.address.behind_proxy = true).await;
    site.with_project("jq").await;
    let root = administrator(&site, "grace").await;
    set(&root, "prefix:203.0.0.0/16", &[("starts_per_minute", "0")]).await;
    set(&root, "prefix:203.0.113.0/24", &[("starts_per_minute", "5")]).await;
    for (address, expected) in [
        ("203.0.7.1", StatusCode::FORBIDDEN),
        ("203.0.113.9", StatusCode::CREATED),
        ("198.51.100.4", StatusCode::CREATED),
        ("2001:db8::1", StatusCode::CREATED),
    ] {
        let visitor = Person::of(&site);
        let wish = visitor.post_json(&serde_json::json!({ "project": "jq" }));
        let answer = wish.header("x-forwarded-for", address).send().await.unwrap();
        assert_eq!(answer.status(), expected, "{address}");
        if expected == StatusCode::FORBIDDEN {
            let problem: serde_json::Value = answer.json().await.unwrap();
            assert_eq!(problem["type"], "quota-reached");
        }
    }
    let mallory = Person::signed_up(&site, "mallory").await;
    set(&root, "user:mallory", &[("sandboxes", "0"), ("projects", "0")]).await;
    assert_eq!(tried(&mallory).await.0, StatusCode::FORBIDDEN);
    let fields = project("Malware");
    let answer = mallory.submit("/projects/new", "/projects/new", &fields).await;
    let page = answer.text().await.unwrap();
    assert!(page.contains("may not publish projects") && page.contains("Malware"), "{page}");
    site.stop().await;
}

#[actix_web::test]
async fn projects_and_builds_are_bounded() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    let root = administrator(&site, "grace").await;
    set(&root, "user", &[("projects", "2"), ("builds", "1")]).await;
    let slow = with(project("Slow"), "script", "wait");
    let build = location(&ada.submit("/projects/new", "/projects/new", &slow).await);
    let answer = ada.submit("/projects/new", "/projects/new", &project("Second")).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = answer.text().await.unwrap();
    assert!(page.contains("1 build under way") && page.contains("value=\"Second\""), "{page}");
    assert_eq!(ada.get("/p/second").await.status(), StatusCode::NOT_FOUND, "nothing was made");
    // Building the same one again gives way to itself.
    let mut again = with(project("Slow"), "script", "wait longer");
    again.push(("action", "build"));
    let answer = ada.submit("/p/slow/edit", "/p/slow/edit", &again).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert!(ada.page(&build).await.contains("data-state=\"cancelled\""));

    set(&root, "user:ada", &[("builds", "9")]).await;
    ada.publish("Second").await;
    let answer = ada.submit("/projects/new", "/projects/new", &project("Third")).await;
    assert!(answer.text().await.unwrap().contains("may have 2 projects"));
    site.stop().await;
}

#[actix_web::test]
async fn what_does_not_fit_stays_in_the_form() {
    let site = Site::start().await;
    let root = administrator(&site, "grace").await;
    for (fields, says) in [
        ([("subject", "user:nobody"), ("sandboxes", "3")], "There is no such account."),
        ([("subject", "prefix:10.0.0.1/32"), ("sandboxes", "3")], "told apart by /24"),
        ([("subject", "guest"), ("sandboxes", "many")], "a whole number"),
        ([("subject", "guest"), ("projects", "3")], "Only accounts have these"),
    ] {
        let answer = root.submit("/admin/quotas", "/admin/quotas", &fields).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = answer.text().await.unwrap();
        for text in [says, fields[0].1, fields[1].1] {
            assert!(page.contains(text), "no {text} in {page}");
        }
    }
    assert!(!root.page("/admin/quotas").await.contains(">Remove<"));
    site.stop().await;
}
