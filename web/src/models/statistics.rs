//! What is known of a project's tries, for its statistics.

use super::{
    tries::{Timings, read_end},
    utc,
};
use crate::{
    db::AnyConnection,
    schema::{project_days, tries},
};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use container_api::EndReason;
use diesel::prelude::*;

/// A try, without who it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended, as far as is known.
    pub ended_at: Option<DateTime<Utc>>,
    /// How it ended.
    pub end: Option<EndReason>,
    /// How quickly it came.
    pub timings: Timings,
}

type Row = (NaiveDateTime, Option<NaiveDateTime>, Option<String>, Option<i64>, Option<i64>);

/// The newest tries of a project since a moment.
pub fn samples(
    conn: &mut AnyConnection,
    project_id: i64,
    since: DateTime<Utc>,
    limit: i64,
) -> QueryResult<Vec<Sample>> {
    let rows: Vec<Row> = tries::table
        .filter(tries::project_id.eq(project_id))
        .filter(tries::started_at.ge(since.naive_utc()))
        .order(tries::started_at.desc())
        .limit(limit)
        .select((
            tries::started_at,
            tries::ended_at,
            tries::end_reason,
            tries::start_ms,
            tries::first_command_ms,
        ))
        .load(conn)?;
    let read = |(started, ended, end, start_ms, first_command_ms): Row| {
        Ok(Sample {
            started_at: utc(started),
            ended_at: ended.map(utc),
            end: read_end(end)?,
            timings: Timings { start_ms, first_command_ms },
        })
    };
    rows.into_iter().map(read).collect()
}

/// How often a project was tried on each day since one, where it was; by day.
pub fn days(
    conn: &mut AnyConnection,
    project_id: i64,
    since: NaiveDate,
) -> QueryResult<Vec<(NaiveDate, i64)>> {
    project_days::table
        .filter(project_days::project_id.eq(project_id))
        .filter(project_days::day.ge(since))
        .order(project_days::day)
        .select((project_days::day, project_days::tries))
        .load(conn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        db::{Db, testing::on_each_database},
        models::{now, projects::testing::project, tries as rows},
    };
    use chrono::TimeDelta;
    use container_api::SandboxId;

    on_each_database!(tries_are_told_without_who_it_was);

    async fn tries_are_told_without_who_it_was(db: Db) {
        let jq = db.write(|c| project(c, "jq")).await.unwrap().id;
        let htop = db.write(|c| project(c, "htop")).await.unwrap().id;
        let timings = Timings { start_ms: Some(5), first_command_ms: Some(900) };
        for project in [jq, jq, htop] {
            let id = SandboxId::random();
            db.write(move |c| {
                rows::create(c, &id, project, "g:1", "")?;
                rows::time(c, &id, timings)?;
                rows::end(c, &id, now(), &EndReason::Idle)
            })
            .await
            .unwrap();
        }
        let past = now() - TimeDelta::days(1);
        let found = db.read(move |c| samples(c, jq, past, 9)).await.unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].timings, &found[0].end), (timings, &Some(EndReason::Idle)));
        assert_eq!(db.read(move |c| samples(c, jq, past, 1)).await.unwrap().len(), 1);
        let future = now() + TimeDelta::days(1);
        assert_eq!(db.read(move |c| samples(c, jq, future, 9)).await.unwrap(), []);

        let day = NaiveDate::from_ymd_opt(2020, 1, 2).unwrap();
        let row = (
            project_days::project_id.eq(htop),
            project_days::day.eq(day),
            project_days::tries.eq(3),
        );
        db.write(move |c| diesel::insert_into(project_days::table).values(row).execute(c))
            .await
            .unwrap();
        let found = db.read(move |c| days(c, htop, day)).await.unwrap();
        assert_eq!(found.first(), Some(&(day, 3)));
    }
}
