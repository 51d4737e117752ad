//! Words in SQLite, by FTS5.

use super::{Depth, HITS, HitRow, RANKED, Term};
use diesel::{
    QueryResult, RunQueryDsl, SqliteConnection, sql_query,
    sql_types::{BigInt, Text},
};

/// Words of names count most, then topics, the line, the description. Ranking is what takes time,
/// so of the many that have a common word only so many are ranked.
const BEST: &str = "
    SELECT p.id, p.slug, p.name, -best.rank AS score, p.category, p.licence, p.language,
        p.tries_count, p.trend, p.created_at
    FROM (SELECT rowid, bm25(project_words, 10.0, 5.0, 3.0, 1.0) AS rank FROM project_words
        WHERE project_words MATCH ? LIMIT ?) AS best
    JOIN projects p ON p.id = best.rowid
    WHERE p.image_digest IS NOT NULL AND p.archived_at IS NULL
    ORDER BY best.rank, p.id DESC LIMIT ?";

pub fn hits(
    conn: &mut SqliteConnection,
    groups: &[Vec<Term>],
    depth: Depth,
) -> QueryResult<Vec<HitRow>> {
    let mut expression = expression(groups);
    if depth == Depth::Head {
        expression = format!("{{name topics short_description}} : ({expression})");
    }
    sql_query(BEST)
        .bind::<Text, _>(expression)
        .bind::<BigInt, _>(RANKED)
        .bind::<BigInt, _>(HITS)
        .load(conn)
}

/// A text in quotes is a text, whatever it is; a star behind them makes it a beginning.
fn expression(groups: &[Vec<Term>]) -> String {
    let term = |(word, prefix): &Term| format!("\"{word}\"{}", if *prefix { "*" } else { "" });
    let group = |terms: &Vec<Term>| {
        format!("({})", terms.iter().map(term).collect::<Vec<_>>().join(" OR "))
    };
    groups.iter().map(group).collect::<Vec<_>>().join(" AND ")
}

#[test]
fn expressions() {
    let term = |word: &str, prefix| (word.to_owned(), prefix);
    let groups = [vec![term("a", false), term("b", true)], vec![term("or", false)]];
    assert_eq!(expression(&groups), "(\"a\" OR \"b\"*) AND (\"or\")");
}
