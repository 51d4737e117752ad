//! `/login/{provider}`, `/signup/finish`, `/account/identities`: logging in by other sites.

mod attacks;
mod faults;
mod linking;

use crate::support::{Person, Provider, Site, location};
use reqwest::{Response, StatusCode};

/// A site with providers.
pub async fn site() -> (Site, Provider) {
    let provider = Provider::start();
    let config = provider.config(10);
    (Site::with(|site| site.oauth = config).await, provider)
}

/// Presses a provider's button; where the browser is sent.
pub async fn press(person: &Person, name: &str, fields: &[(&str, &str)]) -> String {
    let page = if fields.iter().any(|field| field.0 == "link") { "/projects" } else { "/login" };
    let answer = person.submit(page, &format!("/login/{name}"), fields).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let refresh = answer.headers()["refresh"].to_str().unwrap().to_owned();
    refresh.strip_prefix("0;url=").unwrap().to_owned()
}

/// What the person agrees to at the provider; where the provider sends the browser back to.
pub async fn agree(person: &Person, url: &str) -> String {
    let answer = person.http.get(url).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::FOUND);
    location(&answer)
}

/// The whole way: button, provider, and back.
pub async fn log_in(person: &Person, name: &str, fields: &[(&str, &str)]) -> Response {
    let url = press(person, name, fields).await;
    let back = agree(person, &url).await;
    person.http.get(back).send().await.unwrap()
}

/// The same for somebody new, up to an account.
pub async fn sign_up(person: &Person, provider: &str, username: &str) {
    let answer = log_in(person, provider, &[]).await;
    assert_eq!(location(&answer), "/signup/finish");
    let fields = [("username", username)];
    let answer = person.submit("/signup/finish", "/signup/finish", &fields).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", answer.text().await.unwrap());
}

/// The name of the account that somebody is logged in to.
pub async fn whoami(person: &Person) -> Option<String> {
    let home = person.page("/").await;
    let menu = home.split("<summary class=\"button button-quiet button-small\">").nth(1)?;
    menu.split('<').next().map(str::to_owned)
}

#[actix_web::test]
async fn a_stranger_chooses_a_name_and_comes_back() {
    let (site, provider) = site().await;
    for name in ["github", "google", "other"] {
        provider.is(7, &format!("Ádá of {name}"));
        let ada = Person::of(&site);
        let answer = log_in(&ada, name, &[("next", "/projects/new")]).await;
        assert_eq!(location(&answer), "/signup/finish");
        assert_eq!(whoami(&ada).await, None, "not before a name is chosen");
        let page = ada.page("/signup/finish").await;
        assert!(page.contains(&format!("value=\"ada-of-{name}\"")), "{page}");
        let wrong = ada.submit("/signup/finish", "/signup/finish", &[("username", "admin")]).await;
        assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().await.unwrap().contains("kept for the site"));
        let chosen = format!("ada-{name}");
        let answer = ada.submit("/signup/finish", "/signup/finish", &[("username", &chosen)]).await;
        assert_eq!(location(&answer), "/projects/new");
        assert_eq!(whoami(&ada).await, Some(chosen.clone()));
        // Nobody is left to be signed up.
        assert_eq!(location(&ada.get("/signup/finish").await), "/login");

        ada.submit("/", "/logout", &[]).await;
        assert_eq!(whoami(&ada).await, None);
        let answer = log_in(&ada, name, &[("next", "//evil.example")]).await;
        assert_eq!((answer.status(), &*location(&answer)), (StatusCode::SEE_OTHER, "/"));
        assert_eq!(whoami(&ada).await, Some(chosen));
    }
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn a_taken_name_is_not_suggested_nor_given() {
    let (site, provider) = site().await;
    Person::signed_up(&site, "ada").await;
    provider.is(7, "ada");
    let other = Person::of(&site);
    log_in(&other, "github", &[]).await;
    assert!(other.page("/signup/finish").await.contains("value=\"ada-2\""));
    let answer = other.submit("/signup/finish", "/signup/finish", &[("username", "ada")]).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().await.unwrap().contains("taken already"));
    assert_eq!(whoami(&other).await, None);
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn what_a_guest_started_comes_along() {
    let (site, provider) = site().await;
    site.with_project("jq").await;
    let guest = Person::of(&site);
    let sandbox = location(&guest.try_it("jq").await);
    sign_up(&guest, "github", "newcomer").await;
    assert_eq!(guest.get(&sandbox).await.status(), StatusCode::OK);
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn every_algorithm_and_a_change_of_keys() {
    use crate::support::Algorithm;
    let (site, provider) = site().await;
    sign_up(&Person::of(&site), "google", "ada").await;
    for algorithm in [Algorithm::RS256, Algorithm::EdDSA, Algorithm::ES256] {
        provider.books().algorithm = algorithm;
        let person = Person::of(&site);
        log_in(&person, "google", &[]).await;
        assert_eq!(whoami(&person).await.as_deref(), Some("ada"), "{algorithm:?}");
    }
    assert_eq!(provider.books().times("/keys"), 1, "keys are kept");
    assert_eq!(provider.books().times("/.well-known/openid-configuration"), 1);
    let next = provider.books().keys.next();
    provider.books().keys = next;
    let person = Person::of(&site);
    log_in(&person, "google", &[]).await;
    assert_eq!(whoami(&person).await.as_deref(), Some("ada"));
    assert_eq!(provider.books().times("/keys"), 2, "and fetched again for a new one");
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn buttons_are_there_where_there_are_providers() {
    let (site, provider) = site().await;
    let person = Person::of(&site);
    for path in ["/login?next=/projects", "/signup"] {
        let page = person.page(path).await;
        for label in ["GitHub", "Google", "The other"] {
            assert!(page.contains(&format!("Continue with {label}")), "{path}");
        }
    }
    for path in ["/login/nobody", "/login/nobody/callback"] {
        assert_eq!(person.get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(location(&person.get("/login/github").await), "/login");
    provider.stop().await;
    site.stop().await;
    let plain = Site::start().await;
    assert!(!Person::of(&plain).page("/login").await.contains("Continue with"));
    plain.stop().await;
}
