//! What people say below a project.

use super::{now, utc};
use crate::{
    db::AnyConnection,
    schema::{comments, users},
};
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// The row's number: later ones are larger.
    pub id: i64,
    /// The project it is on.
    pub project_id: i64,
    /// Who wrote it.
    pub author_id: i64,
    /// The writer's name.
    pub author: String,
    /// Markdown.
    pub body: String,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When its writer changed it last.
    pub edited_at: Option<DateTime<Utc>>,
}

type Row = ((i64, i64, i64), String, String, NaiveDateTime, Option<NaiveDateTime>);

fn read(((id, project_id, author_id), author, body, created_at, edited_at): Row) -> Comment {
    let (created_at, edited_at) = (utc(created_at), edited_at.map(utc));
    Comment { id, project_id, author_id, author, body, created_at, edited_at }
}

/// Every comment, with its writer's name.
#[diesel::dsl::auto_type]
fn rows() -> _ {
    comments::table.inner_join(users::table).select((
        (comments::id, comments::project_id, comments::user_id),
        users::name,
        comments::body,
        comments::created_at,
        comments::edited_at,
    ))
}

/// Adds a comment; gives its number.
pub fn create(
    conn: &mut AnyConnection,
    project_id: i64,
    author_id: i64,
    body: &str,
) -> QueryResult<i64> {
    let at = now().naive_utc();
    diesel::insert_into(comments::table)
        .values((
            comments::project_id.eq(project_id),
            comments::user_id.eq(author_id),
            comments::body.eq(body),
            comments::created_at.eq(at),
        ))
        .execute(conn)?;
    // Numbers only rise, and nobody else writes in this transaction.
    let own = comments::table.filter(comments::user_id.eq(author_id));
    own.order(comments::id.desc()).select(comments::id).first(conn)
}

/// The comment of this number.
pub fn by_id(conn: &mut AnyConnection, id: i64) -> QueryResult<Option<Comment>> {
    let row = rows().filter(comments::id.eq(id)).first::<Row>(conn).optional()?;
    Ok(row.map(read))
}

/// The comments of these numbers, in no order.
pub fn by_ids(conn: &mut AnyConnection, ids: &[i64]) -> QueryResult<Vec<Comment>> {
    let found = rows().filter(comments::id.eq_any(ids.to_vec())).load::<Row>(conn)?;
    Ok(found.into_iter().map(read).collect())
}

/// The comments on a project, the newest first; those before the number `before`.
pub fn of_project(
    conn: &mut AnyConnection,
    project_id: i64,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<Comment>> {
    let found = rows()
        .filter(comments::project_id.eq(project_id))
        .filter(comments::id.lt(before.unwrap_or(i64::MAX)))
        .order(comments::id.desc())
        .limit(limit)
        .load::<Row>(conn)?;
    Ok(found.into_iter().map(read).collect())
}

/// How many comments there are on a project.
pub fn count_of(conn: &mut AnyConnection, project_id: i64) -> QueryResult<i64> {
    comments::table.filter(comments::project_id.eq(project_id)).count().get_result(conn)
}

/// Changes what a comment says; tells whether it was there.
pub fn edit(conn: &mut AnyConnection, id: i64, body: &str) -> QueryResult<bool> {
    diesel::update(comments::table.find(id))
        .set((comments::body.eq(body), comments::edited_at.eq(now().naive_utc())))
        .execute(conn)
        .map(|rows| rows > 0)
}

/// Removes a comment with what was reported of it; tells whether it was there.
pub fn delete(conn: &mut AnyConnection, id: i64) -> QueryResult<bool> {
    diesel::delete(comments::table.find(id)).execute(conn).map(|rows| rows > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        db::{Db, testing::on_each_database},
        models::projects::{self, testing::project},
    };

    on_each_database!(comments_are_written_changed_and_removed, comments_come_a_page_at_a_time);

    async fn comments_are_written_changed_and_removed(db: Db) {
        let jq = db.write(|c| project(c, "jq")).await.unwrap();
        let (id, owner) = (jq.id, jq.owner_id);
        let comment = db.write(move |c| create(c, id, owner, "*Good*")).await.unwrap();
        let read = db.read(move |c| by_id(c, comment)).await.unwrap().unwrap();
        assert_eq!((read.author.as_str(), read.body.as_str()), ("jq", "*Good*"));
        assert_eq!((read.project_id, read.author_id, read.edited_at), (id, owner, None));

        assert!(db.write(move |c| edit(c, comment, "Better")).await.unwrap());
        let read = db.read(move |c| by_ids(c, &[comment, 99])).await.unwrap();
        assert_eq!((read.len(), read[0].body.as_str()), (1, "Better"));
        assert!(read[0].edited_at.is_some());

        assert!(db.write(move |c| delete(c, comment)).await.unwrap());
        assert!(!db.write(move |c| delete(c, comment)).await.unwrap());
        assert!(!db.write(move |c| edit(c, comment, "Gone")).await.unwrap());
        assert_eq!(db.read(move |c| by_id(c, comment)).await.unwrap(), None);
    }

    async fn comments_come_a_page_at_a_time(db: Db) {
        let jq = db.write(|c| project(c, "jq")).await.unwrap();
        let other = db.write(|c| project(c, "yq")).await.unwrap().id;
        let (id, owner) = (jq.id, jq.owner_id);
        for body in ["1", "2", "3"] {
            db.write(move |c| create(c, id, owner, body)).await.unwrap();
            db.write(move |c| create(c, other, owner, "elsewhere")).await.unwrap();
        }
        let said = |page: &[Comment]| page.iter().map(|c| c.body.clone()).collect::<Vec<_>>();
        let first = db.read(move |c| of_project(c, id, None, 2)).await.unwrap();
        assert_eq!(said(&first), ["3", "2"]);
        let before = first[1].id;
        let second = db.read(move |c| of_project(c, id, Some(before), 2)).await.unwrap();
        assert_eq!(said(&second), ["1"]);
        assert_eq!(db.read(move |c| count_of(c, id)).await.unwrap(), 3);
        // What was said goes with what it was said of.
        db.write(move |c| projects::delete(c, id)).await.unwrap();
        assert_eq!(db.read(move |c| count_of(c, id)).await.unwrap(), 0);
    }
}
