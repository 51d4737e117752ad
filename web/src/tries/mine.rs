//! What does a visitor have running, and what came of the rest?

use super::{
    extension::{self, Extension},
    look,
};
use crate::{
    error::Error,
    models::{
        history::{self, Choices, Filter, Tried},
        listing::Mark,
        projects, tries,
    },
    service::Services,
};
use chrono::{DateTime, Utc};
use container_api::{SandboxId, SandboxState, SandboxView};
use futures_util::{StreamExt, stream};

/// How many sandboxes are asked about at once.
const AT_ONCE: usize = 8;

/// A sandbox that lives, as far as is known.
#[derive(Debug, Clone)]
pub struct Running {
    /// Its id.
    pub id: SandboxId,
    /// Its project's name.
    pub name: String,
    /// What its visitor calls it; may be empty.
    pub tag: String,
    /// Since when.
    pub started_at: DateTime<Utc>,
    /// What the container server says; nothing where it cannot be asked.
    pub view: Option<SandboxView>,
    /// The time that it may have besides.
    pub extension: Option<Extension>,
}

/// What a visitor has.
#[derive(Debug, Default)]
pub struct Mine {
    /// What lives, the newest first.
    pub running: Vec<Running>,
    /// Whether the container server could be asked.
    pub asked: bool,
    /// What is over, the newest first: a page of it, and one more where there are more.
    pub past: Vec<Tried>,
    /// What the past can be told apart by.
    pub choices: Choices,
}

/// What the visitor of this key has.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(
    services: &Services,
    key: String,
    filter: Filter,
    after: Option<Mark>,
    limit: i64,
) -> Result<Mine, Error> {
    let first = after.is_none() && filter == Filter { ended: true, ..Filter::default() };
    let found = services.db.read(move |conn| {
        let mut live = Vec::new();
        for row in tries::live_of(conn, &key)? {
            if let Some(project) = projects::by_id(conn, row.project_id)? {
                live.push((row, project.slug, project.texts.name));
            }
        }
        let past = history::page(conn, &key, &filter, after.as_ref(), limit)?;
        Ok((live, past, history::choices(conn, &key)?))
    });
    let (live, past, choices) = found.await?;
    let mut mine = Mine { asked: true, past, choices, ..Mine::default() };
    let mut looked = stream::iter(live)
        .map(|(row, slug, name)| async move {
            let view = look(services, &row).await;
            (row, slug, name, view)
        })
        .buffered(AT_ONCE);
    let mut over = Vec::new();
    while let Some((row, slug, name, view)) = looked.next().await {
        mine.asked &= view.is_ok();
        match view {
            Ok(Some(view)) if view.state == SandboxState::Ended => over.push(Tried {
                id: row.id,
                slug,
                name,
                tag: row.tag,
                started_at: row.started_at,
                ended_at: view.ended_at,
                end: view.end,
            }),
            // The reconciler finds out what became of it.
            Ok(None) => {}
            view => mine.running.push(running(services, row, name, view.ok().flatten())),
        }
    }
    mine.running.reverse();
    if first {
        // It is not written down yet that these are over.
        over.reverse();
        over.append(&mut mine.past);
        mine.past = over;
    }
    Ok(mine)
}

fn running(
    services: &Services,
    row: tries::Try,
    name: String,
    view: Option<SandboxView>,
) -> Running {
    let extension = view.as_ref().and_then(|view| extension::offer(view, &services.tries));
    Running { id: row.id, name, tag: row.tag, started_at: row.started_at, view, extension }
}
