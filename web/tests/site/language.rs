//! Korean and English: by the browser's wish, and by the switch.

use crate::support::{Person, Site, location};
use reqwest::StatusCode;

const KOREAN: &str = "ko-KR,ko;q=0.9,en;q=0.8";

#[actix_web::test]
async fn the_browser_s_wish_counts_until_the_switch_is_used() {
    let site = Site::start().await;
    let person = Person::of(&site);
    let wish = |path| person.http.get(person.url(path)).header("accept-language", KOREAN).send();
    let answer = wish("/").await.unwrap();
    assert_eq!(answer.headers()["content-language"], "ko");
    assert!(answer.headers()["vary"].to_str().unwrap().contains("accept-language"));
    let html = answer.text().await.unwrap();
    assert!(html.contains("<html lang=\"ko\">") && html.contains("둘러보기"), "{html}");

    let token = person.token("/").await;
    let form = [("csrf", token.as_str()), ("language", "en")];
    let post = person.http.post(person.url("/language")).form(&form);
    let answer = post.header("referer", person.url("/login?next=%2Fprojects")).send();
    let answer = answer.await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(location(&answer), "/login?next=%2Fprojects");
    let html = wish("/").await.unwrap().text().await.unwrap();
    assert!(html.contains("<html lang=\"en\">") && html.contains("Explore"), "{html}");
    site.stop().await;
}

#[actix_web::test]
async fn the_switch_goes_back_to_pages_of_ours_only() {
    let site = Site::start().await;
    let person = Person::of(&site);
    let token = person.token("/").await;
    for (referer, target) in [("https://example.org/p/jq", "/"), ("about:blank", "/"), ("//", "/")]
    {
        let form = [("csrf", token.as_str()), ("language", "ko")];
        let post = person.http.post(person.url("/language")).form(&form);
        let answer = post.header("referer", referer).send().await.unwrap();
        assert_eq!(location(&answer), target, "{referer}");
    }
    let answer = person.submit("/", "/language", &[("language", "tlh")]).await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    let words = answer.text().await.unwrap();
    assert!(words.contains("tlh 언어는 아직 없어요"), "{words}");
    site.stop().await;
}
