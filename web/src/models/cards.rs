//! Projects as lists show them: the catalogue, and an account's own.

use super::builds::{read_latest, unfinished};
use crate::{
    db::AnyConnection,
    schema::{builds, projects},
};
use container_api::{BuildId, BuildState};
use diesel::prelude::*;

/// What a list shows of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Its place in URLs.
    pub slug: String,
    /// As people read it.
    pub name: String,
    /// One of the categories.
    pub category: String,
    /// A line.
    pub short: String,
    /// Whether it can be tried.
    pub ready: bool,
    /// The newest build and where it stands.
    pub build: Option<(BuildId, BuildState)>,
    /// How often it was tried.
    pub tries: i64,
}

type CardRow =
    ((String, String, String, String), (Option<String>, Option<String>, i64), Option<String>);

fn read_card((texts, (digest, build, tries), state): CardRow) -> QueryResult<Card> {
    let (slug, name, category, short) = texts;
    let build = read_latest(build, state)?;
    Ok(Card { slug, name, category, short, ready: digest.is_some(), build, tries })
}

/// What a card tells, of every project.
#[diesel::dsl::auto_type]
fn cards() -> _ {
    projects::table
        .left_join(builds::table.on(projects::latest_build_id.eq(builds::id.nullable())))
        .select((
            (projects::slug, projects::name, projects::category, projects::short_description),
            (projects::image_digest, projects::latest_build_id, projects::tries_count),
            builds::state.nullable(),
        ))
}

/// The catalogue: what can be tried, and what is being built for the first time; by category and
/// name. What is archived is not in it.
pub fn catalogue(conn: &mut AnyConnection, limit: i64) -> QueryResult<Vec<Card>> {
    cards()
        .filter(projects::image_digest.is_not_null().nullable().or(unfinished().nullable()))
        .filter(projects::archived_at.is_null())
        .order((projects::category, projects::name_key))
        .limit(limit)
        .load::<CardRow>(conn)?
        .into_iter()
        .map(read_card)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        db::{Db, testing::on_each_database},
        models::{builds as build_rows, projects::testing::project},
    };

    on_each_database!(the_catalogue_holds_what_is_ready_or_on_its_way);

    async fn the_catalogue_holds_what_is_ready_or_on_its_way(db: Db) {
        db.write(|c| project(c, "idle")).await.unwrap();
        let busy = db.write(|c| project(c, "busy")).await.unwrap();
        let build = BuildId::random();
        let id = build.clone();
        db.write(move |c| build_rows::create(c, &id, busy.id)).await.unwrap();
        let cards = db.read(|c| catalogue(c, 10)).await.unwrap();
        assert_eq!(cards.len(), 1);
        assert_eq!(cards[0].slug, "busy");
        assert_eq!(cards[0].build, Some((build, BuildState::Queued)));
        assert!(!cards[0].ready);
    }
}
