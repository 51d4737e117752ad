//! Too many attempts: `/login`, `/signup`, `/account/password`.

use crate::support::{Person, Redis, Site};
use reqwest::{Response, StatusCode};
use web::RedisUrl;

const RIGHT: &str = "correct horse battery";

/// What a page says, without what differs by itself.
async fn said(answer: Response) -> (StatusCode, String) {
    let status = answer.status();
    let page = answer.text().await.unwrap();
    let main = page.split("<main").nth(1).unwrap_or_default().to_owned();
    let main = main
        .split("name=\"csrf\" value=\"")
        .map(|part| part.split_once('"').map_or(part, |(_, rest)| rest).to_owned());
    (status, main.collect::<String>().replace("ada", "NAME").replace("bob", "NAME"))
}

#[actix_web::test]
async fn known_and_unknown_names_are_refused_alike() {
    let site = Site::start().await;
    Person::signed_up(&site, "ada").await;
    let mut seen = Vec::new();
    for name in ["ada", "bob"] {
        let person = Person::of(&site);
        let mut answers = Vec::new();
        for _ in 0..10 {
            answers.push(said(person.log_in(name, "wrong wrong wrong").await).await);
        }
        assert!(answers.iter().all(|(status, _)| *status == StatusCode::UNPROCESSABLE_ENTITY));
        let refused = person.log_in(name, "wrong wrong wrong").await;
        let wait: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((60..=91).contains(&wait), "{wait}");
        let (status, page) = said(refused).await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
        assert!(page.contains("Too many attempts"), "{page}");
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
        seen.extend(answers);
        // Not even the right one is looked at.
        assert_eq!(person.log_in(name, RIGHT).await.status(), 429);
    }
    seen.dedup();
    assert_eq!(seen.len(), 1, "{seen:?}");
    site.stop().await;
}

#[actix_web::test]
async fn right_passwords_are_not_counted() {
    let redis = Redis::start().await;
    let url = redis.url();
    for redis in [None, Some(RedisUrl(url))] {
        let site = Site::with(|config| config.session.redis = redis).await;
        Person::signed_up(&site, "ada").await;
        for _ in 0..15 {
            assert_eq!(Person::of(&site).log_in("ada", RIGHT).await.status(), 303);
        }
        site.stop().await;
    }
}

#[actix_web::test]
async fn accounts_from_one_network_are_limited() {
    let site = Site::with(|config| config.accounts.sign_ups_per_hour = 2).await;
    for (name, expected) in [("ada", 303), ("bob", 303), ("cid", 429)] {
        let answer = Person::of(&site).sign_up(name, RIGHT).await;
        assert_eq!(answer.status(), expected, "{name}");
        assert_eq!(answer.headers().contains_key("retry-after"), expected == 429);
    }
    // A form that is not in order costs nothing, and is told so.
    assert_eq!(Person::of(&site).sign_up("x", RIGHT).await.status(), 422);
    site.stop().await;
}

#[actix_web::test]
async fn guessing_the_old_password_ends() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    let words = [("old_password", "wrong"), ("new_password", "staple staple")];
    for _ in 0..10 {
        let answer = ada.submit("/account", "/account/password", &words).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().await.unwrap().contains("This is not your password."));
    }
    assert_eq!(ada.submit("/account", "/account/password", &words).await.status(), 429);
    let words = [("name", "ada"), ("password", "wrong")];
    assert_eq!(ada.submit("/account/leave", "/account/leave", &words).await.status(), 429);
    // Logging in is another matter.
    assert_eq!(Person::of(&site).log_in("ada", RIGHT).await.status(), 303);
    site.stop().await;
}
