//! What is kept, one file a table. Functions here take a connection and speak Diesel; they decide
//! nothing.

pub mod audit;
pub mod badges;
pub mod bans;
pub mod builds;
pub mod cards;
pub mod comments;
pub mod demos;
pub mod discover;
pub mod embeds;
pub mod history;
pub mod identities;
pub mod leaving;
pub mod listing;
pub mod oversight;
pub mod owned;
pub mod pace;
pub mod projects;
pub mod quotas;
pub mod reports;
pub mod roles;
pub mod search;
pub mod sessions;
pub mod statistics;
pub mod tokens;
pub mod tries;
pub mod upkeep;
pub mod users;

use chrono::{DateTime, NaiveDateTime, SubsecRound, Utc};
use container_api::ImageRef;
use diesel::result::Error;

/// The present, as exactly as every database can keep it.
#[must_use]
pub fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}

/// Whether a text is one that no row can hold: PostgreSQL has no NUL in texts, and answers a question
/// for such a text by an error.
fn cannot_be_stored(text: &str) -> bool {
    text.contains('\0')
}

fn utc(time: NaiveDateTime) -> DateTime<Utc> {
    time.and_utc()
}

fn image(repository: Option<String>, digest: Option<String>) -> Option<ImageRef> {
    Some(ImageRef { repository: repository?, digest: digest? })
}

/// A row that this version cannot read: the data folder belongs to another one, or is damaged.
fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::DeserializationError(Box::new(error))
}
