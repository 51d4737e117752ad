//! The audit log: who changed what, and when. Rows are added together with the change, in its
//! transaction, and never altered.

use super::now;
use crate::{db::AnyConnection, policy::Asker, schema::audit};
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

/// Something that changed state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// `user:ada`, `guest` or `system`.
    pub actor: String,
    /// What was done, such as `project.create`.
    pub action: &'static str,
    /// What it was done to, such as `project:jq`.
    pub subject: String,
    /// More, as a sentence, without secrets; may be empty.
    pub detail: String,
    /// The address prefix that it came from; empty where none is known.
    pub address: String,
}

impl Event {
    /// Something that `asker` did to `subject`.
    #[must_use]
    pub fn by(asker: &Asker, action: &'static str, subject: impl Into<String>) -> Self {
        Self {
            actor: asker.name.clone(),
            action,
            subject: subject.into(),
            detail: String::new(),
            address: asker.address(),
        }
    }

    /// The same with more said of it.
    #[must_use]
    pub fn saying(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }
}

/// Writes an event down.
pub fn add(conn: &mut AnyConnection, event: &Event) -> QueryResult<()> {
    diesel::insert_into(audit::table)
        .values((
            audit::at.eq(now().naive_utc()),
            audit::actor.eq(&event.actor),
            audit::action.eq(event.action),
            audit::subject.eq(&event.subject),
            audit::detail.eq(&event.detail),
            audit::address.eq(&event.address),
        ))
        .execute(conn)
        .map(drop)
}

/// A row of the log.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
#[diesel(table_name = audit)]
pub struct Entry {
    /// The row's number: later ones are larger.
    pub id: i64,
    /// When, in UTC.
    pub at: NaiveDateTime,
    /// Who.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// To what.
    pub subject: String,
    /// More, as a sentence; may be empty.
    pub detail: String,
    /// The address prefix that it came from; may be empty.
    pub address: String,
}

/// Which rows are wanted; what is empty leaves it open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Whose.
    pub actor: String,
    /// An action such as `project.create`, or a kind of them such as `project`.
    pub action: String,
    /// Of what.
    pub subject: String,
    /// Only rows before this one.
    pub before: Option<i64>,
}

/// A page of the log, the newest first.
pub fn page(conn: &mut AnyConnection, filter: &Filter, limit: i64) -> QueryResult<Vec<Entry>> {
    let mut rows = audit::table.into_boxed();
    if !filter.actor.is_empty() {
        rows = rows.filter(audit::actor.eq(&filter.actor));
    }
    if !filter.action.is_empty() {
        // An action that is no word of ours fits nothing, and has no place in a pattern.
        let plain = |c: char| c.is_ascii_lowercase() || matches!(c, '.' | '-');
        if !filter.action.chars().all(plain) {
            return Ok(Vec::new());
        }
        let kind = format!("{}.%", filter.action);
        rows = rows.filter(audit::action.eq(&filter.action).or(audit::action.like(kind)));
    }
    if !filter.subject.is_empty() {
        rows = rows.filter(audit::subject.eq(&filter.subject));
    }
    if let Some(before) = filter.before {
        rows = rows.filter(audit::id.lt(before));
    }
    rows.order(audit::id.desc()).limit(limit).load(conn)
}

/// Whether the oldest row is from before `limit`.
pub fn is_due(conn: &mut AnyConnection, limit: DateTime<Utc>) -> QueryResult<bool> {
    let oldest = audit::table.order(audit::id).select(audit::at).first::<NaiveDateTime>(conn);
    Ok(oldest.optional()?.is_some_and(|at| at.and_utc() < limit))
}

/// Removes rows from before `limit`, the oldest first, at most `at_once`; tells how many. Numbers
/// grow with time, so only the oldest rows are looked at.
pub fn sweep(conn: &mut AnyConnection, limit: DateTime<Utc>, at_once: i64) -> QueryResult<usize> {
    let oldest = audit::table.order(audit::id).limit(at_once).select((audit::id, audit::at));
    let oldest: Vec<(i64, NaiveDateTime)> = oldest.load(conn)?;
    let old = oldest.iter().take_while(|(_, at)| at.and_utc() < limit);
    match old.last() {
        Some((last, _)) => diesel::delete(audit::table.filter(audit::id.le(last))).execute(conn),
        None => Ok(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{Db, testing::on_each_database};
    use chrono::TimeDelta;

    on_each_database!(the_log_is_read_by_page_and_filter, old_rows_are_swept);

    fn event(actor: &str, action: &'static str, subject: &str) -> Event {
        let asker = Asker { name: actor.to_owned(), ..Asker::system() };
        Event::by(&asker, action, subject)
    }

    async fn the_log_is_read_by_page_and_filter(db: Db) {
        for event in [
            event("user:ada", "project.create", "project:jq"),
            event("guest", "try.start", "sandbox:1"),
            event("user:ada", "project.update", "project:jq"),
            event("user:bob", "project.create", "project:ed"),
        ] {
            db.write(move |c| add(c, &event)).await.unwrap();
        }
        let all = db.read(|c| page(c, &Filter::default(), 10)).await.unwrap();
        assert_eq!(all.len(), 4);
        assert_eq!((all[0].actor.as_str(), all[3].action.as_str()), ("user:bob", "project.create"));
        for (actor, action, subject, before, found) in [
            ("user:ada", "", "", None, vec![2, 0]),
            ("", "project", "", None, vec![3, 2, 0]),
            ("", "project.create", "", None, vec![3, 0]),
            ("", "%", "", None, vec![]),
            ("", "", "project:jq", None, vec![2, 0]),
            ("user:ada", "", "", Some(2), vec![0]),
        ] {
            let filter = Filter {
                actor: actor.to_owned(),
                action: action.to_owned(),
                subject: subject.to_owned(),
                before: before.map(|place: usize| all[3 - place].id),
            };
            let expected: Vec<i64> =
                found.into_iter().map(|place: usize| all[3 - place].id).collect();
            let told = format!("{filter:?}");
            let rows = db.read(move |c| page(c, &filter, 10)).await.unwrap();
            assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), expected, "{told}");
        }
    }

    async fn old_rows_are_swept(db: Db) {
        for _ in 0..3 {
            db.write(|c| add(c, &event("guest", "try.start", "sandbox:1"))).await.unwrap();
        }
        let past = now() - TimeDelta::days(1);
        assert_eq!(db.write(move |c| sweep(c, past, 2)).await.unwrap(), 0);
        let future = now() + TimeDelta::days(1);
        assert_eq!(db.write(move |c| sweep(c, future, 2)).await.unwrap(), 2);
        assert_eq!(db.read(|c| page(c, &Filter::default(), 10)).await.unwrap().len(), 1);
    }
}
