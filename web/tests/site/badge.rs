//! `GET /p/{slug}/badge.svg` and `GET /p/{slug}/live-badge.svg`.

use crate::support::{Person, Site, project, with};
use reqwest::{Response, StatusCode};

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers()[name].to_str().unwrap()
}

/// The picture, which any page may show and which runs nothing.
async fn picture(answer: Response) -> String {
    assert_eq!(header(&answer, "content-type"), "image/svg+xml");
    assert_eq!(header(&answer, "cross-origin-resource-policy"), "cross-origin");
    assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
    assert!(header(&answer, "content-security-policy").starts_with("default-src 'none';"));
    assert!(!answer.headers().contains_key("set-cookie"));
    let svg = answer.text().await.unwrap();
    roxmltree::Document::parse(&svg).expect(&svg);
    svg
}

#[actix_web::test]
async fn badges_are_kept_and_asked_for_again_cheaply() {
    let site = Site::start().await;
    site.with_project("jq").await;
    let reader = Person::of(&site);
    for (path, keep, says) in [
        ("/p/jq/badge.svg", "public, max-age=3600", "Try in browser"),
        (
            "/p/jq/live-badge.svg",
            "public, max-age=120, stale-while-revalidate=600",
            "jq: try it, ready",
        ),
    ] {
        let badge = reader.get(path).await;
        assert_eq!(badge.status(), StatusCode::OK);
        assert_eq!(header(&badge, "cache-control"), keep);
        let tag = badge.headers()["etag"].clone();
        let svg = picture(badge).await;
        assert!(svg.contains(says), "{svg}");

        let again = reader.http.get(reader.url(path)).header("if-none-match", &tag);
        let again = again.send().await.unwrap();
        assert_eq!((again.status(), &again.headers()["etag"]), (StatusCode::NOT_MODIFIED, &tag));
        assert_eq!(header(&again, "cache-control"), keep);
        let other = reader.http.get(reader.url(path)).header("if-none-match", "\"x\"");
        assert_eq!(other.send().await.unwrap().status(), StatusCode::OK);
    }
    site.stop().await;
}

#[actix_web::test]
async fn a_live_badge_says_how_the_project_stands() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    for (name, slug, script, says) in [
        ("Slow <b>\"&", "slow-b", "wait", "trythis, building"),
        ("Broken", "broken", "fail", "trythis, build failing"),
        ("Good", "good", "true", "try it, ready"),
    ] {
        let fields = with(project(name), "script", script);
        let answer = ada.submit("/projects/new", "/projects/new", &fields).await;
        ada.page(&crate::support::location(&answer)).await;
        let svg = picture(ada.get(&format!("/p/{slug}/live-badge.svg")).await).await;
        let document = roxmltree::Document::parse(&svg).unwrap();
        let title = document.root_element().attribute("aria-label").unwrap();
        assert_eq!(title, format!("{name}: {says}"));
    }
    site.stop().await;
}

#[actix_web::test]
async fn a_deleted_projects_badges_are_gone_at_once() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    let reader = Person::of(&site);
    let badges = ["/p/jq/live-badge.svg", "/p/jq/badge.svg"];
    for badge in badges {
        assert_eq!(reader.get(badge).await.status(), StatusCode::OK, "{badge}");
    }
    ada.submit("/p/jq/delete", "/p/jq/delete", &[("confirm", "jq")]).await;
    for badge in badges {
        assert_eq!(reader.get(badge).await.status(), StatusCode::NOT_FOUND, "{badge}");
    }
    // Nor do those stay of whoever leaves.
    let bob = Person::signed_up(&site, "bob").await;
    bob.submit("/projects/new", "/projects/new", &project("yq")).await;
    assert_eq!(reader.get("/p/yq/live-badge.svg").await.status(), StatusCode::OK);
    let fields = [("name", "bob"), ("password", "correct horse battery")];
    bob.submit("/account/leave", "/account/leave", &fields).await;
    assert_eq!(reader.get("/p/yq/badge.svg").await.status(), StatusCode::NOT_FOUND);
    site.stop().await;
}

#[actix_web::test]
async fn where_there_is_no_project_there_is_a_picture_all_the_same() {
    let site = Site::start().await;
    let reader = Person::of(&site);
    for slug in ["unknown", "%00", "%E2%80%AE", "%3Cscript%3E", "x".repeat(900).as_str()] {
        for file in ["badge.svg", "live-badge.svg"] {
            let answer = reader.get(&format!("/p/{slug}/{file}")).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{slug}");
            assert!(picture(answer).await.contains("not found"), "{slug}");
        }
    }
    site.stop().await;
}
