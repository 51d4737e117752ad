//! Who tries to get in by other than the front door.

use super::{agree, log_in, press, sign_up, site, whoami};
use crate::support::{Person, location};
use reqwest::StatusCode;

/// A query of an address with a part changed.
fn with(url: &str, name: &str, value: Option<&str>) -> String {
    let mut url = reqwest::Url::parse(url).unwrap();
    let mut pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    pairs.retain(|pair| pair.0 != name);
    pairs.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    url.query_pairs_mut().clear().extend_pairs(pairs);
    url.into()
}

#[actix_web::test]
async fn a_changed_answer_is_refused() {
    let (site, provider) = site().await;
    sign_up(&Person::of(&site), "google", "ada").await;
    let asked = provider.books().times("/token");
    let person = Person::of(&site);
    let zeros = "0".repeat(64);
    for (name, value) in [
        ("state", None),
        ("state", Some("")),
        ("state", Some(zeros.as_str())),
        ("iss", Some("https://evil.example")),
        ("iss", None),
        ("code", None),
        ("code", Some("")),
    ] {
        let url = press(&person, "google", &[]).await;
        let back = with(&agree(&person, &url).await, name, value);
        let answer = person.http.get(&back).send().await.unwrap();
        assert!(answer.status().is_client_error() || answer.status() == 502, "{name}: {value:?}");
        assert!(answer.text().await.unwrap().contains("Back to the log-in page"));
        assert_eq!(whoami(&person).await, None, "{name}: {value:?}");
    }
    assert_eq!(provider.books().times("/token"), asked, "no code went anywhere");
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn a_state_is_good_once_and_only_in_its_browser() {
    let (site, provider) = site().await;
    sign_up(&Person::of(&site), "google", "ada").await;
    let person = Person::of(&site);
    let url = press(&person, "google", &[]).await;
    let back = agree(&person, &url).await;
    // Somebody else is lured to the address: nothing happens to either.
    let victim = Person::of(&site);
    let answer = victim.http.get(&back).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    assert!(answer.text().await.unwrap().contains("This log-in is over"));
    assert_eq!(whoami(&victim).await, None);

    let answer = person.http.get(&back).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let asked = provider.books().times("/token");
    let answer = person.http.get(&back).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    assert_eq!(provider.books().times("/token"), asked);
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn a_state_is_good_once_even_with_its_cookie() {
    let (site, provider) = site().await;
    sign_up(&Person::of(&site), "google", "ada").await;
    let person = Person::of(&site);
    let token = person.token("/login").await;
    let post = person.http.post(person.url("/login/google")).form(&[("csrf", token)]);
    let answer = post.send().await.unwrap();
    let kept = answer.headers().get_all("set-cookie").iter();
    let kept = kept.map(|cookie| cookie.to_str().unwrap().to_owned());
    let kept = kept.into_iter().find(|cookie| cookie.starts_with("trythis-login-")).unwrap();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/login/google/callback", "Max-Age=600"] {
        assert!(kept.contains(part), "{kept}");
    }
    let cookie = kept.split(';').next().unwrap().to_owned();
    let refresh = answer.headers()["refresh"].to_str().unwrap();
    let back = agree(&person, refresh.strip_prefix("0;url=").unwrap()).await;
    assert_eq!(person.http.get(&back).send().await.unwrap().status(), StatusCode::SEE_OTHER);
    // A thief of cookies comes late.
    let thief = Person::of(&site);
    let asked = provider.books().times("/token");
    let answer = thief.http.get(&back).header("cookie", cookie).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    assert_eq!(provider.books().times("/token"), asked, "the code is not tried again");
    assert_eq!(whoami(&thief).await, None);
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn providers_are_not_mixed_up() {
    let (site, provider) = site().await;
    let person = Person::of(&site);
    let url = press(&person, "google", &[]).await;
    let back = agree(&person, &url).await;
    for other in ["/login/github/callback", "/login/other/callback"] {
        let answer = person.http.get(back.replace("/login/google/callback", other)).send().await;
        assert_eq!(answer.unwrap().status(), StatusCode::BAD_REQUEST, "{other}");
    }
    assert_eq!(provider.books().times("/token"), 0);
    // The same person at two providers is two identities, though their numbers are the same.
    sign_up(&person, "google", "ada").await;
    let other = Person::of(&site);
    assert_eq!(location(&log_in(&other, "other", &[]).await), "/signup/finish");
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn several_tabs_at_once() {
    let (site, provider) = site().await;
    sign_up(&Person::of(&site), "google", "ada").await;
    let person = Person::of(&site);
    let first = press(&person, "google", &[("next", "/projects")]).await;
    let second = press(&person, "google", &[]).await;
    let (first, second) = (agree(&person, &first).await, agree(&person, &second).await);
    assert_eq!(location(&person.http.get(&second).send().await.unwrap()), "/");
    assert_eq!(location(&person.http.get(&first).send().await.unwrap()), "/projects");
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn the_session_changes_and_buttons_need_their_token() {
    let (site, provider) = site().await;
    sign_up(&Person::of(&site), "google", "ada").await;
    let person = Person::of(&site);
    let token = person.token("/login").await;
    log_in(&person, "google", &[]).await;
    // A token from before is worth nothing.
    let answer = person.http.post(person.url("/logout")).form(&[("csrf", token)]).send().await;
    assert_eq!(answer.unwrap().status(), StatusCode::FORBIDDEN);
    for path in ["/login/google", "/signup/finish", "/account/identities/1/unlink"] {
        let answer = person.http.post(person.url(path)).form(&[("csrf", "00")]).send().await;
        assert_eq!(answer.unwrap().status(), StatusCode::FORBIDDEN, "{path}");
    }
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn a_double_submit_makes_one_account() {
    let (site, provider) = site().await;
    let person = Person::of(&site);
    log_in(&person, "google", &[]).await;
    let token = person.token("/signup/finish").await;
    let send = |name: &'static str| {
        let form = [("csrf", token.as_str()), ("username", name)];
        person.http.post(person.url("/signup/finish")).form(&form).send()
    };
    let (first, second) = tokio::join!(send("ada"), send("ada-again"));
    let (first, second) = (first.unwrap().status(), second.unwrap().status());
    assert!([first, second].iter().all(|s| *s == StatusCode::SEE_OTHER), "{first} {second}");
    let name = whoami(&person).await.unwrap();
    let other = Person::of(&site);
    log_in(&other, "google", &[]).await;
    assert_eq!(whoami(&other).await, Some(name), "both got the same account");
    provider.stop().await;
    site.stop().await;
}
