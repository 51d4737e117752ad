//! Keeping a project's demo, and giving the starter catalogue's projects theirs.

use super::{Demo, Problems, parse};
use crate::{
    error::Error,
    input::text::unix_lines,
    models::{
        audit::{self, Event},
        demos,
        projects::Project,
    },
    policy::Asker,
    service::Services,
};

/// A demo as it was typed, and what it comes to. Nothing typed means no demo.
pub struct Draft {
    /// With line endings as Unix has them.
    pub source: String,
    /// The demo, or what is wrong with it.
    pub read: Result<Option<Demo>, Problems>,
}

impl Draft {
    /// Reads what was typed.
    #[must_use]
    pub fn of(typed: &str) -> Self {
        let source = unix_lines(typed);
        if source.trim().is_empty() {
            return Self { source: String::new(), read: Ok(None) };
        }
        let read = parse(&source).map(Some);
        Self { source, read }
    }
}

/// The demo of a project, if it has one. One that an older version took and this one does not
/// read is none: a visitor's terminal does not hang on it.
#[must_use]
pub fn of(project: &Project) -> Option<Demo> {
    let read = Draft::of(&project.demo).read;
    read.inspect_err(|problems| {
        tracing::warn!(slug = project.slug, %problems, "a demo is kept that cannot be read");
    })
    .unwrap_or_default()
}

/// Keeps a demo that was read without a problem. Who may do so was asked before.
///
/// # Errors
/// Of the database.
pub async fn save(
    services: &Services,
    asker: &Asker,
    project: &Project,
    source: String,
) -> Result<(), Error> {
    if source == project.demo {
        return Ok(());
    }
    let action = if source.is_empty() { "project.demo.remove" } else { "project.demo.update" };
    let event = Event::by(asker, action, format!("project:{}", project.slug));
    let id = project.id;
    let saved = services.db.write(move |conn| {
        demos::set(conn, id, &source)?;
        audit::add(conn, &event)
    });
    Ok(saved.await?)
}

/// Gives a project of the catalogue its demo, where it has none.
///
/// # Errors
/// Of the database.
pub async fn give_first(
    services: &Services,
    project: &Project,
    source: String,
) -> Result<(), Error> {
    if !project.demo.is_empty() {
        return Ok(());
    }
    let asker = Asker::system();
    let event = Event::by(&asker, "project.demo.update", format!("project:{}", project.slug));
    let id = project.id;
    let given = services.db.write(move |conn| {
        if demos::set_first(conn, id, &source)? {
            audit::add(conn, &event)?;
        }
        Ok(())
    });
    Ok(given.await?)
}
