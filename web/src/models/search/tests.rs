//! Finding projects, on each database.

use super::*;
use crate::{
    db::{Db, testing::on_each_database},
    discover::words::Words,
    models::{now, projects as project_rows, projects::testing},
};

on_each_database!(
    words_are_found_where_they_stand,
    what_is_typed_is_text,
    words_follow_what_is_written,
    lists_go_on_where_they_stopped,
    what_is_archived_or_unbuilt_is_not_found,
    a_long_description_is_found_too
);

/// Changes a project's row.
macro_rules! set {
    ($db:expr, $id:expr, $values:expr) => {{
        let id = $id;
        let work = move |c: &mut AnyConnection| {
            diesel::update(projects::table.find(id)).set($values).execute(c)
        };
        assert_eq!($db.write(work).await.unwrap(), 1);
    }};
}

/// A project that can be tried.
async fn add(db: &Db, slug: &'static str, name: &str, short: &str, description: &str) -> i64 {
    let made = db.write(move |c| testing::project(c, slug)).await.unwrap();
    let mut texts = made.texts.clone();
    (texts.name, texts.short, texts.description) =
        (name.to_owned(), short.to_owned(), description.to_owned());
    db.write(move |c| project_rows::update(c, made.id, &texts, &made.source)).await.unwrap();
    set!(db, made.id, projects::image_digest.eq("sha256:1"));
    made.id
}

/// The slugs of what has the words, the best first.
async fn find(db: &Db, typed: &str) -> Vec<String> {
    let words = Words::of(typed);
    let term = |(at, word): (usize, &String)| vec![(word.clone(), words.is_prefix(at))];
    let groups: Vec<Vec<Term>> = words.words.iter().enumerate().map(term).collect();
    let mut hits = db.read(move |c| hits(c, &groups)).await.unwrap();
    hits.sort_by(|a, b| b.score.total_cmp(&a.score));
    hits.into_iter().map(|hit| hit.slug).collect()
}

async fn words_are_found_where_they_stand(db: Db) {
    add(&db, "htop", "htop", "A viewer of processes", "Shows what runs, like **top**.").await;
    let vim =
        add(&db, "vim", "Vim", "A text editor", "Modal. See www.vim.org/top/x_y for more.").await;
    add(&db, "node", "Node.js", "JavaScript outside of browsers, au café", "").await;
    add(&db, "term", "터미널 도구", "한국어로 된 도구예요", "여기에서 게임을 할 수 있어요.").await;
    set!(db, vim, projects::topics.eq("modal c++ terminal"));
    let cases: [(&str, &[&str]); 19] = [
        ("htop", &["htop"]),
        ("HTOP", &["htop"]),
        ("ht", &["htop"]),
        ("ht ", &[]),
        ("text editor", &["vim"]),
        ("editor text", &["vim"]),
        ("text processes", &[]),
        ("terminal", &["vim"]),
        ("node.js", &["node"]),
        ("nodejs", &[]),
        ("js", &["node"]),
        ("cafe", &["node"]),
        ("CAFÉ", &["node"]),
        ("vim.org", &["vim"]),
        ("터미널", &["term"]),
        ("도구", &["term"]),
        ("게임", &["term"]),
        ("터미", &["term"]),
        ("x_y", &["vim"]),
    ];
    for (typed, slugs) in cases {
        assert_eq!(find(&db, typed).await, slugs, "{typed:?}");
    }
    // A word in a name counts more than one in a description.
    add(&db, "top", "top", "Once more", "").await;
    assert_eq!(find(&db, "top").await[0], "top");
}

async fn what_is_typed_is_text(db: Db) {
    add(&db, "cpp", "C++", "100 % of it: \"quoted\" 'words' AND NOT operators", "name:x").await;
    for typed in [
        "\"",
        "'",
        "*",
        "%",
        "_",
        "(",
        ")",
        "NEAR(",
        "NEAR(a b, 3)",
        "a OR",
        "AND",
        "NOT",
        "^x",
        "name:",
        "-",
        "--",
        "';--",
        "\\",
        "\0",
        "a\0b",
        "\u{202e}",
        "&|!",
        ":*",
        "<->",
        "{}",
        "+",
        "\u{fffe}",
        "col : x",
        "\"a",
        "a\"*",
    ] {
        find(&db, typed).await;
    }
    find(&db, &"x".repeat(10_000)).await;
    find(&db, &"a* ".repeat(5_000)).await;
    for (typed, found) in [("c++", true), ("AND NOT", true), ("name:x", true), ("NEAR(c", false)] {
        assert_eq!(find(&db, typed).await.len(), usize::from(found), "{typed}");
    }
}

async fn words_follow_what_is_written(db: Db) {
    let id = add(&db, "one", "First", "", "").await;
    assert_eq!(find(&db, "first").await, ["one"]);
    set!(db, id, projects::name.eq("Second"));
    assert_eq!(find(&db, "first").await, [""; 0]);
    assert_eq!(find(&db, "second").await, ["one"]);
    db.write(move |c| diesel::delete(projects::table.find(id)).execute(c)).await.unwrap();
    assert_eq!(find(&db, "second").await, [""; 0]);
}

async fn what_is_archived_or_unbuilt_is_not_found(db: Db) {
    let archived = add(&db, "archived", "Same", "", "").await;
    let unbuilt = add(&db, "unbuilt", "Same too", "", "").await;
    add(&db, "seen", "Same again", "", "").await;
    set!(db, archived, projects::archived_at.eq(now().naive_utc()));
    set!(db, unbuilt, projects::image_digest.eq(None::<String>));
    assert_eq!(find(&db, "same").await, ["seen"]);
    let all = db.read(|c| browse(c, &Choice::default(), Order::Name, None, 9)).await.unwrap();
    assert_eq!(all.iter().map(|one| one.slug.as_str()).collect::<Vec<_>>(), ["seen"]);
    let cells = db.read(cells).await.unwrap();
    assert_eq!(cells.iter().map(|cell| cell.count).sum::<i64>(), 1);
    assert_eq!(db.read(texts).await.unwrap().len(), 1);
    let ids = [archived, unbuilt, all[0].id];
    assert_eq!(db.read(move |c| of_ids(c, &ids)).await.unwrap(), all);
}

async fn lists_go_on_where_they_stopped(db: Db) {
    for (at, slug) in ["a", "b", "c", "d", "e"].into_iter().enumerate() {
        let id = add(&db, slug, slug, "", "").await;
        let tries = i64::try_from(at).unwrap() / 2;
        let language = if at == 2 { "Rust" } else { "C" };
        #[allow(clippy::cast_precision_loss)]
        let trend = tries as f64;
        let (tries, trend) = (projects::tries_count.eq(tries), projects::trend.eq(trend));
        set!(db, id, (tries, trend, projects::language.eq(language)));
    }
    for (order, language, slugs) in [
        (Order::MostTried, "", "edcba"),
        (Order::Trending, "", "edcba"),
        (Order::Newest, "", "edcba"),
        (Order::Name, "", "abcde"),
        (Order::Name, "C", "abde"),
        (Order::MostTried, "C", "edba"),
        (Order::Name, "Zig", ""),
    ] {
        let choice: Choice = ["Tools", "", language].map(str::to_owned);
        let (mut seen, mut after) = (String::new(), None::<String>);
        loop {
            let (choice, from) = (choice.clone(), after.clone());
            let page =
                db.read(move |c| browse(c, &choice, order, from.as_deref(), 2)).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.slug.clone());
            seen.extend(page.into_iter().map(|one| one.slug));
            assert!(seen.len() < 9, "{seen}");
        }
        assert_eq!(seen, slugs, "{order:?} {language}");
    }
}

async fn a_long_description_is_found_too(db: Db) {
    let long = format!("{} needle {}", "hay stack ".repeat(5_000), "ㅋ".repeat(20_000));
    add(&db, "long", "Long", "", &long).await;
    assert_eq!(find(&db, "needle").await, ["long"]);
}
