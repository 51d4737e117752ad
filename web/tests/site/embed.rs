//! `/p/{slug}/embed`, its forms and its settings.

use crate::support::{Person, Site, location};
use reqwest::{RequestBuilder, Response, StatusCode};

const PARENT: &str = "https://docs.example.org";

/// A frame: no cookies, ever.
fn frame() -> reqwest::Client {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

fn ancestors(answer: &Response) -> String {
    let policy = answer.headers()["content-security-policy"].to_str().unwrap();
    policy.split("frame-ancestors ").nth(1).unwrap().to_owned()
}

fn value<'a>(html: &'a str, before: &str) -> &'a str {
    let rest = html.split(before).nth(1).unwrap_or_else(|| panic!("no {before} in {html}"));
    rest.split('"').next().unwrap()
}

async fn allow(owner: &Person, parents: &str) -> Response {
    let page = "/p/jq/embed/settings";
    owner.submit(page, page, &[("parents", parents)]).await
}

/// The button's page, and the pass in it.
async fn pass(site: &Site) -> String {
    let answer = frame().get(format!("{}/p/jq/embed", site.base)).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(!answer.headers().contains_key("set-cookie"));
    assert!(!answer.headers().contains_key("x-frame-options"));
    assert_eq!(answer.headers()["x-robots-tag"], "noindex");
    value(&answer.text().await.unwrap(), "name=\"pass\" value=\"").to_owned()
}

fn press(site: &Site, slug: &str, pass: &str) -> RequestBuilder {
    let form = [("pass", pass), ("columns", "70"), ("rows", "20")];
    frame().post(format!("{}/p/{slug}/embed/start", site.base)).form(&form)
}

#[actix_web::test]
async fn only_the_parents_of_its_list_may_frame_a_project() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    let guest = Person::of(&site);
    let page = guest.get("/p/jq/embed").await;
    assert_eq!(ancestors(&page), "'none'");
    let page = page.text().await.unwrap();
    assert!(page.contains("No site may show this project") && !page.contains("<form"), "{page}");

    let list = "https://Docs.example.org/\nhttps://*.example.com\nhttp://localhost:8000";
    assert_eq!(location(&allow(&ada, list).await), "/p/jq/embed/settings");
    assert!(ada.page("/p/jq/embed/settings").await.contains(PARENT));
    let wanted = "https://docs.example.org https://*.example.com http://localhost:8000";
    assert_eq!(ancestors(&guest.get("/p/jq/embed").await), wanted);
    // Nothing else becomes frameable by it.
    for path in ["/", "/p/jq", "/p/jq/start", "/p/jq/embed/settings", "/p/unknown/embed"] {
        assert_eq!(ancestors(&ada.get(path).await), "'none'", "{path}");
    }
    assert_eq!(location(&allow(&ada, " \n").await), "/p/jq/embed/settings");
    assert_eq!(ancestors(&guest.get("/p/jq/embed").await), "'none'");
    site.stop().await;
}

#[actix_web::test]
async fn a_list_that_is_none_is_shown_again_as_it_was_typed() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    let wild = "https://a.example; script-src *\n</textarea><script>alert(1)</script>";
    let answer = allow(&ada, wild).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = answer.text().await.unwrap();
    assert!(page.contains("aria-invalid=\"true\"") && page.contains("is not an address"), "{page}");
    assert!(!page.contains("<script>alert"), "{page}");
    assert_eq!(ancestors(&ada.get("/p/jq/embed").await), "'none'");
    let stranger = Person::signed_up(&site, "bob").await;
    let path = "/p/jq/embed/settings";
    assert_eq!(stranger.get(path).await.status(), StatusCode::FORBIDDEN);
    let answer = stranger.submit("/projects/new", path, &[("parents", PARENT)]).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    let to = location(&Person::of(&site).get(path).await);
    assert_eq!(to, format!("/login?next={path}"));
    site.stop().await;
}

#[actix_web::test]
async fn a_frame_starts_uses_and_stops_a_sandbox_without_cookies() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    allow(&ada, PARENT).await;
    let pass = pass(&site).await;
    let answer = press(&site, "jq", &pass).send().await.unwrap();
    assert_eq!((answer.status(), ancestors(&answer)), (StatusCode::OK, PARENT.to_owned()));
    assert!(!answer.headers().contains_key("set-cookie"));
    let page = answer.text().await.unwrap();
    let api = value(&page, "data-terminal=\"").to_owned();
    let key = value(&page, "data-embed-key=\"").to_owned();
    let size = site.containers.books().wishes[0].size;
    assert_eq!((size.columns, size.rows), (70, 20));

    // The pass again finds the same sandbox: the frame was loaded anew.
    let again = press(&site, "jq", &pass).send().await.unwrap().text().await.unwrap();
    assert_eq!(value(&again, "data-terminal=\""), api);
    assert_eq!(site.containers.books().sandboxes.len(), 1);

    // Its calls need the key, which is good for nothing else.
    let url = format!("{}{api}", site.base);
    let ask =
        |path: &str| frame().get(format!("{}{path}", site.base)).header("x-trythis-embed", &key);
    assert_eq!(frame().get(&url).send().await.unwrap().status(), StatusCode::NOT_FOUND);
    let looked: serde_json::Value = ask(&api).send().await.unwrap().json().await.unwrap();
    assert!(looked["terminal_url"].as_str().unwrap().starts_with("ws://"), "{looked}");
    let all: serde_json::Value =
        ask("/api/v1/sandboxes").send().await.unwrap().json().await.unwrap();
    assert_eq!(all["sandboxes"], serde_json::json!([]));
    let terminal = api.replace("/api/v1/sandboxes", "/s");
    assert_eq!(ask(&terminal).send().await.unwrap().status(), StatusCode::NOT_FOUND);
    let guest = Person::of(&site);
    let other = location(&guest.try_it("jq").await).replace("/s/", "/api/v1/sandboxes/");
    assert_eq!(ask(&other).send().await.unwrap().status(), StatusCode::NOT_FOUND);

    let stop = format!("{}/p/jq/embed/stop", site.base);
    for (key, status) in [("", 404), ("x.y.00", 404), (pass.as_str(), 404), (key.as_str(), 200)] {
        let answer = frame().post(&stop).form(&[("key", key)]).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), ancestors(&answer)), (status, PARENT.to_owned()));
        let page = answer.text().await.unwrap();
        assert_eq!(page.contains("Stopped."), status == 200, "{page}");
        assert!(page.contains("name=\"pass\""), "{page}");
    }
    let looked: serde_json::Value = ask(&api).send().await.unwrap().json().await.unwrap();
    assert_eq!(looked["state"], "ended");
    site.stop().await;
}

#[actix_web::test]
async fn nothing_starts_without_a_pass_of_this_project() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    ada.publish("Other").await;
    let fresh = |slug: &'static str| {
        let url = format!("{}/p/{slug}/embed/start", site.base);
        frame().get(url)
    };
    assert_eq!(fresh("jq").send().await.unwrap().status(), StatusCode::SEE_OTHER);
    // Nobody may embed it: its page has no pass, and takes none.
    allow(&ada, PARENT).await;
    let pass = pass(&site).await;
    allow(&ada, "").await;
    assert_eq!(press(&site, "jq", &pass).send().await.unwrap().status(), StatusCode::FORBIDDEN);
    allow(&ada, PARENT).await;
    for (slug, pass) in
        [("jq", ""), ("jq", &pass[..pass.len() - 1]), ("jq", "1.g:0.00"), ("other", &pass)]
    {
        let answer = press(&site, slug, pass).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{slug} {pass}");
    }
    let bare = frame().post(format!("{}/p/jq/embed/start", site.base)).send().await.unwrap();
    assert_eq!(bare.status(), StatusCode::FORBIDDEN);
    // Another site's page cannot send the form, be it with a pass.
    for (name, from) in [("sec-fetch-site", "cross-site"), ("origin", PARENT), ("origin", "null")] {
        let answer = press(&site, "jq", &pass).header(name, from).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{from}");
    }
    assert!(site.containers.books().wishes.is_empty());
    let own = press(&site, "jq", &pass).header("sec-fetch-site", "same-origin");
    assert_eq!(own.send().await.unwrap().status(), StatusCode::OK);
    site.stop().await;
}

#[actix_web::test]
async fn starts_of_frames_count_against_their_network() {
    let site = Site::with(|config| config.tries.per_minute = 2).await;
    let ada = site.with_project("jq").await;
    allow(&ada, PARENT).await;
    for status in [200, 200, 429] {
        let answer = press(&site, "jq", &pass(&site).await).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), ancestors(&answer)), (status, PARENT.to_owned()));
        let page = answer.text().await.unwrap();
        assert_eq!(page.contains("name=\"pass\"") && page.contains("embed-page"), status == 429);
    }
    site.stop().await;
}
