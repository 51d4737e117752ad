//! Everything but the terminal works without JavaScript: one visit, by links and forms alone.

use crate::support::{Person, Site, location, project};
use reqwest::StatusCode;

#[actix_web::test]
async fn a_visit_by_links_and_forms_alone() {
    let site = Site::start().await;
    let ada = Person::of(&site);
    // The switch of languages, and back.
    for (language, words) in [("ko", "가입하기"), ("en", "Sign up")] {
        ada.submit("/signup", "/language", &[("language", language)]).await;
        assert!(ada.page("/signup").await.contains(words), "{language}");
    }
    // An account, logged out and in again.
    assert_eq!(location(&ada.sign_up("ada", "correct horse battery").await), "/");
    assert_eq!(location(&ada.submit("/", "/logout", &[]).await), "/");
    assert_eq!(location(&ada.log_in("ada", "correct horse battery").await), "/");

    // A project, to its build, whose page says what became of it.
    let answer = ada.submit("/projects/new", "/projects/new", &project("Plain")).await;
    let build = location(&answer);
    let log = ada.get(&format!("{build}/log")).await.text().await.unwrap();
    assert!(log.contains("+ true"), "{log}");
    let page = ada.page(&build).await;
    assert!(page.contains(&format!("<noscript><a href=\"{build}/log\">")), "{page}");
    assert!(page.contains("<div data-log-end=\"pushed\">"), "what comes next is shown: {page}");
    assert!(page.contains("<div data-log-end=\"failed\" hidden>"), "{page}");

    // Found, and tried: by a form with a size of its own.
    let guest = Person::of(&site);
    assert!(guest.page("/").await.contains("href=\"/p/plain\""));
    let form = guest.page("/p/plain").await;
    assert!(
        form.contains("action=\"/p/plain/try\"") && form.contains("name=\"columns\""),
        "{form}"
    );
    let answer = guest.try_it("plain").await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let terminal = location(&answer);
    let page = guest.page(&terminal).await;
    assert!(page.contains("<noscript>") && page.contains("needs JavaScript"), "{page}");
    let answer = guest.submit(&terminal, &format!("{terminal}/stop"), &[]).await;
    assert_eq!(location(&answer), terminal);
    assert!(guest.page(&terminal).await.contains("You stopped this sandbox."));
    site.stop().await;
}

#[actix_web::test]
async fn errors_and_fields_speak_the_readers_language() {
    let site = Site::start().await;
    let ada = Person::of(&site);
    ada.submit("/", "/language", &[("language", "ko")]).await;
    let answer = ada.get("/nothing").await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    assert_eq!(answer.headers()["content-language"], "ko");
    let page = answer.text().await.unwrap();
    assert!(page.contains("여기에는 아무것도 없어요") && page.contains("lang=\"ko\""), "{page}");
    let page = ada.sign_up("a!", "short").await.text().await.unwrap();
    assert!(page.contains("영문 소문자 a–z") && page.contains("8자 이상"), "{page}");
    // Programs that ask for no language get English, and those that do get theirs.
    let other = Person::of(&site);
    for (wish, words) in [("", "There is no such project"), ("ko", "그런 프로젝트가 없어요")]
    {
        let call = other.http.get(other.url("/api/v1/projects/nothing"));
        let answer = call.header("accept-language", wish).send().await.unwrap();
        assert!(answer.text().await.unwrap().contains(words), "{wish:?}");
    }
    site.stop().await;
}
