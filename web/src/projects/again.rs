//! A project that was published a moment ago is published again: somebody pressed twice, or a
//! program lost the answer. They get the first answer.

use crate::{
    error::Error,
    input::project::Checked,
    models::{now, projects},
    policy,
    service::Services,
};
use chrono::TimeDelta;
use container_api::BuildId;
use tokio::sync::{Mutex, MutexGuard};

/// How the sender of a request stands to asking again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeats {
    /// By a second press, within a minute.
    ByChance,
    /// By an `Idempotency-Key`, within a day.
    OnPurpose,
}

impl Repeats {
    fn window(self) -> TimeDelta {
        match self {
            Self::ByChance => TimeDelta::minutes(1),
            Self::OnPurpose => TimeDelta::days(1),
        }
    }
}

/// Turns for publishing: of one account's requests, the second waits for what comes of the first.
/// A few accounts share a turn.
#[derive(Debug, Default)]
pub struct Turns([Mutex<()>; 16]);

impl Turns {
    /// Waits for the turn of an account.
    pub async fn of(&self, owner: i64) -> MutexGuard<'_, ()> {
        let place = owner.unsigned_abs() % self.0.len() as u64;
        self.0[place as usize].lock().await
    }
}

/// The first build of the same project of the same account, if that was published just now.
pub async fn first_answer(
    services: &Services,
    owner: i64,
    checked: &Checked,
    repeats: Repeats,
) -> Result<Option<BuildId>, Error> {
    let slug = checked.slug.clone();
    let found = services.db.read(move |conn| projects::by_slug(conn, &slug)).await?;
    let Some(project) = found else { return Ok(None) };
    let same = policy::owns(owner, project.owner_id)
        && project.texts == checked.texts
        && project.source == checked.source
        && now() - project.created_at < repeats.window();
    Ok(project.latest_build.filter(|_| same))
}
