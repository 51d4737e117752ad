//! What badges say of projects: where a project stands, and how often it was tried of late.

use super::builds;
use crate::{
    db::AnyConnection,
    schema::{builds as build_rows, project_days, projects},
};
use chrono::{Days, NaiveDate};
use container_api::BuildState;
use diesel::prelude::*;

/// The days that "this week" counts, today among them.
const WEEK: u64 = 7;

/// What a badge is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The project's name.
    pub name: String,
    /// Whether it was taken out of the catalogue.
    pub archived: bool,
    /// Whether it can be tried.
    pub has_image: bool,
    /// Where its newest build stands.
    pub build: Option<BuildState>,
    /// How often it was tried this week.
    pub tries: i64,
}

impl Known {
    /// Whether its newest build has not ended.
    #[must_use]
    pub fn is_building(&self) -> bool {
        matches!(self.build, Some(BuildState::Queued | BuildState::Running))
    }

    /// Whether its newest build has failed.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.build == Some(BuildState::Failed)
    }
}

/// Name, whether it is archived, whether it has an image, its newest build's state; tries of a day.
type Day = (String, bool, bool, Option<String>, Option<i64>);

/// What is known of the project at this place; `today` is the day in UTC. One question, because a
/// badge has little time: a line for each of the seven days up to `today` on which the project was
/// tried, or one.
pub fn of(conn: &mut AnyConnection, slug: &str, today: NaiveDate) -> QueryResult<Option<Known>> {
    if super::cannot_be_stored(slug) {
        return Ok(None);
    }
    let before = today.checked_sub_days(Days::new(WEEK)).unwrap_or(NaiveDate::MIN);
    let this_week = project_days::project_id
        .eq(projects::id)
        .and(project_days::day.gt(before))
        .and(project_days::day.le(today));
    let days: Vec<Day> = projects::table
        .left_join(build_rows::table.on(projects::latest_build_id.eq(build_rows::id.nullable())))
        .left_join(project_days::table.on(this_week))
        .filter(projects::slug.eq(slug))
        .select((
            projects::name,
            projects::archived_at.is_not_null(),
            projects::image_digest.is_not_null(),
            build_rows::state.nullable(),
            project_days::tries.nullable(),
        ))
        .load(conn)?;
    // Added up here: PostgreSQL's sum of whole numbers is none.
    let tries = days.iter().filter_map(|day| day.4).fold(0, i64::saturating_add);
    let Some((name, archived, has_image, build, _)) = days.into_iter().next() else {
        return Ok(None);
    };
    let build = build.as_deref().map(builds::read_state).transpose()?;
    Ok(Some(Known { name, archived, has_image, build, tries }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        db::{Db, testing::on_each_database},
        models::{now, projects::testing::project},
    };

    on_each_database!(a_week_is_seven_days, a_project_is_told_as_it_stands);

    async fn a_week_is_seven_days(db: Db) {
        let today = NaiveDate::from_ymd_opt(2026, 3, 3).unwrap();
        let other = db.write(|c| project(c, "fzf")).await.unwrap().id;
        let id = db.write(|c| project(c, "jq")).await.unwrap().id;
        let days = [(id, 0, 1), (id, 6, 20), (id, 7, 300), (id, 400, 4_000), (other, 0, 50_000)];
        db.write(move |c| {
            let rows = days.map(|(project, ago, tries)| {
                (
                    project_days::project_id.eq(project),
                    project_days::day.eq(today - Days::new(ago)),
                    project_days::tries.eq(tries),
                )
            });
            for row in rows {
                diesel::insert_into(project_days::table).values(row).execute(c)?;
            }
            Ok(())
        })
        .await
        .unwrap();
        assert_eq!(db.read(move |c| of(c, "jq", today)).await.unwrap().unwrap().tries, 21);
    }

    async fn a_project_is_told_as_it_stands(db: Db) {
        let today = now().date_naive();
        let id = db.write(|c| project(c, "jq")).await.unwrap().id;
        let ask = || db.read(move |c| of(c, "jq", today));
        let fresh = Known {
            name: "jq".to_owned(),
            archived: false,
            has_image: false,
            build: None,
            tries: 0,
        };
        assert_eq!(ask().await.unwrap(), Some(fresh.clone()));
        let build = container_api::BuildId::random();
        db.write(move |c| {
            builds::create(c, &build, id)?;
            diesel::update(projects::table.find(id))
                .set((
                    projects::image_digest.eq("sha256:0"),
                    projects::archived_at.eq(now().naive_utc()),
                ))
                .execute(c)
        })
        .await
        .unwrap();
        let built =
            Known { archived: true, has_image: true, build: Some(BuildState::Queued), ..fresh };
        assert_eq!(ask().await.unwrap(), Some(built));
        assert_eq!(db.read(move |c| of(c, "no\0ne", today)).await.unwrap(), None);
    }
}
