//! Bans for a command beside the server, for operators who are locked out. What it changes holds at
//! once, and is in the audit log in the name of `system`.

use super::{remove, write};
use crate::{
    db::{DatabaseUrl, Db, DbError},
    error::Error,
    input::ban::{self, BanForm},
    models::{bans as rows, now},
    policy::Asker,
};

/// Why the command line did not change a ban.
#[derive(Debug, thiserror::Error)]
pub enum BanError {
    /// The database cannot be opened or read.
    #[error(transparent)]
    Database(#[from] DbError),
    /// There is no account of this name.
    #[error("there is no account `{0}`")]
    NoSuchUser(String),
    /// What was typed does not fit.
    #[error("{0}")]
    Other(String),
}

/// The bans of a database.
pub struct Bans(Db);

impl Bans {
    /// Opens a database.
    ///
    /// # Errors
    /// See [`BanError`].
    pub async fn open(database: DatabaseUrl) -> Result<Self, BanError> {
        Ok(Self(Db::open(database).await?))
    }

    /// Keeps an account or a network out, for so many days or until it is lifted. The running
    /// server ends its sandboxes within seconds. Gives the subject as it is kept.
    ///
    /// # Errors
    /// See [`BanError`].
    pub async fn set(
        &self,
        subject: &str,
        reason: &str,
        days: Option<u32>,
    ) -> Result<String, BanError> {
        let form = BanForm {
            subject: subject.to_owned(),
            reason: reason.to_owned(),
            lasts: String::new(),
        };
        let mut ban = form.check(now()).map_err(|errors| BanError::Other(errors.to_string()))?;
        ban.ends_at = days.map(|days| ban.created_at + chrono::TimeDelta::days(days.into()));
        let kept = ban.subject.to_string();
        write(&self.0, &Asker::system(), ban).await.map_err(|error| told(error, subject))?;
        Ok(kept)
    }

    /// Lets somebody in again; tells whether they were kept out.
    ///
    /// # Errors
    /// See [`BanError`].
    pub async fn lift(&self, subject: &str) -> Result<bool, BanError> {
        let subject = ban::subject(subject).map_err(BanError::Other)?;
        let name = subject.to_string();
        remove(&self.0, &Asker::system(), subject).await.map_err(|error| told(error, &name))
    }

    /// Who is kept out now: the subject, until when, and why, one a line.
    ///
    /// # Errors
    /// See [`BanError`].
    pub async fn list(&self) -> Result<Vec<String>, BanError> {
        let bans = self.0.read(rows::all).await?;
        let holding = bans.iter().filter(|ban| ban.is_in_force(now()));
        Ok(holding.map(|ban| format!("{}\t{}", ban.subject, super::words::noted(ban))).collect())
    }
}

fn told(error: Error, name: &str) -> BanError {
    match error {
        Error::NoSuchUser => BanError::NoSuchUser(name.to_owned()),
        Error::Db(error) => BanError::Database(error),
        Error::Fields(errors) => BanError::Other(errors.to_string()),
        other => BanError::Other(other.to_string()),
    }
}
