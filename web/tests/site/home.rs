//! `/`.

use crate::support::{Person, Site, project, with};
use reqwest::header::ACCEPT_ENCODING;
use std::io::Write as _;
use web::Sponsor;

#[actix_web::test]
async fn an_empty_home_says_what_to_do() {
    let site = Site::start().await;
    let home = Person::of(&site).page("/").await;
    assert!(home.contains("Nothing to try yet"), "{home}");
    assert!(!home.contains("data-try-form"));
    site.stop().await;
}

#[actix_web::test]
async fn a_small_catalogue_is_shown_once_and_whole() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    ada.publish("Wordlike").await;
    let game = with(project("Tetris"), "category", "Games");
    ada.submit("/projects/new", "/projects/new", &game).await;
    ada.page("/p/tetris").await;
    let slow = with(project("Slow"), "script", "wait");
    ada.submit("/projects/new", "/projects/new", &slow).await;
    let broken = with(project("Broken"), "script", "fail");
    ada.submit("/projects/new", "/projects/new", &broken).await;
    ada.page("/p/broken").await;
    ada.try_it("tetris").await;

    let home = Person::of(&site).page("/").await;
    assert_eq!(home.matches("href=\"/p/tetris\"").count(), 1, "{home}");
    assert!(home.contains("href=\"/p/wordlike\"") && home.contains("action=\"/p/tetris/try\""));
    assert!(home.contains("href=\"/search?category=Games\""));
    assert!(home.contains("href=\"/p/slow\"") && !home.contains("action=\"/p/slow/try\""));
    assert!(!home.contains("href=\"/p/broken\""), "what failed is nobody else's business");
    for heading in ["id=\"trending\"", "id=\"liked\"", "id=\"popular\""] {
        assert!(!home.contains(heading), "{heading}: {home}");
    }
    site.sql("UPDATE projects SET archived_at = CURRENT_TIMESTAMP WHERE slug = 'tetris'");
    let home = Person::of(&site).page("/").await;
    assert!(!home.contains("/p/tetris") && !home.contains("category=Games"), "{home}");
    site.stop().await;
}

/// The slugs in the section of this id.
fn slugs(home: &str, section: &str) -> Vec<String> {
    let from = home.split(&format!("id=\"{section}\"")).nth(1).unwrap_or_default();
    let section = from.split("</section>").next().unwrap_or_default();
    let links = section.split("href=\"/p/").skip(1);
    links.map(|link| link.split('"').next().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn a_large_catalogue_shows_what_is_tried_and_what_one_may_like() {
    let site = Site::start().await;
    Person::signed_up(&site, "ada").await;
    site.fill(60);
    let guest = Person::of(&site);
    let home = guest.page("/").await;
    let trending = slugs(&home, "trending");
    assert_eq!(trending.len(), 10);
    assert_eq!(trending[..2], ["many-1", "many-2"]);
    let popular = slugs(&home, "popular");
    assert_eq!(popular.len(), 10);
    assert!(popular.iter().all(|slug| !trending.contains(slug)), "{popular:?} {trending:?}");
    assert_eq!(slugs(&home, "liked"), [""; 0]);

    // Ten tries: six of Cloud (3, 6, …), two of AI (1, 4, …), two of System (2, 5, …).
    for (slug, times) in [("many-60", 6), ("many-58", 2), ("many-59", 2)] {
        for _ in 0..times {
            let id = guest.post_sandbox(slug).await.json::<serde_json::Value>().await.unwrap();
            let id = id["id"].as_str().unwrap_or_else(|| panic!("{id}")).to_owned();
            guest.http.delete(guest.url(&format!("/api/v1/sandboxes/{id}"))).send().await.unwrap();
        }
    }
    let home = guest.page("/").await;
    let liked = slugs(&home, "liked");
    let in_category = |rest: u32| {
        let of =
            |slug: &&String| slug.trim_start_matches("many-").parse::<u32>().unwrap() % 3 == rest;
        liked.iter().filter(of).map(String::as_str).collect::<Vec<_>>()
    };
    assert_eq!(in_category(0), ["many-3", "many-6", "many-9", "many-12", "many-15", "many-18"]);
    assert_eq!(in_category(1), ["many-1", "many-4"]);
    assert_eq!(in_category(2), ["many-2", "many-5"]);
    assert_eq!(slugs(&home, "popular"), [""; 0]);
    // What was just tried is what is tried just now: its try counts, and others are of long ago.
    site.sql("UPDATE projects SET tried_at = '2026-01-01 00:00:00' WHERE tries_count < 60 AND slug <> 'many-60'");
    let home = guest.page("/").await;
    assert_eq!(slugs(&home, "trending"), ["many-60"]);
    site.stop().await;
}

#[actix_web::test]
async fn home_stays_small_however_much_there_is() {
    let site = Site::start().await;
    Person::signed_up(&site, "ada").await;
    site.fill(300);
    let guest = Person::of(&site);
    let home = guest.page("/").await;
    let mut all = compressed(&guest, "/").await;
    let assets = home
        .split("=\"/static/")
        .skip(1)
        .map(|rest| format!("/static/{}", rest.split(['"', '#']).next().unwrap()));
    let assets: std::collections::BTreeSet<String> = assets.collect();
    for asset in assets {
        // Tests may run without the browser's part; what there is counts.
        all += compressed(&guest, &asset).await;
    }
    assert!(all <= 100 << 10, "{all} bytes");
    // Nothing moves: no picture without a size, and no style or script in the page itself.
    assert!(!home.contains("<style") && !home.contains(" style=") && !home.contains("<script>"));
    for image in home.split("<img").skip(1) {
        let image = image.split('>').next().unwrap();
        assert!(image.contains("width=") && image.contains("height="), "{image}");
    }
    site.stop().await;
}

/// How much of an answer goes over the line.
async fn compressed(person: &Person, path: &str) -> usize {
    let request = person.http.get(person.url(path)).header(ACCEPT_ENCODING, "gzip");
    request.send().await.unwrap().bytes().await.unwrap().len()
}

#[actix_web::test]
async fn a_sponsor_is_shown_where_one_is_configured() {
    let folder = tempfile::tempdir().unwrap();
    let mut banner = std::fs::File::create(folder.path().join("banner.png")).unwrap();
    banner.write_all(b"\x89PNG\r\n\x1a\n").unwrap();
    let path = folder.path().join("sponsor.toml");
    let toml = "text = 'Machines by <b>Example</b>'\nlink = 'https://example.org/?a&b'\nimage = 'banner.png'";
    std::fs::write(&path, toml).unwrap();
    let sponsor = Sponsor::read(&path).unwrap();
    let site = Site::with(|config| config.discover.sponsor = Some(sponsor)).await;
    let guest = Person::of(&site);
    let home = guest.page("/").await;
    assert!(home.contains("Machines by &#60;b&#62;Example"), "{home}");
    assert!(home.contains("rel=\"sponsored noopener noreferrer\"") && home.contains("Sponsored"));
    let image = home.split("src=\"/sponsor/").nth(1).unwrap().split('"').next().unwrap();
    let answer = guest.get(&format!("/sponsor/{image}")).await;
    assert_eq!(answer.headers()["content-type"], "image/png");
    assert_eq!(guest.get("/sponsor/other").await.status(), 404);
    site.stop().await;

    let site = Site::start().await;
    assert!(!Person::of(&site).page("/").await.contains("class=\"sponsor\""));
    site.stop().await;
}
