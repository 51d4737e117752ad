//! Several identities on one account.

use super::{agree, log_in, press, sign_up, site, whoami};
use crate::support::{Person, location};
use reqwest::StatusCode;

const LINK: [(&str, &str); 1] = [("link", "1")];
const HERE: &str = "/account/identities";

/// The address that unlinks the nth identity.
async fn unlink_of(person: &Person, number: usize) -> Option<String> {
    let page = person.page(HERE).await;
    let form = page.split("action=\"/account/identities/").nth(number)?;
    Some(format!("{HERE}/{}", form.split('"').next().unwrap()))
}

#[actix_web::test]
async fn identities_come_and_go_but_for_the_last() {
    let (site, provider) = site().await;
    let ada = Person::of(&site);
    sign_up(&ada, "github", "ada").await;
    assert_eq!(unlink_of(&ada, 1).await, None, "the only way in has no button");
    let answer = ada.submit("/projects", &format!("{HERE}/1/unlink"), &[]).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    assert!(answer.text().await.unwrap().contains("This is your only way in"));

    assert_eq!(location(&log_in(&ada, "google", &LINK).await), HERE);
    assert!(ada.page(HERE).await.contains("You can log in with Google now"));
    let again = Person::of(&site);
    log_in(&again, "google", &[]).await;
    assert_eq!(whoami(&again).await.as_deref(), Some("ada"));

    let first = unlink_of(&ada, 1).await.unwrap();
    assert_eq!(location(&ada.submit("/projects", &first, &[]).await), HERE);
    assert!(ada.page(HERE).await.contains("GitHub is unlinked"));
    assert_eq!(unlink_of(&ada, 1).await, None);
    let stranger = Person::of(&site);
    assert_eq!(location(&log_in(&stranger, "github", &[]).await), "/signup/finish");
    // Twice is once.
    assert_eq!(location(&ada.submit("/projects", &first, &[]).await), HERE);
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn with_a_password_the_last_may_go_too() {
    let (site, provider) = site().await;
    let ada = Person::signed_up(&site, "ada").await;
    log_in(&ada, "github", &LINK).await;
    let form = unlink_of(&ada, 1).await.unwrap();
    assert_eq!(location(&ada.submit("/projects", &form, &[]).await), HERE);
    assert!(ada.page(HERE).await.contains("No linked accounts yet"));
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn an_identity_stays_with_whom_it_belongs_to() {
    let (site, provider) = site().await;
    let ada = Person::of(&site);
    sign_up(&ada, "github", "ada").await;
    let bob = Person::signed_up(&site, "bob").await;
    let answer = log_in(&bob, "github", &LINK).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    assert!(answer.text().await.unwrap().contains("is linked already"));
    assert_eq!(whoami(&bob).await.as_deref(), Some("bob"));
    assert!(bob.page(HERE).await.contains("No linked accounts yet"));
    // Nor can he unlink hers.
    let answer = bob.submit("/projects", &format!("{HERE}/1/unlink"), &[]).await;
    assert_eq!(location(&answer), HERE);
    assert!(ada.page(HERE).await.contains("your only way in"));
    // Linking one's own once more changes nothing.
    assert_eq!(location(&log_in(&ada, "github", &LINK).await), HERE);
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn an_email_address_links_nobody() {
    let (site, provider) = site().await;
    provider.is(1, "ada");
    sign_up(&Person::of(&site), "google", "ada").await;
    let other = Person::of(&site);
    // The same address at another provider.
    assert_eq!(location(&log_in(&other, "other", &[]).await), "/signup/finish");
    assert_eq!(whoami(&other).await, None);
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn who_became_somebody_else_meanwhile_links_nothing() {
    let (site, provider) = site().await;
    Person::signed_up(&site, "bob").await;
    for becomes_bob in [false, true] {
        let name = if becomes_bob { "ada" } else { "grace" };
        let ada = Person::signed_up(&site, name).await;
        let url = press(&ada, "github", &LINK).await;
        let back = agree(&ada, &url).await;
        ada.submit("/", "/logout", &[]).await;
        if becomes_bob {
            ada.log_in("bob", "correct horse battery").await;
        }
        let answer = ada.http.get(&back).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::CONFLICT);
        assert!(answer.text().await.unwrap().contains("You are not logged in any more"));
        if becomes_bob {
            assert!(ada.page(HERE).await.contains("No linked accounts yet"));
        }
    }
    assert_eq!(provider.books().times("/login/oauth/access_token"), 0);
    let guest = Person::of(&site);
    let answer = guest.submit("/login", "/login/github", &LINK).await;
    assert_eq!(location(&answer), format!("/login?next={HERE}"));
    provider.stop().await;
    site.stop().await;
}
