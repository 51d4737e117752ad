//! The headers that every answer carries, and `/static`.

use crate::support::{Person, Site, location};
use reqwest::StatusCode;

#[actix_web::test]
async fn every_answer_is_guarded() {
    let site = Site::start().await;
    site.with_project("jq").await;
    let guest = Person::of(&site);
    for path in ["/", "/p/jq", "/p/jq/start", "/nothing", "/api/v1/nothing", "/healthz"] {
        let answer = guest.get(path).await;
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert!(header("permissions-policy").contains("camera=()"), "{path}");
        let policy = header("content-security-policy");
        let host = site.base.strip_prefix("http://").unwrap();
        for part in [
            "default-src 'none'",
            "script-src 'self';",
            "style-src 'self';",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            &format!("connect-src 'self' ws://{host};"),
        ] {
            assert!(policy.contains(part), "{path}: no {part} in {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
    }
    site.stop().await;
}

#[actix_web::test]
async fn the_terminal_page_has_a_nonce_of_its_own() {
    let site = Site::start().await;
    site.with_project("jq").await;
    let guest = Person::of(&site);
    let terminal = location(&guest.try_it("jq").await);
    let mut nonces = Vec::new();
    for _ in 0..2 {
        let answer = guest.get(&terminal).await;
        let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        assert!(policy.contains(&format!("style-src 'self' 'nonce-{nonce}';")), "{policy}");
        let meta = format!("<meta name=\"style-nonce\" content=\"{nonce}\">");
        assert!(answer.text().await.unwrap().contains(&meta));
        nonces.push(nonce);
    }
    assert_ne!(nonces[0], nonces[1]);
    site.stop().await;
}

#[actix_web::test]
async fn behind_https_cookies_and_headers_say_so() {
    let site = Site::with(|config| {
        config.session.secure_cookies = true;
        config.address.public_url = Some("https://try.example.org".to_owned());
    })
    .await;
    let answer = Person::of(&site).get("/signup").await;
    assert!(answer.headers()["set-cookie"].to_str().unwrap().contains("Secure"));
    assert!(answer.headers().contains_key("strict-transport-security"));
    let policy = answer.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("wss://try.example.org;"), "{policy}");
    site.stop().await;
}

#[actix_web::test]
async fn pages_name_their_assets_by_version() {
    let site = Site::start().await;
    let guest = Person::of(&site);
    let home = guest.page("/").await;
    let css = home.split("rel=\"stylesheet\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(css.starts_with("/static/") && css.ends_with("/app.css"), "{css}");
    for path in ["/static/x/nothing.js", "/static/x/../Cargo.toml", "/static/x/%2e%2e/build.mjs"] {
        assert_eq!(guest.get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
    site.stop().await;
}

#[actix_web::test]
async fn pages_hold_no_inline_script_or_style() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    let terminal = location(&ada.try_it("jq").await);
    let edit = "/p/jq/edit".to_owned();
    let pages = ["/", "/p/jq", "/projects", "/projects/new", &edit, &terminal];
    for path in pages {
        let page = ada.page(path).await;
        for bad in ["style=\"", "<style", " onclick", "javascript:"] {
            assert!(!page.contains(bad), "{bad} in {path}");
        }
        let scripts = page.matches("<script").count();
        assert_eq!(
            scripts,
            page.matches("<script type=\"module\" src=\"/static/").count(),
            "{path}"
        );
    }
    site.stop().await;
}

#[actix_web::test]
async fn pages_are_compressed_and_logs_are_not() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    let log = format!("/builds/{}/log", site.containers.books().builds[0].0.id);
    for (path, encoding) in [("/p/jq", Some("gzip")), (log.as_str(), Some("identity"))] {
        let request = ada.http.get(ada.url(path)).header("accept-encoding", "gzip");
        let answer = request.send().await.unwrap();
        let told = answer.headers().get("content-encoding").map(|value| value.to_str().unwrap());
        assert_eq!(told, encoding, "{path}");
    }
    site.stop().await;
}

#[actix_web::test]
async fn a_head_is_a_get_without_its_body() {
    let site = Site::start().await;
    site.with_project("jq").await;
    let checker = Person::of(&site);
    for path in ["/", "/p/jq", "/p/jq/badge.svg", "/healthz"] {
        let answer = checker.http.head(checker.url(path)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        assert_eq!(answer.bytes().await.unwrap().len(), 0, "{path}");
    }
    site.stop().await;
}
