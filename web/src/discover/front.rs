//! What does the home page show?

use super::{
    Discover,
    facets::{self, Facet},
    recommend::{Candidate, recommend},
};
use crate::{
    db::{Db, DbError},
    models::{
        cards::{self, Card},
        discover as rows, now,
        search::{self, Found},
    },
};
use std::collections::BTreeSet;

/// How many places each list has.
pub const PLACES: usize = 10;
/// With no more projects than this there is one list of everything: any choice of them would be
/// the same again.
const SMALL: i64 = 24;
/// So many of a visitor's tries tell what the visitor likes.
const HISTORY: i64 = 500;
/// So many of each category are kept at hand.
const POOL: i64 = 100;

/// What is the same for everybody.
#[derive(Debug, Default)]
pub struct Front {
    /// Everything there is, while that is little.
    pub all: Vec<Card>,
    /// What is tried most just now.
    pub trending: Vec<Found>,
    /// What is tried most, over all categories, for those of whom nothing is known.
    pub popular: Vec<Found>,
    /// Categories and how much each has, the most first.
    pub categories: Vec<(String, i64)>,
    /// How much there is in all.
    pub total: i64,
    /// The most tried of each category.
    pool: Vec<Candidate>,
}

impl Front {
    pub(super) async fn load(db: &Db, discover: &Discover) -> Result<Self, DbError> {
        let cells = discover.cells(db).await?;
        let nothing = facets::Choice::default();
        let categories = facets::values(&cells, &nothing, Facet::Category);
        let total = facets::total(&cells, &nothing);
        if total <= SMALL {
            // Some may be on their way.
            let all = db.read(|conn| cards::catalogue(conn, SMALL * 2)).await?;
            return Ok(Self { all, categories, total, ..Self::default() });
        }
        let names: Vec<String> = categories.iter().map(|(name, _)| name.clone()).collect();
        db.read(move |conn| {
            let most = i64::try_from(PLACES).unwrap_or(i64::MAX);
            let trending = rows::trending(conn, now(), most)?;
            let mut pool = Vec::new();
            for name in &names {
                pool.extend(rows::most_tried(conn, Some(name), POOL)?);
            }
            let shown: BTreeSet<i64> = trending.iter().map(|one| one.id).collect();
            let others: Vec<Candidate> =
                pool.iter().filter(|one| !shown.contains(&one.id)).cloned().collect();
            let popular = search::of_ids(conn, &recommend(&[], &others, PLACES))?;
            Ok(Self { all: Vec::new(), trending, popular, categories, total, pool })
        })
        .await
    }

    /// What this visitor may like, by what the visitor tried; nothing where that is nothing, or
    /// where there is too little to choose from.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn liked(&self, db: &Db, owner_key: Option<String>) -> Result<Vec<Found>, DbError> {
        let Some(key) = owner_key.filter(|_| !self.pool.is_empty()) else {
            return Ok(Vec::new());
        };
        let history = db.read(move |conn| rows::history(conn, &key, HISTORY)).await?;
        if history.is_empty() {
            return Ok(Vec::new());
        }
        let ids = recommend(&history, &self.pool, PLACES);
        db.read(move |conn| search::of_ids(conn, &ids)).await
    }
}
