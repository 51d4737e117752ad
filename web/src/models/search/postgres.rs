//! Words in PostgreSQL, by its text search without a language.

use super::{Depth, HITS, HitRow, RANKED, Term};
use diesel::{
    PgConnection, QueryResult, RunQueryDsl, sql_query,
    sql_types::{BigInt, Text},
};

/// Words of names count most, then topics, the line, the description; long texts count less.
/// Ranking is what takes time, so of the many that have a common word only so many are ranked.
macro_rules! best {
    ($column:literal) => {
        concat!(
            "SELECT p.id, p.slug, p.name,
                ts_rank('{0.1, 0.3, 0.5, 1.0}', best.words, $1::tsquery, 1)::double precision
                    AS score,
                p.category, p.licence, p.language, p.tries_count, p.trend, p.created_at
            FROM (SELECT project_id, ",
            $column,
            " AS words FROM project_search WHERE ",
            $column,
            " @@ $1::tsquery LIMIT $2) AS best
            JOIN projects p ON p.id = best.project_id
            WHERE p.image_digest IS NOT NULL AND p.archived_at IS NULL
            ORDER BY score DESC, p.id DESC LIMIT $3"
        )
    };
}

pub fn hits(
    conn: &mut PgConnection,
    groups: &[Vec<Term>],
    depth: Depth,
) -> QueryResult<Vec<HitRow>> {
    let best = match depth {
        Depth::Head => best!("head"),
        Depth::Whole => best!("words"),
    };
    sql_query(best)
        .bind::<Text, _>(expression(groups))
        .bind::<BigInt, _>(RANKED)
        .bind::<BigInt, _>(HITS)
        .load(conn)
}

/// A word in quotes is a word, whatever it is.
fn expression(groups: &[Vec<Term>]) -> String {
    let term = |(word, prefix): &Term| format!("'{word}'{}", if *prefix { ":*" } else { "" });
    let group =
        |terms: &Vec<Term>| format!("({})", terms.iter().map(term).collect::<Vec<_>>().join(" | "));
    groups.iter().map(group).collect::<Vec<_>>().join(" & ")
}

#[test]
fn expressions() {
    let term = |word: &str, prefix| (word.to_owned(), prefix);
    let groups = [vec![term("a", false), term("b", true)], vec![term("or", false)]];
    assert_eq!(expression(&groups), "('a' | 'b':*) & ('or')");
}
