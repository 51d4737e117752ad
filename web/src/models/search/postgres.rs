//! Words in PostgreSQL, by its text search without a language.

use super::{Depth, HITS, HitRow, RANKED, Term};
use diesel::{
    PgConnection, QueryResult, RunQueryDsl,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{BigInt, Text, Untyped},
};

/// The query. Each connection prepares it once, which `sql_query` would do each time anew: a good
/// part of what the query itself takes.
struct Best {
    words: String,
    depth: Depth,
}

impl QueryId for Best {
    type QueryId = ();
    /// Its text tells it apart.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Best {
    type SqlType = Untyped;
}

impl RunQueryDsl<PgConnection> for Best {}

/// Words of names count most, then topics, the line, the description; long texts count less.
/// Ranking is what takes time, so of the many that have a common word only so many are ranked.
impl QueryFragment<Pg> for Best {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let column = match self.depth {
            Depth::Head => "head",
            Depth::Whole => "words",
        };
        out.push_sql(
            "SELECT p.id, p.slug, p.name, p.category, p.licence, p.language, p.tries_count,
                p.trend, p.created_at, ts_rank('{0.1, 0.3, 0.5, 1.0}', best.words, ",
        );
        out.push_bind_param::<Text, _>(&self.words)?;
        out.push_sql("::tsquery, 1)::double precision AS score FROM (SELECT project_id, ");
        out.push_sql(column);
        out.push_sql(" AS words FROM project_search WHERE ");
        out.push_sql(column);
        out.push_sql(" @@ ");
        out.push_bind_param::<Text, _>(&self.words)?;
        out.push_sql("::tsquery LIMIT ");
        out.push_bind_param::<BigInt, _>(&RANKED)?;
        out.push_sql(
            ") AS best JOIN projects p ON p.id = best.project_id
            WHERE p.image_digest IS NOT NULL AND p.archived_at IS NULL
            ORDER BY score DESC, p.id DESC LIMIT ",
        );
        out.push_bind_param::<BigInt, _>(&HITS)
    }
}

pub fn hits(
    conn: &mut PgConnection,
    groups: &[Vec<Term>],
    depth: Depth,
) -> QueryResult<Vec<HitRow>> {
    Best { words: expression(groups), depth }.load(conn)
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
