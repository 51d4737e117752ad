//! `/search`, and the same by `/api/v1/projects?q=…`.

use crate::support::{Person, Site, project, with};
use serde_json::Value;

/// The slugs of a list, in its order.
fn slugs(html: &str) -> Vec<String> {
    let links = html.split("class=\"card-link\" href=\"/p/").skip(1);
    links.map(|link| link.split('"').next().unwrap().to_owned()).collect()
}

async fn publish(person: &Person, name: &str, category: &str, line: &str) {
    let form = with(with(project(name), "category", category), "short_description", line);
    let form = with(form, "long_description", "Much more, in **Markdown**.");
    person.submit("/projects/new", "/projects/new", &form).await;
    person.page(&format!("/p/{}", name.to_lowercase())).await;
}

async fn catalogue(site: &Site) -> Person {
    let ada = Person::signed_up(site, "ada").await;
    publish(&ada, "htop", "System", "An interactive viewer of processes").await;
    publish(&ada, "sqlite3", "Data", "A database in a file 데이터베이스").await;
    publish(&ada, "Tetris", "Games", "Blocks that fall").await;
    publish(&ada, "Chess", "Games", "A viewer of positions").await;
    ada
}

#[actix_web::test]
async fn words_find_projects() {
    let site = Site::start().await;
    catalogue(&site).await;
    let guest = Person::of(&site);
    let cases: [(&str, &[&str]); 8] = [
        ("htop", &["htop"]),
        ("proc", &["htop"]),
        ("blocks fall", &["tetris"]),
        ("데이터", &["sqlite3"]),
        ("이터베", &["sqlite3"]),
        ("viewer&category=Games", &["chess"]),
        ("viewer&sort=name", &["chess", "htop"]),
        ("viewer&language=Rust", &[]),
    ];
    for (query, found) in cases {
        let page = guest.page(&format!("/search?q={query}")).await;
        assert_eq!(slugs(&page), found, "{query}: {page}");
    }
    let page = guest.page("/search?q=markdown").await;
    assert!(slugs(&page).len() == 4 && page.contains("4 projects"), "{page}");
    site.sql("UPDATE projects SET archived_at = CURRENT_TIMESTAMP WHERE slug = 'htop'");
    assert_eq!(slugs(&guest.page("/search?q=htop").await), [""; 0]);
    assert!(!guest.page("/search").await.contains("/p/htop"));
    site.stop().await;
}

#[actix_web::test]
async fn slips_are_understood() {
    let site = Site::start().await;
    catalogue(&site).await;
    let guest = Person::of(&site);
    for (typed, found) in [
        ("htpo", "htop"),
        ("sqllite", "sqlite3"),
        ("tertis", "tetris"),
        ("데이타베이스", "sqlite3"),
    ] {
        let page = guest.page(&format!("/search?q={typed}")).await;
        assert_eq!(slugs(&page), [found], "{typed}: {page}");
        assert!(page.contains("data-instead"), "{typed}: {page}");
    }
    let page = guest.page("/search?q=quantum+chromodynamics").await;
    assert!(page.contains("Nothing fits “quantum chromodynamics”"), "{page}");
    assert!(page.contains("Show everything"));
    site.stop().await;
}

#[actix_web::test]
async fn facets_count_and_lead_on() {
    let site = Site::start().await;
    catalogue(&site).await;
    let guest = Person::of(&site);
    let page = guest.page("/search?q=viewer").await;
    for link in [
        "href=\"/search?q=viewer&#38;category=Games\"",
        "href=\"/search?q=viewer&#38;category=System\"",
    ] {
        assert!(page.contains(link), "{link}: {page}");
    }
    let page = guest.page("/search?category=Games").await;
    assert_eq!(slugs(&page).len(), 2);
    assert!(
        page.contains("aria-current=\"true\">Games <span class=\"facet-count\">2</span>"),
        "{page}"
    );
    assert!(page.contains("System <span class=\"facet-count\">1</span>"), "{page}");
    site.stop().await;
}

#[actix_web::test]
async fn anything_typed_is_text() {
    let site = Site::start().await;
    catalogue(&site).await;
    let guest = Person::of(&site);
    let long = "x".repeat(10_000);
    for typed in [
        "c%2B%2B",
        "%22",
        "*",
        "NEAR(",
        "%25",
        "_",
        "%00",
        "a%00b",
        "AND",
        "OR%20OR",
        "-",
        "%27%3B--",
        "%3Cscript%3Ealert(1)%3C/script%3E",
        "%E2%80%AE",
        "%EF%BB%BF",
        "(((",
        "name:",
        &long,
    ] {
        for rest in ["", "&fragment=1", "&category=%00", "&after=%00", "&sort=%27"] {
            let page = guest.page(&format!("/search?q={typed}{rest}")).await;
            assert!(!page.contains("<script>alert"), "{typed}");
        }
    }
    site.stop().await;
}

#[actix_web::test]
async fn pages_follow_one_another() {
    let site = Site::start().await;
    Person::signed_up(&site, "ada").await;
    site.fill(70);
    let guest = Person::of(&site);
    for start in [
        "/search",
        "/search?sort=name",
        "/search?sort=newest",
        "/search?q=many",
        "/search?sort=trending",
    ] {
        let (mut address, mut seen) = (start.to_owned(), Vec::new());
        loop {
            let page = guest.page(&address).await;
            seen.extend(slugs(&page));
            let Some(next) =
                page.split("\" rel=\"next\"").next().filter(|_| page.contains("rel=\"next\""))
            else {
                break;
            };
            address = next.rsplit("href=\"").next().unwrap().replace("&#38;", "&");
            assert!(seen.len() <= 70, "{start}");
        }
        let all: std::collections::BTreeSet<&String> = seen.iter().collect();
        assert_eq!((seen.len(), all.len()), (70, 70), "{start}");
    }
    site.stop().await;
}

#[actix_web::test]
async fn a_word_that_is_said_twice_is_no_error() {
    let site = Site::start().await;
    catalogue(&site).await;
    let page = Person::of(&site).page("/search?q=chess&q=htop").await;
    assert_eq!(slugs(&page), ["htop"]);
    site.stop().await;
}

#[actix_web::test]
async fn the_list_comes_alone_and_in_korean() {
    let site = Site::start().await;
    catalogue(&site).await;
    let guest = Person::of(&site);
    let list = guest.page("/search?q=htop&fragment=1").await;
    assert!(
        !list.contains("<html")
            && slugs(&list) == ["htop"]
            && list.contains("data-count=\"One project\"")
    );
    assert!(list.contains("name=\"csrf\" value=\"") && !list.contains("value=\"\""), "{list}");
    let korean = guest.http.get(guest.url("/search?q=htpo")).header("accept-language", "ko");
    let korean = korean.send().await.unwrap().text().await.unwrap();
    assert!(korean.contains("대신 보여 드려요") && korean.contains("프로젝트 1개"), "{korean}");
    site.stop().await;
}

#[actix_web::test]
async fn programs_search_too() {
    let site = Site::start().await;
    catalogue(&site).await;
    let guest = Person::of(&site);
    let ask = async |query: &str| {
        let answer = guest.get(&format!("/api/v1/projects?{query}")).await;
        assert_eq!(answer.status(), 200, "{query}");
        answer.json::<Value>().await.unwrap()
    };
    let found = ask("q=viewer&limit=1").await;
    assert_eq!(found["projects"].as_array().unwrap().len(), 1, "{found}");
    let next = found["next"].as_str().unwrap();
    assert!(next.contains("q=viewer") && next.contains("after="), "{next}");
    let rest = guest.get(next).await.json::<Value>().await.unwrap();
    assert_ne!(rest["projects"][0]["slug"], found["projects"][0]["slug"]);
    assert_eq!(ask("q=htpo").await["projects"][0]["slug"], "htop");
    assert_eq!(ask("q=viewer&category=Games").await["projects"][0]["slug"], "chess");
    assert_eq!(ask("q=%00").await["projects"].as_array().unwrap().len(), 0);
    site.stop().await;
}
