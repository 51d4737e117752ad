//! `/p/{slug}/report` and `/comments/{id}/report`.

use crate::support::{Person, Site, administrator, location};
use reqwest::StatusCode;

#[actix_web::test]
async fn guests_report_projects_and_comments() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    let answer = ada.submit("/p/jq", "/p/jq/comments", &[("body", "Buy *this*")]).await;
    let comment = location(&answer).strip_prefix("/p/jq#comment-").unwrap().to_owned();
    let guest = Person::of(&site);
    let page = guest.page("/p/jq").await;
    let place = format!("/comments/{comment}/report");
    assert!(page.contains("/p/jq/report") && page.contains(&place), "{page}");
    assert!(guest.page(&place).await.contains("Buy *this*"));

    let spam = [("reason", "spam"), ("detail", "It sells <b>things</b>")];
    for (place, says) in
        [("/p/jq/report", "Thank you"), (place.as_str(), "Thank you"), ("/p/jq/report", "already")]
    {
        let answer = guest.submit(place, place, &spam).await;
        assert_eq!(location(&answer), "/p/jq");
        assert!(guest.page("/p/jq").await.contains(says), "{place}: {says}");
    }
    let root = administrator(&site, "root-2").await;
    let log = root.page("/admin/audit?action=report").await;
    assert_eq!(
        log.matches("report.create").count(),
        2 + log.matches("value=\"report.create").count()
    );
    site.stop().await;
}

#[actix_web::test]
async fn a_report_says_what_is_wrong() {
    let site = Site::start().await;
    site.with_project("jq").await;
    let guest = Person::of(&site);
    let long = "x".repeat(1_001);
    for (reason, detail, says) in [
        ("", "kept", "Choose what is wrong"),
        ("nonsense", "kept", "Choose what is wrong"),
        ("other", "", "in a few words"),
        ("spam", long.as_str(), "this has 1001"),
    ] {
        let fields = [("reason", reason), ("detail", detail)];
        let answer = guest.submit("/p/jq/report", "/p/jq/report", &fields).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{says}");
        let page = answer.text().await.unwrap();
        assert!(page.contains(says) && page.contains(detail), "{says}");
    }
    for nowhere in ["/p/none/report", "/comments/999/report", "/comments/x/report"] {
        assert_eq!(guest.get(nowhere).await.status(), StatusCode::NOT_FOUND, "{nowhere}");
    }
    site.stop().await;
}
