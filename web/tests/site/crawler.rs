//! A crawler that follows every link: it starts nothing, and no row changes.

use crate::support::{Person, Site};
use diesel::{
    Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query, sql_types::Text,
};
use std::{collections::BTreeSet, path::Path, time::Duration};
use web::DatabaseUrl;

/// Every address on this site that a page names, be it for people or for browsers.
fn links(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    for name in ["href=\"", "src=\"", "action=\"", "data-terminal=\"", "data-log=\""] {
        for rest in html.split(name).skip(1) {
            let link = rest
                .split('"')
                .next()
                .unwrap_or_default()
                .replace("&#38;", "&")
                .replace("&amp;", "&");
            let link = link.split('#').next().unwrap_or_default();
            if link.starts_with('/') && !link.starts_with("//") {
                found.push(link.to_owned());
            }
        }
    }
    found
}

/// Follows everything from the home page on, and from where READMEs and documentation lead; gives
/// the paths that were asked for.
async fn crawl(person: &Person) -> BTreeSet<String> {
    let (mut seen, mut next) =
        (BTreeSet::new(), ["/", "/p/jq/start", "/p/jq/embed"].map(str::to_owned).to_vec());
    while let Some(path) = next.pop() {
        if !seen.insert(path.clone()) || path.starts_with("/static/") {
            continue;
        }
        assert!(seen.len() < 500, "the site has no end: {seen:?}");
        let request = person.http.get(person.url(&path)).timeout(Duration::from_secs(10));
        let answer = request.send().await.unwrap();
        assert!(!answer.status().is_server_error(), "{path}: {}", answer.status());
        if let Some(to) = answer.headers().get("location") {
            next.extend(to.to_str().ok().filter(|to| to.starts_with('/')).map(str::to_owned));
        }
        let kind =
            answer.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
        if kind.is_some_and(|kind| kind.starts_with("text/html")) {
            next.extend(links(&answer.text().await.unwrap()));
        }
    }
    seen
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Everything that is kept, as text, a line for each row.
fn rows(database: &Path) -> Vec<String> {
    let mut conn = SqliteConnection::establish(database.to_str().unwrap()).unwrap();
    let mut ask = |sql: String| -> Vec<String> {
        let lines: Vec<Line> = sql_query(&sql).load(&mut conn).expect(&sql);
        lines.into_iter().map(|line| line.line).collect()
    };
    let tables = ask("SELECT name AS line FROM sqlite_master WHERE type = 'table' \
                      AND sql NOT LIKE 'CREATE VIRTUAL%' AND name NOT LIKE 'sqlite%' ORDER BY name"
        .to_owned());
    let mut rows = Vec::new();
    for table in tables {
        let columns = ask(format!(
            "SELECT 'quote(\"' || name || '\")' AS line FROM pragma_table_info('{table}')"
        ));
        let columns = columns.join(" || ',' || ");
        rows.extend(ask(format!(
            "SELECT '{table}: ' || {columns} AS line FROM {table} ORDER BY 1"
        )));
    }
    assert!(rows.len() > 5, "{rows:?}");
    rows
}

#[actix_web::test]
async fn a_crawler_starts_nothing_and_changes_no_row() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("test.db");
    let site = Site::with(|config| config.database = DatabaseUrl::Sqlite(database.clone())).await;
    let ada = site.with_project("jq").await;
    ada.publish("Other").await;
    let before = rows(&database);
    for (person, pages) in [
        (
            Person::of(&site),
            &["/p/jq", "/p/jq/start", "/p/jq/badge.svg", "/p/jq/try", "/login"][..],
        ),
        (ada, &["/p/jq/edit", "/p/jq/try", "/projects", "/account", "/account/leave"]),
    ] {
        let seen = crawl(&person).await;
        for page in pages {
            assert!(seen.contains(*page), "{page} is not among {seen:?}");
        }
    }
    let books_are_empty =
        site.containers.books().wishes.is_empty() && site.containers.books().sandboxes.is_empty();
    assert!(books_are_empty, "a sandbox was started");
    assert_eq!(rows(&database), before);
    site.stop().await;
}
