//! `/account`, `/account/email`, `/account/password`, `/account/export`.

use crate::support::{Person, Site, location};
use reqwest::StatusCode;
use serde_json::Value;

const RIGHT: &str = "correct horse battery";

#[actix_web::test]
async fn guests_are_sent_to_log_in() {
    let site = Site::start().await;
    let guest = Person::of(&site);
    for path in ["/account", "/account/export", "/account/leave"] {
        assert!(location(&guest.get(path).await).starts_with("/login?next=/account"), "{path}");
    }
    for path in ["/account/email", "/account/password", "/account/leave"] {
        let answer = guest.submit("/login", path, &[]).await;
        assert!(location(&answer).starts_with("/login?next=/account"), "{path}");
    }
    site.stop().await;
}

#[actix_web::test]
async fn an_address_is_kept_changed_and_removed() {
    let site = Site::start().await;
    let ada = Person::of(&site);
    let fields = [("username", "ada"), ("password", RIGHT), ("email", "ada@example.org")];
    assert_eq!(ada.submit("/signup", "/signup", &fields).await.status(), StatusCode::SEE_OTHER);
    assert!(ada.page("/account").await.contains("value=\"ada@example.org\""));
    // Several accounts may have the same.
    let bob = Person::of(&site);
    let fields = [("username", "bob"), ("password", RIGHT), ("email", "ada@example.org")];
    assert_eq!(bob.submit("/signup", "/signup", &fields).await.status(), StatusCode::SEE_OTHER);

    let bad = ada.submit("/account", "/account/email", &[("email", "nonsense")]).await;
    assert_eq!(bad.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = bad.text().await.unwrap();
    assert!(page.contains("This is no address") && page.contains("value=\"nonsense\""), "{page}");
    for address in ["lovelace@example.org", ""] {
        let answer = ada.submit("/account", "/account/email", &[("email", address)]).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let expected = format!("type=\"email\" value=\"{address}\"");
        assert!(ada.page("/account").await.contains(&expected), "{address}");
    }
    let fields = [("username", "cid"), ("password", RIGHT), ("email", "nonsense")];
    let answer = Person::of(&site).submit("/signup", "/signup", &fields).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    site.stop().await;
}

#[actix_web::test]
async fn a_password_that_will_not_do() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    for (old, new, says) in [
        (RIGHT, "short", "at least 8"),
        (RIGHT, "", "Choose a password"),
        ("wrong wrong", "staple staple", "This is not your password."),
        ("", "staple staple", "This is not your password."),
    ] {
        let words = [("old_password", old), ("new_password", new)];
        let answer = ada.submit("/account", "/account/password", &words).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{old} {new}");
        let page = answer.text().await.unwrap();
        assert!(page.contains(says), "{page}");
        assert!(!page.contains("staple") && !page.contains(RIGHT), "no password in a page");
    }
    assert_eq!(Person::of(&site).log_in("ada", RIGHT).await.status(), StatusCode::SEE_OTHER);
    site.stop().await;
}

#[actix_web::test]
async fn every_form_needs_its_token() {
    let site = Site::start().await;
    let (ada, bob) = (Person::signed_up(&site, "ada").await, Person::signed_up(&site, "bob").await);
    let forged = bob.token("/account").await;
    for path in [
        "/account/email",
        "/account/password",
        "/account/leave",
        "/account/sessions/revoke-others",
        "/account/sessions/00ff/revoke",
        "/logout",
    ] {
        for token in ["", forged.as_str()] {
            let form = [("csrf", token), ("name", "ada"), ("password", RIGHT)];
            let answer = ada.http.post(ada.url(path)).form(&form).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path}");
        }
        let get = ada.get(path).await.status();
        let expected = if path == "/account/leave" { 200 } else { 405 };
        assert_eq!(get, expected, "{path}");
    }
    assert_eq!(ada.get("/account").await.status(), StatusCode::OK);
    site.stop().await;
}

#[actix_web::test]
async fn the_export_holds_everything_but_secrets() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    Person::signed_up(&site, "bob").await;
    ada.try_it("jq").await;
    let token = [("name", "laptop"), ("scope", "read"), ("expires_in_days", "30")];
    let made = ada.submit("/account/tokens", "/account/tokens", &token).await.text().await.unwrap();
    let secret = made.split("id=\"token\">").nth(1).unwrap().split('<').next().unwrap().to_owned();

    let answer = ada.get("/account/export").await;
    let name = answer.headers()["content-disposition"].to_str().unwrap();
    assert_eq!(name, "attachment; filename=\"trythis-ada.json\"");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let text = answer.text().await.unwrap();
    assert!(!text.contains("argon2") && !text.contains(&secret) && !text.contains("bob"), "{text}");
    let export: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(export["account"]["name"], "ada");
    assert_eq!(export["sessions"][0]["network"], "127.0.0.0/24");
    assert_eq!(export["tokens"][0]["name"], "laptop");
    let project = &export["projects"][0];
    assert_eq!((project["slug"].as_str(), project["tries"].as_i64()), (Some("jq"), Some(1)));
    assert_eq!(project["source"]["script"], "#!/bin/sh\ntrue\n", "{project}");
    assert_eq!(project["builds"][0]["state"], "pushed");
    assert_eq!(export["tries"][0]["project"], "jq");
    let actions: Vec<&str> = export["audit"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|row| row["action"].as_str())
        .collect();
    for action in ["session.create", "project.create", "try.start"] {
        assert!(actions.contains(&action), "no {action} in {actions:?}");
    }
    site.stop().await;
}
