//! Tries: who started which sandbox, and how it ended.

use super::{now, unreadable, utc};
use crate::{
    db::AnyConnection,
    discover::trending,
    schema::{project_days, projects, tries},
};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use container_api::{EndReason, SandboxId, SandboxView};
use diesel::prelude::*;

/// The longest tag, in characters.
pub const TAG_LIMIT: usize = 40;

/// How quickly a try came to its visitor, in milliseconds from the request, as far as is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timings {
    /// Until its terminal could be attached to.
    pub start_ms: Option<i64>,
    /// Until the first line was typed.
    pub first_command_ms: Option<i64>,
}

impl Timings {
    /// What the container server tells.
    #[must_use]
    pub fn of(view: &SandboxView) -> Self {
        let since = |at: Option<DateTime<Utc>>| {
            at.map(|at| (at - view.created_at).num_milliseconds().max(0))
        };
        Self { start_ms: since(view.ready_at), first_command_ms: since(view.first_command_at) }
    }

    /// What is known with the newer word besides: the first one counts.
    #[must_use]
    pub fn or(self, newer: Self) -> Self {
        Self {
            start_ms: self.start_ms.or(newer.start_ms),
            first_command_ms: self.first_command_ms.or(newer.first_command_ms),
        }
    }
}

/// One try of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Try {
    /// The sandbox's id.
    pub id: SandboxId,
    /// What was tried.
    pub project_id: i64,
    /// Who tried it, as an opaque word.
    pub owner_key: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended, as far as is known.
    pub ended_at: Option<DateTime<Utc>>,
    /// How it ended.
    pub end: Option<EndReason>,
    /// How quickly it came.
    pub timings: Timings,
    /// What its visitor calls it; empty mostly.
    pub tag: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = tries)]
struct Row {
    id: String,
    project_id: i64,
    owner_key: String,
    started_at: NaiveDateTime,
    ended_at: Option<NaiveDateTime>,
    end_reason: Option<String>,
    start_ms: Option<i64>,
    first_command_ms: Option<i64>,
    tag: String,
}

pub(super) fn read_end(json: Option<String>) -> QueryResult<Option<EndReason>> {
    json.map(|json| serde_json::from_str(&json)).transpose().map_err(unreadable)
}

fn read(row: Row) -> QueryResult<Try> {
    Ok(Try {
        id: row.id.try_into().map_err(unreadable)?,
        project_id: row.project_id,
        owner_key: row.owner_key,
        started_at: utc(row.started_at),
        ended_at: row.ended_at.map(utc),
        end: read_end(row.end_reason)?,
        timings: Timings { start_ms: row.start_ms, first_command_ms: row.first_command_ms },
        tag: row.tag,
    })
}

/// Writes down that a try began, and counts it: in all, for its day, and for what is trending.
/// `address` is the prefix that it came from; empty where none is known.
pub fn create(
    conn: &mut AnyConnection,
    id: &SandboxId,
    project_id: i64,
    owner_key: &str,
    address: &str,
) -> QueryResult<()> {
    let at = now();
    diesel::insert_into(tries::table)
        .values((
            tries::id.eq(id.as_str()),
            tries::project_id.eq(project_id),
            tries::owner_key.eq(owner_key),
            tries::address.eq(address),
            tries::started_at.eq(at.naive_utc()),
        ))
        .execute(conn)?;
    let project = projects::table.find(project_id);
    let trend: f64 = project.select(projects::trend).first(conn)?;
    diesel::update(project)
        .set((
            projects::tries_count.eq(projects::tries_count + 1),
            projects::tried_at.eq(at.naive_utc()),
            projects::trend.eq(trending::after_try(trend, at)),
        ))
        .execute(conn)?;
    count_day(conn, project_id, at.date_naive())
}

/// Counts a try for its day.
fn count_day(conn: &mut AnyConnection, project_id: i64, day: NaiveDate) -> QueryResult<()> {
    let counted = diesel::update(project_days::table.find((project_id, day)))
        .set(project_days::tries.eq(project_days::tries + 1))
        .execute(conn)?;
    if counted > 0 {
        return Ok(());
    }
    diesel::insert_into(project_days::table)
        .values((
            project_days::project_id.eq(project_id),
            project_days::day.eq(day),
            project_days::tries.eq(1),
        ))
        .execute(conn)
        .map(drop)
}

/// The try of this id.
pub fn by_id(conn: &mut AnyConnection, id: &SandboxId) -> QueryResult<Option<Try>> {
    let row = tries::table.find(id.as_str()).select(Row::as_select());
    row.first(conn).optional()?.map(read).transpose()
}

/// The tries that have not ended, as far as is known.
pub fn live(conn: &mut AnyConnection) -> QueryResult<Vec<Try>> {
    let rows =
        tries::table.filter(tries::ended_at.is_null()).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(read).collect()
}

/// The same of one project.
pub fn live_of_project(conn: &mut AnyConnection, project_id: i64) -> QueryResult<Vec<Try>> {
    tries::table
        .filter(tries::project_id.eq(project_id))
        .filter(tries::ended_at.is_null())
        .select(Row::as_select())
        .load(conn)?
        .into_iter()
        .map(read)
        .collect()
}

/// The same of one visitor.
pub fn live_of(conn: &mut AnyConnection, owner_key: &str) -> QueryResult<Vec<Try>> {
    tries::table
        .filter(tries::owner_key.eq(owner_key))
        .filter(tries::ended_at.is_null())
        .order(tries::started_at)
        .select(Row::as_select())
        .load(conn)?
        .into_iter()
        .map(read)
        .collect()
}

/// How many live that were started from this address prefix; none where none is known.
pub fn living_at(conn: &mut AnyConnection, address: &str) -> QueryResult<i64> {
    if address.is_empty() {
        return Ok(0);
    }
    let live = tries::table.filter(tries::ended_at.is_null()).filter(tries::address.eq(address));
    live.count().get_result(conn)
}

/// Writes down how a try ended. The first word counts; tells whether this was it.
pub fn end(
    conn: &mut AnyConnection,
    id: &SandboxId,
    at: DateTime<Utc>,
    reason: &EndReason,
) -> QueryResult<bool> {
    let reason = serde_json::to_string(reason)
        .map_err(|e| diesel::result::Error::SerializationError(Box::new(e)))?;
    diesel::update(tries::table.find(id.as_str()).filter(tries::ended_at.is_null()))
        .set((
            tries::ended_at.eq(at.naive_utc()),
            tries::end_reason.eq(reason),
            // Where somebody once was is nobody's business.
            tries::address.eq(""),
        ))
        .execute(conn)
        .map(|rows| rows > 0)
}

/// Writes down how quickly a try came. What is known stays.
pub fn time(conn: &mut AnyConnection, id: &SandboxId, timings: Timings) -> QueryResult<()> {
    let row = || tries::table.find(id.as_str());
    if let Some(ms) = timings.start_ms {
        diesel::update(row().filter(tries::start_ms.is_null()))
            .set(tries::start_ms.eq(ms))
            .execute(conn)?;
    }
    if let Some(ms) = timings.first_command_ms {
        diesel::update(row().filter(tries::first_command_ms.is_null()))
            .set(tries::first_command_ms.eq(ms))
            .execute(conn)?;
    }
    Ok(())
}

/// Calls a try by another tag; none where it is empty.
pub fn name(conn: &mut AnyConnection, id: &SandboxId, tag: &str) -> QueryResult<()> {
    diesel::update(tries::table.find(id.as_str())).set(tries::tag.eq(tag)).execute(conn).map(drop)
}

/// Everything that one visitor tried, with the project's slug, the newest first.
pub fn of_owner(conn: &mut AnyConnection, owner_key: &str) -> QueryResult<Vec<(String, Try)>> {
    tries::table
        .inner_join(projects::table)
        .filter(tries::owner_key.eq(owner_key))
        .order((tries::started_at.desc(), tries::id))
        .select((projects::slug, Row::as_select()))
        .load::<(String, Row)>(conn)?
        .into_iter()
        .map(|(slug, row)| Ok((slug, read(row)?)))
        .collect()
}

/// Gives a guest's tries to the account that the guest logs in to.
pub fn hand_over(conn: &mut AnyConnection, from: &str, to: &str) -> QueryResult<usize> {
    diesel::update(tries::table.filter(tries::owner_key.eq(from)))
        .set(tries::owner_key.eq(to))
        .execute(conn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        db::{Db, testing::on_each_database},
        models::projects,
    };

    on_each_database!(
        a_try_begins_changes_hands_and_ends_once,
        the_first_word_on_its_timings_counts
    );

    async fn the_first_word_on_its_timings_counts(db: Db) {
        let project = db.write(|c| projects::testing::project(c, "jq")).await.unwrap().id;
        let id = SandboxId::random();
        let key = id.clone();
        db.write(move |c| create(c, &key, project, "g:1", "")).await.unwrap();
        for (start_ms, first_command_ms) in
            [(None, None), (Some(4), None), (Some(9), Some(1_500)), (None, Some(7))]
        {
            let (key, timings) = (id.clone(), Timings { start_ms, first_command_ms });
            db.write(move |c| time(c, &key, timings)).await.unwrap();
        }
        let key = id.clone();
        db.write(move |c| name(c, &key, "my jq")).await.unwrap();
        let read = db.read(move |c| by_id(c, &id)).await.unwrap().unwrap();
        let expected = Timings { start_ms: Some(4), first_command_ms: Some(1_500) };
        assert_eq!((read.timings, read.tag.as_str()), (expected, "my jq"));
    }

    async fn a_try_begins_changes_hands_and_ends_once(db: Db) {
        let project = db.write(|c| projects::testing::project(c, "jq")).await.unwrap().id;
        let id = SandboxId::random();
        let key = id.clone();
        db.write(move |c| create(c, &key, project, "g:1", "192.0.2.0/24")).await.unwrap();
        assert_eq!(db.read(|c| live_of(c, "g:1")).await.unwrap().len(), 1);
        assert_eq!(db.read(|c| live_of(c, "g:2")).await.unwrap().len(), 0);
        assert_eq!(db.write(|c| hand_over(c, "g:1", "u:7")).await.unwrap(), 1);
        assert_eq!(db.read(|c| live_of(c, "u:7")).await.unwrap().len(), 1);

        for reason in [EndReason::Exited { code: 3 }, EndReason::Lifetime] {
            let key = id.clone();
            db.write(move |c| end(c, &key, now(), &reason)).await.unwrap();
        }
        let read = db.read(move |c| by_id(c, &id)).await.unwrap().unwrap();
        assert_eq!(read.end, Some(EndReason::Exited { code: 3 }));
        assert!(read.ended_at.is_some());
        assert!(db.read(live).await.unwrap().is_empty());
        let project = db.read(|c| projects::by_slug(c, "jq")).await.unwrap().unwrap();
        assert_eq!(project.tries, 1);
    }
}
