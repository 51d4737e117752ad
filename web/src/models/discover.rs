//! What the home page shows: what is tried just now, what is tried most, what one visitor tried.

use super::{
    listing::in_catalogue,
    search::{Found, Row, columns, read},
};
use crate::{
    db::AnyConnection,
    discover::{recommend::Candidate, trending},
    schema::{projects, tries},
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;

/// What is tried most just now, the most first.
pub fn trending(
    conn: &mut AnyConnection,
    now: DateTime<Utc>,
    limit: i64,
) -> QueryResult<Vec<Found>> {
    let since = now - trending::WINDOW;
    let rows: Vec<Row> = projects::table
        .filter(in_catalogue())
        // What was tried since then has at least the score of one try then: the walk along the
        // index ends there.
        .filter(projects::trend.ge(trending::of_one(since)))
        .filter(projects::tried_at.ge(since.naive_utc()))
        .order((projects::trend.desc(), projects::id.desc()))
        .limit(limit)
        .select(columns())
        .load(conn)?;
    Ok(rows.into_iter().map(read).collect())
}

/// What is tried most, of a category or of all.
pub fn most_tried(
    conn: &mut AnyConnection,
    category: Option<&str>,
    limit: i64,
) -> QueryResult<Vec<Candidate>> {
    let mut query = projects::table
        .filter(in_catalogue())
        .order((projects::tries_count.desc(), projects::id.desc()))
        .limit(limit)
        .select((projects::id, projects::category, projects::tries_count))
        .into_boxed();
    if let Some(category) = category {
        query = query.filter(projects::category.eq(category));
    }
    let rows: Vec<(i64, String, i64)> = query.load(conn)?;
    Ok(rows.into_iter().map(|(id, category, tries)| Candidate { id, category, tries }).collect())
}

/// What a visitor tried, the latest tries only: number and category of the project.
pub fn history(
    conn: &mut AnyConnection,
    owner_key: &str,
    limit: i64,
) -> QueryResult<Vec<(i64, String)>> {
    tries::table
        .inner_join(projects::table)
        .filter(tries::owner_key.eq(owner_key))
        .order(tries::started_at.desc())
        .limit(limit)
        .select((projects::id, projects::category))
        .load(conn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        db::{Db, testing::on_each_database},
        models::{now, projects::testing, tries as try_rows},
        schema::project_days,
    };
    use chrono::TimeDelta;
    use container_api::SandboxId;

    on_each_database!(tries_leave_a_score_and_a_day, only_what_is_listed_is_recommended);

    async fn ready(db: &Db, slug: &'static str) -> i64 {
        let id = db.write(move |c| testing::project(c, slug)).await.unwrap().id;
        let built = projects::image_digest.eq("sha256:1");
        let row = projects::table.find(id);
        db.write(move |c| diesel::update(row).set(built).execute(c)).await.unwrap();
        id
    }

    async fn tried(db: &Db, id: i64, times: usize) {
        for _ in 0..times {
            let key = SandboxId::random();
            db.write(move |c| try_rows::create(c, &key, id, "g:1", "")).await.unwrap();
        }
    }

    async fn slugs(db: &Db, at: DateTime<Utc>) -> Vec<String> {
        let found = db.read(move |c| trending(c, at, 9)).await.unwrap();
        found.into_iter().map(|one| one.slug).collect()
    }

    async fn tries_leave_a_score_and_a_day(db: Db) {
        let (jq, vim) = (ready(&db, "jq").await, ready(&db, "vim").await);
        ready(&db, "untried").await;
        tried(&db, vim, 1).await;
        tried(&db, jq, 2).await;
        tried(&db, vim, 2).await;
        assert_eq!(slugs(&db, now()).await, ["vim", "jq"]);
        let days: Vec<(i64, i64)> = db
            .read(|c| {
                let all = project_days::table.order(project_days::tries);
                all.select((project_days::project_id, project_days::tries)).load(c)
            })
            .await
            .unwrap();
        let sum: i64 = days.iter().filter(|(id, _)| *id == vim).map(|(_, count)| count).sum();
        assert_eq!(sum, 3, "{days:?}");
        // Two weeks later nobody has tried anything for two weeks.
        assert_eq!(slugs(&db, now() + TimeDelta::days(13)).await, ["vim", "jq"]);
        assert_eq!(slugs(&db, now() + TimeDelta::days(15)).await, [""; 0]);
    }

    async fn only_what_is_listed_is_recommended(db: Db) {
        let (jq, old) = (ready(&db, "jq").await, ready(&db, "old").await);
        db.write(|c| testing::project(c, "unbuilt")).await.unwrap();
        tried(&db, old, 3).await;
        tried(&db, jq, 1).await;
        let row = projects::table.find(old);
        let at = projects::archived_at.eq(now().naive_utc());
        db.write(move |c| diesel::update(row).set(at).execute(c)).await.unwrap();
        assert_eq!(slugs(&db, now()).await, ["jq"]);
        for category in [None, Some("Tools")] {
            let most = db.read(move |c| most_tried(c, category, 9)).await.unwrap();
            assert_eq!(most.iter().map(|one| one.id).collect::<Vec<_>>(), [jq]);
        }
        let none = db.read(move |c| most_tried(c, Some("Games"), 9)).await.unwrap();
        assert_eq!(none, []);
        let own = db.read(|c| history(c, "g:1", 3)).await.unwrap();
        assert_eq!((own.len(), &own[0]), (3, &(jq, "Tools".to_owned())));
        assert_eq!(db.read(|c| history(c, "g:2", 3)).await.unwrap(), []);
    }
}
