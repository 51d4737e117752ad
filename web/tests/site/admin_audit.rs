//! `/admin/audit`: what changed state, and who did it.

use crate::support::{Person, Site, administrator, location, project, with};
use reqwest::StatusCode;

/// Who, what, to what of every row on a page, the newest first.
fn rows(page: &str) -> Vec<(String, String, String)> {
    let cell = |row: &str, number: usize| {
        let cell = row.split("<td").nth(number).unwrap().split_once('>').unwrap().1;
        let text = cell.split("<br>").next().unwrap().split('>').nth(1).unwrap();
        text.split('<').next().unwrap().to_owned()
    };
    let table = page.split("<tbody>").nth(1).unwrap();
    let rows = table.split("<tr>").skip(1);
    rows.map(|row| (cell(row, 2), cell(row, 3), cell(row, 4))).collect()
}

#[actix_web::test]
async fn a_whole_journey_is_written_down() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    let root = administrator(&site, "grace").await;
    let slow = with(project("jq"), "script", "wait");
    let build = location(&ada.submit("/p/jq/edit", "/p/jq/edit", &slow).await);
    root.submit(&build, &format!("{build}/cancel"), &[]).await;
    let guest = Person::of(&site);
    let terminal = location(&guest.try_it("jq").await);
    guest.submit(&terminal, &format!("{terminal}/stop"), &[]).await;
    let other = location(&ada.try_it("jq").await);
    let stop = format!("/admin/sandboxes/{}/stop", &other[3..]);
    root.submit("/admin/sandboxes", &stop, &[]).await;
    let quota = [("subject", "guest"), ("sandboxes", "2")];
    root.submit("/admin/quotas", "/admin/quotas", &quota).await;
    root.submit("/admin/quotas", "/admin/quotas/remove", &[("subject", "guest")]).await;
    let role = [("name", "ada"), ("role", "administrator")];
    root.submit("/admin/users", "/admin/users/role", &role).await;

    let build = build.replace("/builds/", "build:");
    let (first, second) = (terminal.replace("/s/", "sandbox:"), other.replace("/s/", "sandbox:"));
    let expected = [
        ("user:grace", "role.grant", "user:ada"),
        ("user:grace", "quota.reset", "quota:guest"),
        ("user:grace", "quota.set", "quota:guest"),
        ("user:grace", "try.stop", &second),
        ("user:ada", "try.start", &second),
        ("guest", "try.stop", &first),
        ("guest", "try.start", &first),
        ("user:grace", "build.cancel", &build),
        ("user:ada", "build.start", &build),
        ("user:ada", "project.update", "project:jq"),
    ];
    let page = root.page("/admin/audit").await;
    let ours = |action: &str| {
        ["role.", "quota.", "try.", "build.", "project."].iter().any(|k| action.starts_with(k))
    };
    let mut found = rows(&page);
    found.retain(|row| ours(&row.1));
    let found: Vec<(&str, &str, &str)> =
        found.iter().map(|(who, what, to)| (who.as_str(), what.as_str(), to.as_str())).collect();
    assert_eq!(found[..expected.len()], expected);
    assert_eq!(found.last(), Some(&("user:ada", "project.create", "project:jq")));
    assert!(page.contains("127.0.0.0/24"), "{page}");
    site.stop().await;
}

#[actix_web::test]
async fn the_log_is_filtered_and_paged() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    let root = administrator(&site, "grace").await;
    for round in 0..60 {
        // Two rows each: the change and its build.
        let fields = with(project("jq"), "command", ["sh", "ls"][round % 2]);
        let answer = ada.submit("/p/jq/edit", "/p/jq/edit", &fields).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    }
    for (query, who, what) in [
        ("actor=ada", Some("user:ada"), None),
        ("actor=user:ada&action=project", Some("user:ada"), Some("project.")),
        ("action=build.start", None, Some("build.start")),
        ("subject=project:jq", None, Some("project.")),
    ] {
        let found = rows(&root.page(&format!("/admin/audit?{query}")).await);
        assert!(!found.is_empty(), "{query}");
        assert!(who.is_none_or(|who| found.iter().all(|row| row.0 == who)), "{query}");
        assert!(what.is_none_or(|what| found.iter().all(|row| row.1.starts_with(what))), "{query}");
    }
    let page = root.page("/admin/audit").await;
    assert_eq!(rows(&page).len(), 100);
    let older = page.split("&#38;before=").nth(1).unwrap().split('"').next().unwrap();
    let page = root.page(&format!("/admin/audit?before={older}")).await;
    assert!(rows(&page).iter().any(|row| row.1 == "project.create"));
    assert!(root.page("/admin/audit?subject=project:nothing").await.contains("Nothing fits"));
    assert!(root.page("/admin/audit?action=%25").await.contains("Nothing fits"));
    site.stop().await;
}

#[actix_web::test]
async fn what_goes_along_is_written_down_too() {
    let site = Site::start().await;
    let root = administrator(&site, "grace").await;
    let ada = site.with_project("jq").await;
    let newcomer = Person::of(&site);
    newcomer.try_it("jq").await;
    newcomer.sign_up("bob", "correct horse battery").await;
    let words = [("name", "ada"), ("password", "correct horse battery")];
    ada.submit("/account/leave", "/account/leave", &words).await;

    let found = rows(&root.page("/admin/audit").await);
    let row = |who: &str, what: &str, to: &str| (who.to_owned(), what.to_owned(), to.to_owned());
    for expected in [
        row("user:ada", "account.delete", "user:ada"),
        row("user:ada", "project.delete", "project:jq"),
        row("user:bob", "try.hand_over", "user:bob"),
    ] {
        assert!(found.contains(&expected), "no {expected:?} in {found:?}");
    }
    site.stop().await;
}
