//! How quick is it usually? Starts of a project's sandboxes, and builds.

use crate::{
    db::AnyConnection,
    schema::{builds, tries},
};
use chrono::NaiveDateTime;
use container_api::BuildState;
use diesel::prelude::*;

/// How many tries are looked at.
const TRIES: i64 = 100;
/// How many builds are looked at.
const BUILDS: i64 = 20;

/// The one in the middle: of an even number, the lower one.
fn median(mut values: Vec<i64>) -> Option<i64> {
    values.sort_unstable();
    values.get(values.len().checked_sub(1)? / 2).copied()
}

/// The median start of a project's last tries, in milliseconds, as far as any is known.
pub fn start_ms(conn: &mut AnyConnection, project_id: i64) -> QueryResult<Option<i64>> {
    let last = tries::table
        .filter(tries::project_id.eq(project_id))
        .order(tries::started_at.desc())
        .limit(TRIES)
        .select(tries::start_ms);
    let known: Vec<Option<i64>> = last.load(conn)?;
    Ok(median(known.into_iter().flatten().collect()))
}

/// The median time that a successful build of a project takes, in seconds; of any project, while
/// none of this one has succeeded. Waiting for its turn counts.
pub fn build_seconds(conn: &mut AnyConnection, project_id: i64) -> QueryResult<Option<i64>> {
    let pushed = builds::table
        .filter(builds::state.eq(BuildState::Pushed.as_str()))
        .order(builds::created_at.desc())
        .limit(BUILDS)
        .select((builds::created_at, builds::ended_at));
    let own = pushed.filter(builds::project_id.eq(project_id)).load(conn)?;
    if let Some(seconds) = typical(own) {
        return Ok(Some(seconds));
    }
    Ok(typical(pushed.load(conn)?))
}

fn typical(times: Vec<(NaiveDateTime, Option<NaiveDateTime>)>) -> Option<i64> {
    let took = |(began, ended): (NaiveDateTime, Option<NaiveDateTime>)| {
        ended.map(|ended| (ended - began).num_seconds().max(0))
    };
    median(times.into_iter().filter_map(took).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        db::{Db, testing::on_each_database},
        models::{builds as build_rows, projects::testing::project},
    };
    use chrono::{DateTime, TimeDelta};
    use container_api::{BuildId, SandboxId};

    on_each_database!(starts_have_a_median, builds_have_one_of_their_own_or_of_all);

    #[test]
    fn medians() {
        for (values, middle) in
            [(vec![], None), (vec![7], Some(7)), (vec![9, 1], Some(1)), (vec![9, 1, 5], Some(5))]
        {
            assert_eq!(median(values), middle);
        }
    }

    async fn starts_have_a_median(db: Db) {
        let jq = db.write(|c| project(c, "jq")).await.unwrap().id;
        assert_eq!(db.read(move |c| start_ms(c, jq)).await.unwrap(), None);
        let epoch = DateTime::UNIX_EPOCH.naive_utc();
        for n in 0..120_i64 {
            // The first twenty are slow, and out of date; of one in two nothing is known.
            let ms = (n % 2 == 0).then_some(if n < 20 { 9_000 } else { n });
            let id = SandboxId::random();
            let values = (
                tries::id.eq(id.to_string()),
                tries::project_id.eq(jq),
                tries::owner_key.eq("u:1"),
                tries::address.eq(""),
                tries::started_at.eq(epoch + TimeDelta::seconds(n)),
                tries::start_ms.eq(ms),
            );
            db.write(move |c| diesel::insert_into(tries::table).values(values.clone()).execute(c))
                .await
                .unwrap();
        }
        assert_eq!(db.read(move |c| start_ms(c, jq)).await.unwrap(), Some(68));
    }

    async fn builds_have_one_of_their_own_or_of_all(db: Db) {
        let jq = db.write(|c| project(c, "jq")).await.unwrap().id;
        let yq = db.write(|c| project(c, "yq")).await.unwrap().id;
        assert_eq!(db.read(move |c| build_seconds(c, jq)).await.unwrap(), None);
        for (project, state, seconds) in
            [(yq, "pushed", 40), (yq, "failed", 1), (yq, "pushed", 60), (yq, "pushed", 50)]
        {
            let id = BuildId::random();
            db.write(move |c| {
                build_rows::create(c, &id, project)?;
                let row = builds::table.find(id.as_str());
                let began: NaiveDateTime = row.select(builds::created_at).first(c)?;
                let ended = began + TimeDelta::seconds(seconds);
                diesel::update(row)
                    .set((builds::state.eq(state), builds::ended_at.eq(ended)))
                    .execute(c)
            })
            .await
            .unwrap();
        }
        assert_eq!(db.read(move |c| build_seconds(c, yq)).await.unwrap(), Some(50));
        assert_eq!(db.read(move |c| build_seconds(c, jq)).await.unwrap(), Some(50), "of another");
    }
}
