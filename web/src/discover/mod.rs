//! What is found, and what is shown first?
//!
//! Pure: [`trending`] (the score that tries leave), [`recommend`] (what a visitor may like),
//! [`words`] (what was typed), [`vocabulary`] (what was meant), [`facets`] and [`ranking`] (how hits
//! are counted and sorted). [`search`] and [`front`] put them together for the pages and the API.

pub mod facets;
pub mod fresh;
pub mod front;
pub mod ranking;
pub mod recommend;
pub mod search;
pub mod sponsor;
pub mod trending;
pub mod vocabulary;
pub mod words;

use crate::{
    config::DiscoverConfig,
    db::{Db, DbError},
    models::search as rows,
};
use facets::Cell;
use fresh::Fresh;
use front::Front;
use sponsor::Sponsor;
use std::sync::Arc;
use vocabulary::Vocabulary;

/// How much longer the vocabulary is kept than the rest: it is larger, and changes less.
const LONGER: u32 = 6;

/// What requests share.
pub struct Discover {
    /// Whose banner is shown.
    pub sponsor: Option<Sponsor>,
    front: Fresh<Front>,
    cells: Fresh<Vec<Cell>>,
    vocabulary: Fresh<Vocabulary>,
}

impl Discover {
    /// As it is configured.
    #[must_use]
    pub fn new(config: DiscoverConfig) -> Self {
        Self {
            sponsor: config.sponsor,
            front: Fresh::new(config.keep),
            cells: Fresh::new(config.keep),
            vocabulary: Fresh::new(config.keep * LONGER),
        }
    }

    /// What the home page shows to everybody.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn front(&self, db: &Db) -> Result<Arc<Front>, DbError> {
        self.front.get(Front::load(db, self)).await
    }

    /// How much there is of everything.
    async fn cells(&self, db: &Db) -> Result<Arc<Vec<Cell>>, DbError> {
        self.cells.get(db.read(rows::cells)).await
    }

    async fn vocabulary(&self, db: &Db) -> Result<Arc<Vocabulary>, DbError> {
        self.vocabulary
            .get(async {
                let texts = db.read(rows::texts).await?;
                // Taking a large catalogue apart takes milliseconds that others would wait for.
                Ok(tokio::task::spawn_blocking(move || search::vocabulary_of(&texts)).await?)
            })
            .await
    }
}
