//! Sessions, on each store: `/account`, `/account/sessions/…`, and cookies that are played again.

use crate::support::{Person, Redis, Site, location};
use reqwest::{StatusCode, header};
use web::RedisUrl;

/// The same test with sessions in the database and in Redis.
async fn on_each_store(test: impl AsyncFn(&Site)) {
    let site = Site::start().await;
    test(&site).await;
    site.stop().await;
    let redis = Redis::start().await;
    let site = on(&redis).await;
    test(&site).await;
    site.stop().await;
}

async fn on(redis: &Redis) -> Site {
    let url = redis.url();
    Site::with(|config| config.session.redis = Some(RedisUrl(url))).await
}

/// The cookie that an answer sets.
fn cookie(answer: &reqwest::Response) -> String {
    let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

/// Whether a cookie, kept by somebody, still logs in.
async fn logs_in(site: &Site, cookie: &str) -> bool {
    let person = Person::of(site);
    let asked = person.http.get(person.url("/account")).header(header::COOKIE, cookie);
    asked.send().await.unwrap().status() == StatusCode::OK
}

/// The paths of the buttons that end a session.
fn buttons(page: &str) -> Vec<String> {
    let parts = page.split("action=\"/account/sessions/").skip(1);
    let ids = parts.filter_map(|part| part.split_once("/revoke\""));
    ids.map(|(id, _)| format!("/account/sessions/{id}/revoke")).collect()
}

#[actix_web::test]
async fn a_cookie_is_worth_nothing_after_log_out() {
    on_each_store(async |site| {
        Person::signed_up(site, "ada").await;
        let person = Person::of(site);
        let kept = cookie(&person.log_in("ada", "correct horse battery").await);
        assert!(logs_in(site, &kept).await);
        person.submit("/", "/logout", &[]).await;
        assert!(!logs_in(site, &kept).await);
    })
    .await;
}

#[actix_web::test]
async fn a_planted_cookie_learns_nothing_of_the_log_in() {
    on_each_store(async |site| {
        Person::signed_up(site, "ada").await;
        // Somebody gives their own guest's cookie to a victim, who then logs in with it.
        let victim = Person::of(site);
        let planted = cookie(&victim.get("/login").await);
        assert_eq!(victim.log_in("ada", "correct horse battery").await.status(), 303);
        assert!(!logs_in(site, &planted).await);
        assert_eq!(victim.get("/account").await.status(), StatusCode::OK);
    })
    .await;
}

#[actix_web::test]
async fn two_browsers_are_listed_and_one_ends_the_other() {
    on_each_store(async |site| {
        let first = Person::signed_up(site, "ada").await;
        let second = Person::of(site);
        let kept = cookie(&second.log_in("ada", "correct horse battery").await);
        let page = first.page("/account").await;
        assert_eq!((buttons(&page).len(), page.matches("this one").count()), (2, 1), "{page}");
        assert!(page.contains("127.0.0.0/24") && page.contains("An unknown browser"));

        // The other one stands without the words.
        let rows = page.split("<tr>");
        let other = rows.filter(|row| !row.contains("this one")).flat_map(buttons).next().unwrap();
        let answer = first.submit("/account", &other, &[]).await;
        assert_eq!(location(&answer), "/account");
        assert!(first.page("/account").await.contains("That browser is logged out."));
        assert_eq!(location(&second.get("/account").await), "/login?next=/account");
        assert!(!logs_in(site, &kept).await);
        // Twice does no harm; nor does what is nobody's.
        assert_eq!(first.submit("/account", &other, &[]).await.status(), 303);
        let nobodys = "/account/sessions/00ff/revoke";
        assert_eq!(first.submit("/account", nobodys, &[]).await.status(), 303);
    })
    .await;
}

#[actix_web::test]
async fn nobody_ends_somebody_elses_session() {
    on_each_store(async |site| {
        let ada = Person::signed_up(site, "ada").await;
        let bob = Person::signed_up(site, "bob").await;
        let button = buttons(&ada.page("/account").await).remove(0);
        bob.submit("/account", &button, &[]).await;
        assert_eq!(ada.get("/account").await.status(), StatusCode::OK);
        let answer = bob.submit("/account", "/account/sessions/revoke-others", &[]).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert_eq!(ada.get("/account").await.status(), StatusCode::OK);
        // One's own is a log-out.
        let answer = ada.submit("/account", &button, &[]).await;
        assert_eq!(location(&answer), "/");
        assert_eq!(ada.get("/account").await.status(), StatusCode::SEE_OTHER);
    })
    .await;
}

#[actix_web::test]
async fn a_new_password_ends_every_other_session() {
    on_each_store(async |site| {
        let first = Person::signed_up(site, "ada").await;
        let second = Person::of(site);
        second.log_in("ada", "correct horse battery").await;
        let words = [("old_password", "correct horse battery"), ("new_password", "staple staple")];
        let answer = first.submit("/account", "/account/password", &words).await;
        assert_eq!(location(&answer), "/account", "{:?}", answer.text().await);
        assert_eq!(first.get("/account").await.status(), StatusCode::OK);
        assert_eq!(second.get("/account").await.status(), StatusCode::SEE_OTHER);
        assert_eq!(second.log_in("ada", "correct horse battery").await.status(), 422);
        assert_eq!(second.log_in("ada", "staple staple").await.status(), 303);
        first.submit("/account", "/account/sessions/revoke-others", &[]).await;
        assert_eq!(second.get("/account").await.status(), StatusCode::SEE_OTHER);
    })
    .await;
}

#[actix_web::test]
async fn without_redis_nobody_is_taken_for_somebody_else() {
    let mut redis = Redis::start().await;
    let site = on(&redis).await;
    let ada = site.with_project("jq").await;
    let (guest, stranger) = (Person::of(&site), Person::of(&site));
    let token = ada.token("/account").await;
    let login = stranger.token("/login").await;
    redis.stop();

    for answer in [ada.get("/").await, ada.get("/account").await, ada.get("/projects").await] {
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(answer.headers().contains_key("retry-after"));
        assert!(answer.text().await.unwrap().contains("You are not logged out by that"));
    }
    let form = [("csrf", token.as_str()), ("columns", "80"), ("rows", "24")];
    for path in ["/p/jq/try", "/account/email", "/logout"] {
        let answer = ada.http.post(ada.url(path)).form(&form).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "{path}");
    }
    let answer = ada.post_sandbox("jq").await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
    assert!(kind.starts_with("application/problem+json"), "{kind}");
    assert!(site.containers.books().sandboxes.is_empty());
    let form =
        [("csrf", login.as_str()), ("username", "ada"), ("password", "correct horse battery")];
    let answer = stranger.http.post(stranger.url("/login")).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    // Who is nobody to Redis goes on.
    assert!(guest.page("/").await.contains("jq"));

    redis.again().await;
    assert!(ada.page("/account").await.contains("You are ada"));
    assert_eq!(stranger.log_in("ada", "correct horse battery").await.status(), 303);
    assert_eq!(guest.try_it("jq").await.status(), StatusCode::SEE_OTHER);
    site.stop().await;
}
