//! `/admin/reports`: what people report is kept, or done away with.

use crate::support::{Person, Site, administrator, location, project};
use reqwest::StatusCode;

#[actix_web::test]
async fn reports_are_dealt_with() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    let answer = ada.submit("/p/jq", "/p/jq/comments", &[("body", "Buy *this*")]).await;
    let comment = location(&answer).strip_prefix("/p/jq#comment-").unwrap().to_owned();
    let guest = Person::of(&site);
    let place = format!("/comments/{comment}/report");
    let spam = [("reason", "spam"), ("detail", "It sells <b>things</b>")];
    guest.submit(&place, &place, &spam).await;
    guest.submit("/p/jq/report", "/p/jq/report", &spam).await;
    Person::signed_up(&site, "bob").await.submit("/p/jq/report", "/p/jq/report", &spam).await;

    let root = administrator(&site, "grace").await;
    assert!(root.page("/admin").await.contains("<a href=\"/admin/reports\">3</a>"));
    let page = root.page("/admin/reports").await;
    for text in
        ["Buy *this*", "&#60;b&#62;things", "Reported by bob", "Reported by a guest", "Ban ada"]
    {
        assert!(page.contains(text), "no {text} in {page}");
    }
    assert!(!page.contains("<b>things"));
    // The newest first: Bob's, the guest's of the project, the guest's of the comment.
    let forms: Vec<&str> = page.split("action=\"/admin/reports/").skip(1).collect();
    let mut ids: Vec<&str> = forms.iter().map(|form| form.split('"').next().unwrap()).collect();
    ids.dedup();
    assert_eq!(ids.len(), 3);
    for (id, action) in [(ids[0], "keep"), (ids[1], "archive"), (ids[2], "delete-comment")] {
        let to = format!("/admin/reports/{id}");
        let answer = root.submit("/admin/reports", &to, &[("action", action)]).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{action}");
    }
    assert!(root.page("/admin/reports").await.contains("Nothing is reported"));
    let done = root.page("/admin/reports?state=done").await;
    assert!(done.contains("Reported by bob") && !done.contains("Buy *this*"), "{done}");
    assert!(!guest.page("/p/jq").await.contains("Buy"));
    assert!(!guest.page("/").await.contains("href=\"/p/jq\""), "it is archived");
    let log = root.page("/admin/audit?actor=grace").await;
    for text in ["report.resolve", "project.archive", "comment.delete"] {
        assert!(log.contains(text), "{text}");
    }
    // For others these pages do not exist.
    let to = format!("/admin/reports/{}", ids[0]);
    assert_eq!(ada.get("/admin/reports").await.status(), StatusCode::NOT_FOUND);
    let answer = ada.submit("/projects/new", &to, &[("action", "keep")]).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    site.stop().await;
}

#[actix_web::test]
async fn what_was_reported_outlives_its_project() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    let bob = Person::signed_up(&site, "bob").await;
    bob.submit("/projects/new", "/projects/new", &project("yq")).await;
    let guest = Person::of(&site);
    for slug in ["jq", "yq"] {
        let place = format!("/p/{slug}/report");
        let fields = [("reason", "malware"), ("detail", "It mines <b>coins</b>")];
        guest.submit(&place, &place, &fields).await;
    }
    ada.submit("/p/jq/delete", "/p/jq/delete", &[("confirm", "jq")]).await;
    let fields = [("name", "bob"), ("password", "correct horse battery")];
    bob.submit("/account/leave", "/account/leave", &fields).await;

    let root = administrator(&site, "grace").await;
    let done = root.page("/admin/reports?state=done").await;
    assert!(done.contains("/admin/audit?action=report.gone"), "{done}");
    let log = root.page("/admin/audit?action=report.gone").await;
    for text in ["project:jq", "project:yq", "malware. It mines &#60;b&#62;coins"] {
        assert!(log.contains(text), "no {text} in {log}");
    }
    // Whoever was reported does not read it in what they take along.
    let export = ada.page("/account/export").await;
    assert!(!export.contains("It mines"), "{export}");
    site.stop().await;
}
