//! Providers that are down, slow, or answer nonsense: a clear page, nothing granted.

use super::{agree, press, sign_up, site, whoami};
use crate::support::{Fault, Person, Provider, Site};
use reqwest::StatusCode;

/// Logs in as somebody who has an account, at a provider with this fault.
async fn meets(site: &Site, provider: &Provider, name: &str, fault: Fault) {
    let person = Person::of(site);
    let url = press(&person, name, &[]).await;
    let back = agree(&person, &url).await;
    provider.books().fault = fault;
    let answer = person.http.get(&back).send().await.unwrap();
    provider.books().fault = Fault::None;
    assert_eq!(answer.status(), StatusCode::BAD_GATEWAY, "{name}: {fault:?}");
    let page = answer.text().await.unwrap();
    assert!(page.contains("did not answer properly"), "{name}: {fault:?}: {page}");
    for secret in ["s3cret", "gho_1", "evil.example", "nonce", "JSON"] {
        assert!(!page.contains(secret), "{name}: {fault:?}: {page}");
    }
    assert_eq!(whoami(&person).await, None, "{name}: {fault:?}");
    let finish = person.get("/signup/finish").await;
    assert_eq!(finish.status(), StatusCode::SEE_OTHER, "{name}: {fault:?}");
}

#[actix_web::test]
async fn id_tokens_that_do_not_hold() {
    let (site, provider) = site().await;
    sign_up(&Person::of(&site), "google", "ada").await;
    for fault in [
        Fault::NoIdToken,
        Fault::NotAToken,
        Fault::OtherIssuer,
        Fault::OtherAudience,
        Fault::OtherParty,
        Fault::ManyAudiences,
        Fault::OtherNonce,
        Fault::NoNonce,
        Fault::Expired,
        Fault::NoExpiry,
        Fault::ExpiryAsText,
        Fault::NotYet,
        Fault::OtherSignature,
        Fault::CutSignature,
        Fault::ChangedClaims,
        Fault::Unsigned,
        Fault::PublicKeyAsSecret,
        Fault::NoSubject,
        Fault::SubjectList,
    ] {
        meets(&site, &provider, "google", fault).await;
    }
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn unknown_keys_do_not_make_us_ask_each_time() {
    let (site, provider) = site().await;
    sign_up(&Person::of(&site), "google", "ada").await;
    for _ in 0..4 {
        meets(&site, &provider, "google", Fault::UnknownKey).await;
    }
    assert_eq!(provider.books().times("/keys"), 2);
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn answers_that_are_none() {
    let (site, provider) = site().await;
    sign_up(&Person::of(&site), "google", "ada").await;
    for name in ["google", "github"] {
        for fault in [Fault::Fails, Fault::Html, Fault::Huge, Fault::OtherJson, Fault::Redirects] {
            meets(&site, &provider, name, fault).await;
        }
    }
    for fault in [Fault::NoSubject, Fault::SubjectList] {
        meets(&site, &provider, "github", fault).await;
    }
    assert_eq!(provider.books().times("/elsewhere"), 0);
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn a_provider_that_says_nothing_is_not_waited_for() {
    let provider = Provider::start();
    let config = provider.config(1);
    let site = Site::with(|site| site.oauth = config).await;
    meets(&site, &provider, "github", Fault::Silent).await;
    // Nor is one that is not there at all.
    let person = Person::of(&site);
    provider.stop().await;
    let answer = person.submit("/login", "/login/google", &[]).await;
    assert_eq!(answer.status(), StatusCode::BAD_GATEWAY);
    assert!(answer.text().await.unwrap().contains("Google did not answer properly"));
    site.stop().await;
}

#[actix_web::test]
async fn a_description_that_is_not_its_own() {
    for fault in [Fault::OtherIssuerDiscovered, Fault::Html, Fault::Huge, Fault::Redirects] {
        let (site, provider) = site().await;
        provider.books().fault = fault;
        let person = Person::of(&site);
        let answer = person.submit("/login", "/login/google", &[]).await;
        assert_eq!(answer.status(), StatusCode::BAD_GATEWAY, "{fault:?}");
        assert!(!answer.headers().contains_key("refresh"));
        // It gets better by itself.
        provider.books().fault = Fault::None;
        press(&person, "google", &[]).await;
        provider.stop().await;
        site.stop().await;
    }
}

#[actix_web::test]
async fn who_does_not_go_on_is_led_back() {
    let (site, provider) = site().await;
    let person = Person::of(&site);
    let url = press(&person, "google", &[("next", "/projects/new")]).await;
    let url = reqwest::Url::parse(&url).unwrap();
    let state = url.query_pairs().find(|pair| pair.0 == "state").unwrap().1.into_owned();
    let back = |error: &str| {
        let base = &provider.base;
        format!("/login/google/callback?state={state}&error={error}&iss={base}")
    };
    let answer = person.get(&back("access_denied")).await;
    let place = crate::support::location(&answer);
    assert_eq!(place, "/login?next=%2Fprojects%2Fnew&declined=google");
    let page = person.page(&place).await;
    assert!(page.contains("You did not go on at Google"), "{page}");
    assert!(page.contains("name=\"next\" value=\"/projects/new\""), "{page}");
    // Used up all the same.
    assert_eq!(person.get(&back("access_denied")).await.status(), StatusCode::BAD_REQUEST);
    assert!(!person.page("/login?declined=%3Cb%3E").await.contains("did not go on"));
    provider.stop().await;
    site.stop().await;
}
