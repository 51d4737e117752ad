//! `/signup`, `/login`, `/logout`.

use crate::support::{Person, Site, location};
use reqwest::StatusCode;

#[actix_web::test]
async fn up_out_and_in_again() {
    let site = Site::start().await;
    let ada = Person::of(&site);
    assert!(ada.page("/").await.contains("href=\"/signup\""));
    let answer = ada.sign_up("ada", "correct horse battery").await;
    assert_eq!((answer.status(), location(&answer).as_str()), (StatusCode::SEE_OTHER, "/"));
    assert!(ada.page("/").await.contains("Welcome, ada"));
    let home = ada.page("/").await;
    assert!(home.contains("Log out") && !home.contains("Welcome"));

    let answer = ada.submit("/", "/logout", &[]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert!(!ada.page("/").await.contains("Log out"));
    assert_eq!(location(&ada.get("/projects").await), "/login?next=/projects");

    let answer = ada.log_in("ADA", "correct horse battery").await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(location(&ada.get("/login?next=/projects").await), "/projects");
    site.stop().await;
}

#[actix_web::test]
async fn a_wrong_password_and_an_unknown_user_look_alike() {
    let site = Site::start().await;
    Person::signed_up(&site, "ada").await;
    let stranger = Person::of(&site);
    let mut pages = Vec::new();
    for name in ["ada", "bob", "trythis"] {
        let answer = stranger.log_in(name, "wrong wrong wrong").await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = answer.text().await.unwrap();
        assert!(page.contains(&format!("value=\"{name}\"")), "the name is kept");
        assert!(!page.contains("wrong wrong"), "the password is not");
        let alert = page.split("role=\"alert\">").nth(1).unwrap();
        pages.push(alert.split('<').next().unwrap().to_owned());
    }
    pages.dedup();
    assert_eq!(pages.len(), 1, "{pages:?}");
    site.stop().await;
}

#[actix_web::test]
async fn names_and_passwords_that_will_not_do() {
    let site = Site::start().await;
    Person::signed_up(&site, "ada").await;
    let person = Person::of(&site);
    for (name, password, says) in [
        ("ada", "another password", "taken already"),
        ("Ada", "correct horse battery", "small letters"),
        ("admin", "correct horse battery", "kept for the site"),
        ("bob", "short", "at least 8"),
        ("", "", "Choose a user name"),
    ] {
        let answer = person.sign_up(name, password).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = answer.text().await.unwrap();
        assert!(page.contains(says), "{name}: {page}");
        assert!(page.contains(&format!("name=\"username\" value=\"{name}\"")), "{name}");
    }
    site.stop().await;
}

#[actix_web::test]
async fn log_in_and_sign_up_lead_to_this_site_only() {
    let site = Site::start().await;
    Person::signed_up(&site, "ada").await;
    for (number, (next, leads_to)) in [
        ("/projects/new", "/projects/new"),
        ("/p/jq?x=1#y", "/p/jq?x=1#y"),
        ("//evil.example", "/"),
        ("///evil.example", "/"),
        ("https://evil.example/", "/"),
        ("https:evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        (" //evil.example", "/"),
        ("/\r\nset-cookie: a=b", "/"),
        ("evil.example", "/"),
    ]
    .into_iter()
    .enumerate()
    {
        let (password, name) = ("correct horse battery", format!("visitor-{number}"));
        for (page, name) in [("/login", "ada"), ("/signup", &name)] {
            let fields = [("username", name), ("password", password), ("next", next)];
            let answer = Person::of(&site).submit(page, page, &fields).await;
            assert_eq!(location(&answer), leads_to, "{page} {next}");
        }
    }
    // What is encoded twice stays a path of this site, whatever it says.
    let ada = Person::of(&site);
    ada.log_in("ada", "correct horse battery").await;
    for (query, leads_to) in [
        ("%2F%2Fevil.example", "/"),
        ("%2f%5cevil.example", "/"),
        ("https%3A%2F%2Fevil.example", "/"),
        ("/%252F/evil.example", "/%2F/evil.example"),
        ("/%09/evil.example", "/"),
    ] {
        let answer = ada.get(&format!("/login?next={query}")).await;
        assert_eq!(location(&answer), leads_to, "{query}");
    }
    site.stop().await;
}

#[actix_web::test]
async fn a_form_sent_twice_makes_one_account() {
    let site = Site::start().await;
    site.with_project("jq").await;
    let person = Person::of(&site);
    let terminal = location(&person.try_it("jq").await);
    let token = person.token("/signup").await;
    let form =
        [("csrf", token.as_str()), ("username", "bob"), ("password", "correct horse battery")];
    let send = || person.http.post(person.url("/signup")).form(&form).send();
    let (first, second) = futures_util::join!(send(), send());
    for answer in [first.unwrap(), second.unwrap()] {
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{:?}", answer.text().await);
    }
    assert!(person.page("/account").await.contains("You are bob"));
    assert!(person.page(&terminal).await.contains("data-terminal="));
    // Somebody else's password, a moment later, is no way in.
    let answer = Person::of(&site).sign_up("bob", "another password").await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().await.unwrap().contains("taken already"));
    site.stop().await;
}

#[actix_web::test]
async fn a_guests_tries_come_along() {
    let site = Site::start().await;
    site.with_project("jq").await;
    let bob = Person::signed_up(&site, "bob").await;
    bob.submit("/", "/logout", &[]).await;
    let ended = location(&bob.try_it("jq").await);
    bob.submit(&ended, &format!("{ended}/stop"), &[]).await;
    let running = location(&bob.try_it("jq").await);
    bob.log_in("bob", "correct horse battery").await;
    assert!(bob.page(&ended).await.contains("You stopped this sandbox."));
    assert!(bob.page(&running).await.contains("data-terminal="));
    // The container server knows the guest's word only; nobody is locked out by that.
    bob.submit(&running, &format!("{running}/stop"), &[]).await;
    assert_eq!(bob.try_it("jq").await.status(), StatusCode::SEE_OTHER);
    site.stop().await;
}

#[actix_web::test]
async fn the_session_changes_at_log_in() {
    let site = Site::start().await;
    Person::signed_up(&site, "ada").await;
    let person = Person::of(&site);
    let token = person.token("/login").await;
    let answer = person.log_in("ada", "correct horse battery").await;
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    for part in ["trythis=", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=2592000"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"));
    // A token from before is worth nothing.
    let answer = person.http.post(person.url("/logout")).form(&[("csrf", token)]).send().await;
    assert_eq!(answer.unwrap().status(), StatusCode::FORBIDDEN);
    site.stop().await;
}

#[actix_web::test]
async fn forms_need_their_token() {
    let site = Site::start().await;
    let (person, other) = (Person::of(&site), Person::of(&site));
    person.page("/signup").await;
    let others = other.token("/signup").await;
    for token in [None, Some(""), Some("00"), Some(others.as_str())] {
        let mut fields = vec![("username", "ada"), ("password", "correct horse battery")];
        fields.extend(token.map(|token| ("csrf", token)));
        let answer = person.http.post(person.url("/signup")).form(&fields).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{token:?}");
        let page = answer.text().await.unwrap();
        assert!(page.contains("This form has expired") && page.contains("reload the page"));
    }
    // Nobody was signed up.
    assert_eq!(person.sign_up("ada", "correct horse battery").await.status(), 303);
    site.stop().await;
}

#[actix_web::test]
async fn other_sites_change_nothing() {
    let site = Site::start().await;
    let person = Person::of(&site);
    let token = person.token("/signup").await;
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        let fields =
            [("username", "ada"), ("password", "correct horse battery"), ("csrf", token.as_str())];
        let request = person.http.post(person.url("/signup")).form(&fields);
        let answer = request.header(name, value).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{name}: {value}");
        assert!(answer.text().await.unwrap().contains("Another site asked for this"));
    }
    let own = person.http.post(person.url("/signup")).header("origin", &site.base);
    let fields =
        [("username", "ada"), ("password", "correct horse battery"), ("csrf", token.as_str())];
    assert_eq!(own.form(&fields).send().await.unwrap().status(), StatusCode::SEE_OTHER);
    site.stop().await;
}
