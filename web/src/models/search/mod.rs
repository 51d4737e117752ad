//! Finding projects: by words, and in lists. What each database does in its own way is in a file of
//! its own.

#[cfg(feature = "postgres")]
mod postgres;
mod sqlite;
#[cfg(test)]
mod tests;

use super::listing::in_catalogue;
use crate::{
    db::AnyConnection,
    discover::facets::{Cell, Choice},
    schema::projects,
};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use std::collections::HashSet;

/// The most hits that are looked at, the best first.
pub const HITS: i64 = 1_000;

/// The most projects that are ranked, of those that have the words.
const RANKED: i64 = 2_000;
/// With as many hits in names, topics and lines, what only descriptions say is left out.
const PLENTY: usize = 200;

/// Where words are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// In names, topics and lines.
    Head,
    /// In descriptions too.
    Whole,
}

/// A project in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The row's number.
    pub id: i64,
    /// Its place in URLs.
    pub slug: String,
    /// As people read it.
    pub name: String,
    /// A line.
    pub short: String,
    /// Category, licence and language.
    pub at: Choice,
    /// How often it was tried.
    pub tries: i64,
    /// Whether it can be tried.
    pub ready: bool,
}

/// A project that has the words, with what it can be sorted and counted by.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    pub id: i64,
    pub slug: String,
    pub name: String,
    /// How well the words fit; more is better, and no more is known of the number.
    pub score: f64,
    pub at: Choice,
    pub tries: i64,
    pub trend: f64,
    pub created_at: NaiveDateTime,
}

/// How a list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    MostTried,
    Trending,
    Newest,
    Name,
}

/// A word, and whether it stands for all that begin so. Its letters and digits are all it holds.
pub type Term = (String, bool);

/// Projects that have a term of each group, the best [`HITS`] of them.
pub fn hits(conn: &mut AnyConnection, groups: &[Vec<Term>]) -> QueryResult<Vec<Hit>> {
    if groups.is_empty() || groups.iter().any(Vec::is_empty) {
        return Ok(Vec::new());
    }
    let mut rows = hits_in(conn, groups, Depth::Head)?;
    if rows.len() < PLENTY {
        let mut whole = hits_in(conn, groups, Depth::Whole)?;
        let seen: HashSet<i64> = whole.iter().map(|row| row.id).collect();
        // With a common word, the best may be beyond those that were ranked.
        rows.retain(|row| !seen.contains(&row.id));
        whole.extend(rows);
        rows = whole;
    }
    Ok(rows.into_iter().map(HitRow::read).collect())
}

fn hits_in(
    conn: &mut AnyConnection,
    groups: &[Vec<Term>],
    depth: Depth,
) -> QueryResult<Vec<HitRow>> {
    match conn {
        AnyConnection::Sqlite(conn) => sqlite::hits(conn, groups, depth),
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(conn) => postgres::hits(conn, groups, depth),
    }
}

/// A hit as both databases give it.
#[derive(QueryableByName)]
#[diesel(table_name = projects)]
struct HitRow {
    id: i64,
    slug: String,
    name: String,
    #[diesel(sql_type = diesel::sql_types::Double)]
    score: f64,
    category: String,
    licence: String,
    language: String,
    tries_count: i64,
    trend: f64,
    created_at: NaiveDateTime,
}

impl HitRow {
    fn read(self) -> Hit {
        Hit {
            id: self.id,
            slug: self.slug,
            name: self.name,
            score: self.score,
            at: [self.category, self.licence, self.language],
            tries: self.tries_count,
            trend: self.trend,
            created_at: self.created_at,
        }
    }
}

type Texts = (String, String, String);
type At = (String, String, String);
pub(super) type Row = (i64, Texts, At, i64, Option<String>);

/// What a list shows.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn columns() -> _ {
    (
        projects::id,
        (projects::slug, projects::name, projects::short_description),
        (projects::category, projects::licence, projects::language),
        projects::tries_count,
        projects::image_digest,
    )
}

pub(super) fn read((id, texts, at, tries, digest): Row) -> Found {
    let (slug, name, short) = texts;
    Found { id, slug, name, short, at: at.into(), tries, ready: digest.is_some() }
}

/// The projects of these numbers, in this order; what is gone is left out.
pub fn of_ids(conn: &mut AnyConnection, ids: &[i64]) -> QueryResult<Vec<Found>> {
    let rows: Vec<Row> = projects::table
        .filter(projects::id.eq_any(ids))
        .filter(in_catalogue())
        .select(columns())
        .load(conn)?;
    let mut found: Vec<Found> = rows.into_iter().map(read).collect();
    found.sort_by_key(|one| ids.iter().position(|id| *id == one.id));
    Ok(found)
}

/// Where a list goes on: what the project at this place is sorted by.
type Mark = (i64, i64, f64, NaiveDateTime, String);

/// Everything that fits a choice, behind the project at the place `after`. It goes on by what that
/// project is sorted by now, so each page is one walk along an index.
pub fn browse(
    conn: &mut AnyConnection,
    choice: &Choice,
    order: Order,
    after: Option<&str>,
    limit: i64,
) -> QueryResult<Vec<Found>> {
    let mut query =
        projects::table.filter(in_catalogue()).select(columns()).limit(limit).into_boxed();
    let [category, licence, language] = choice;
    if !category.is_empty() {
        query = query.filter(projects::category.eq(category));
    }
    if !licence.is_empty() {
        query = query.filter(projects::licence.eq(licence));
    }
    if !language.is_empty() {
        query = query.filter(projects::language.eq(language));
    }
    let mark = after.map(|slug| mark(conn, slug)).transpose()?.flatten();
    // Where a value comes often, the later row comes first. What says nothing new lets PostgreSQL
    // walk the index from there.
    query = match order {
        Order::MostTried => query.order((projects::tries_count.desc(), projects::id.desc())),
        Order::Trending => query.order((projects::trend.desc(), projects::id.desc())),
        Order::Newest => query.order((projects::created_at.desc(), projects::id.desc())),
        Order::Name => query.order(projects::name_key),
    };
    if let Some((id, tries, trend, created, name)) = mark {
        let later = projects::id.lt(id);
        query = match order {
            Order::MostTried => query.filter(projects::tries_count.le(tries)).filter(
                projects::tries_count.lt(tries).or(projects::tries_count.eq(tries).and(later)),
            ),
            Order::Trending => query
                .filter(projects::trend.le(trend))
                .filter(projects::trend.lt(trend).or(projects::trend.eq(trend).and(later))),
            Order::Newest => query.filter(projects::created_at.le(created)).filter(
                projects::created_at.lt(created).or(projects::created_at.eq(created).and(later)),
            ),
            Order::Name => query.filter(projects::name_key.gt(name)),
        };
    }
    Ok(query.load::<Row>(conn)?.into_iter().map(read).collect())
}

fn mark(conn: &mut AnyConnection, slug: &str) -> QueryResult<Option<Mark>> {
    projects::table
        .filter(projects::slug.eq(slug))
        .select((
            projects::id,
            projects::tries_count,
            projects::trend,
            projects::created_at,
            projects::name_key,
        ))
        .first(conn)
        .optional()
}

/// How many there are of each category, licence and language.
pub fn cells(conn: &mut AnyConnection) -> QueryResult<Vec<Cell>> {
    let at = (projects::category, projects::licence, projects::language);
    let rows: Vec<(String, String, String, i64)> = projects::table
        .filter(in_catalogue())
        .group_by(at)
        .select((
            projects::category,
            projects::licence,
            projects::language,
            diesel::dsl::count_star(),
        ))
        .load(conn)?;
    let cell =
        |(category, licence, language, count)| Cell { at: [category, licence, language], count };
    Ok(rows.into_iter().map(cell).collect())
}

/// Names, topics and lines of everything that can be found.
pub fn texts(conn: &mut AnyConnection) -> QueryResult<Vec<(String, String, String)>> {
    projects::table
        .filter(in_catalogue())
        .select((projects::name, projects::topics, projects::short_description))
        .load(conn)
}
