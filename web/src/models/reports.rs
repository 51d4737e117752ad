//! What people find wrong with a project, or with a comment on one, until somebody has dealt with it.

use super::{now, unreadable, utc};
use crate::{
    db::AnyConnection,
    schema::{projects, reports},
};
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Advertising.
    Spam,
    /// Against people.
    Abuse,
    /// A program that does harm, or a trap.
    Malware,
    /// Somebody else's work or name.
    Rights,
    /// Something else.
    Other,
}

impl Reason {
    /// All of them, in the form's order.
    pub const ALL: [Self; 5] = [Self::Spam, Self::Abuse, Self::Malware, Self::Rights, Self::Other];

    /// The word in the database and in forms.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Spam => "spam",
            Self::Abuse => "abuse",
            Self::Malware => "malware",
            Self::Rights => "rights",
            Self::Other => "other",
        }
    }

    /// The reason of a word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}

/// A reason that no version knows.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a report's reason")]
struct UnknownReason(String);

/// What somebody reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct New {
    /// The project, or the one that the comment is on.
    pub project_id: i64,
    /// The comment; `None` where the project is meant.
    pub comment_id: Option<i64>,
    /// `u:<user>` or `g:<guest>`.
    pub reporter: String,
    /// What is wrong.
    pub reason: Reason,
    /// The same in the reporter's words; may be empty.
    pub detail: String,
}

/// A report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The row's number: later ones are larger.
    pub id: i64,
    /// What was reported, and by whom.
    pub new: New,
    /// The project's place in URLs.
    pub slug: String,
    /// The project's name.
    pub name: String,
    /// When it was reported.
    pub created_at: DateTime<Utc>,
    /// When somebody dealt with it.
    pub resolved_at: Option<DateTime<Utc>>,
}

type Row = (
    (i64, i64, Option<i64>),
    (String, String, String),
    (String, String),
    NaiveDateTime,
    Option<NaiveDateTime>,
);

fn read((ids, words, project, created_at, resolved_at): Row) -> QueryResult<Report> {
    let (id, project_id, comment_id) = ids;
    let (reporter, reason, detail) = words;
    let (slug, name) = project;
    let reason = Reason::of(&reason).ok_or_else(|| unreadable(UnknownReason(reason)))?;
    Ok(Report {
        id,
        new: New { project_id, comment_id, reporter, reason, detail },
        slug,
        name,
        created_at: utc(created_at),
        resolved_at: resolved_at.map(utc),
    })
}

/// Every report, with its project.
#[diesel::dsl::auto_type]
fn rows() -> _ {
    reports::table.inner_join(projects::table).select((
        (reports::id, reports::project_id, reports::comment_id),
        (reports::reporter, reports::reason, reports::detail),
        (projects::slug, projects::name),
        reports::created_at,
        reports::resolved_at,
    ))
}

/// Adds a report, unless its reporter has one open of the same; tells whether it was added.
pub fn add(conn: &mut AnyConnection, new: &New) -> QueryResult<bool> {
    let of_same = reports::table
        .filter(reports::project_id.eq(new.project_id))
        .filter(reports::reporter.eq(&new.reporter))
        .filter(reports::resolved_at.is_null())
        .select(reports::comment_id);
    let open: Vec<Option<i64>> = of_same.load(conn)?;
    if open.contains(&new.comment_id) {
        return Ok(false);
    }
    diesel::insert_into(reports::table)
        .values((
            reports::project_id.eq(new.project_id),
            reports::comment_id.eq(new.comment_id),
            reports::reporter.eq(&new.reporter),
            reports::reason.eq(new.reason.as_str()),
            reports::detail.eq(&new.detail),
            reports::created_at.eq(now().naive_utc()),
        ))
        .execute(conn)
        .map(|_| true)
}

/// The report of this number.
pub fn by_id(conn: &mut AnyConnection, id: i64) -> QueryResult<Option<Report>> {
    rows().filter(reports::id.eq(id)).first::<Row>(conn).optional()?.map(read).transpose()
}

/// The reports that nobody has dealt with, or those that somebody has; the newest first, those
/// before the number `before`.
pub fn list(
    conn: &mut AnyConnection,
    open: bool,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<Report>> {
    let page = rows()
        .filter(reports::id.lt(before.unwrap_or(i64::MAX)))
        .order(reports::id.desc())
        .limit(limit)
        .into_boxed();
    let page = match open {
        true => page.filter(reports::resolved_at.is_null()),
        false => page.filter(reports::resolved_at.is_not_null()),
    };
    page.load::<Row>(conn)?.into_iter().map(read).collect()
}

/// The reports of a project and of comments on it that nobody has dealt with, the oldest first.
pub fn open_of_project(conn: &mut AnyConnection, project_id: i64) -> QueryResult<Vec<Report>> {
    rows()
        .filter(reports::project_id.eq(project_id))
        .filter(reports::resolved_at.is_null())
        .order(reports::id)
        .load::<Row>(conn)?
        .into_iter()
        .map(read)
        .collect()
}

/// How many reports nobody has dealt with.
pub fn count_open(conn: &mut AnyConnection) -> QueryResult<i64> {
    reports::table.filter(reports::resolved_at.is_null()).count().get_result(conn)
}

/// Writes down that a report was dealt with; tells whether it was open.
pub fn resolve(conn: &mut AnyConnection, id: i64) -> QueryResult<bool> {
    diesel::update(reports::table.find(id).filter(reports::resolved_at.is_null()))
        .set(reports::resolved_at.eq(now().naive_utc()))
        .execute(conn)
        .map(|rows| rows > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        db::{Db, testing::on_each_database},
        models::{comments, projects::testing::project},
    };

    on_each_database!(one_report_is_open_of_a_thing, a_comment_takes_its_reports_along);

    fn of(project_id: i64, comment_id: Option<i64>, reporter: &str) -> New {
        let (reporter, detail) = (reporter.to_owned(), "Look".to_owned());
        New { project_id, comment_id, reporter, reason: Reason::Spam, detail }
    }

    async fn tell(db: &Db, new: New) -> bool {
        db.write(move |c| add(c, &new)).await.unwrap()
    }

    async fn one_report_is_open_of_a_thing(db: Db) {
        let jq = db.write(|c| project(c, "jq")).await.unwrap();
        let (id, owner) = (jq.id, jq.owner_id);
        let comment = db.write(move |c| comments::create(c, id, owner, "Hm")).await.unwrap();
        assert!(tell(&db, of(id, None, "g:1")).await);
        assert!(!tell(&db, of(id, None, "g:1")).await, "it is open already");
        assert!(tell(&db, of(id, Some(comment), "g:1")).await, "of something else");
        assert!(tell(&db, of(id, None, "u:1")).await, "of somebody else");

        let open = db.read(|c| list(c, true, None, 2)).await.unwrap();
        assert_eq!(
            open.iter().map(|r| r.new.clone()).collect::<Vec<_>>(),
            [of(id, None, "u:1"), of(id, Some(comment), "g:1")]
        );
        assert_eq!((open[0].slug.as_str(), open[0].name.as_str()), ("jq", "jq"));
        let before = open[1].id;
        let rest = db.read(move |c| list(c, true, Some(before), 2)).await.unwrap();
        assert_eq!(rest.len(), 1);
        let first = rest[0].id;
        assert!(db.write(move |c| resolve(c, first)).await.unwrap());
        assert!(!db.write(move |c| resolve(c, first)).await.unwrap());
        assert_eq!(db.read(count_open).await.unwrap(), 2);
        let of_it = db.read(move |c| open_of_project(c, id)).await.unwrap();
        assert_eq!(
            of_it.iter().map(|r| r.new.comment_id).collect::<Vec<_>>(),
            [Some(comment), None]
        );
        let closed = db.read(|c| list(c, false, None, 9)).await.unwrap();
        assert!(closed.len() == 1 && closed[0].resolved_at.is_some());
        assert!(tell(&db, of(id, None, "g:1")).await, "it may be reported again");
        let read = db.read(move |c| by_id(c, first)).await.unwrap();
        assert_eq!(read, closed.into_iter().next());
    }

    async fn a_comment_takes_its_reports_along(db: Db) {
        let jq = db.write(|c| project(c, "jq")).await.unwrap();
        let (id, owner) = (jq.id, jq.owner_id);
        let comment = db.write(move |c| comments::create(c, id, owner, "Hm")).await.unwrap();
        assert!(tell(&db, of(id, Some(comment), "g:1")).await);
        db.write(move |c| comments::delete(c, comment)).await.unwrap();
        assert_eq!(db.read(count_open).await.unwrap(), 0);
    }
}
