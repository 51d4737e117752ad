//! Guided demos: a column of a project's row that changes by itself.

use super::now;
use crate::{db::AnyConnection, schema::projects};
use diesel::prelude::*;

/// Gives a project this demo's source in place of the one it has; empty for none.
pub fn set(conn: &mut AnyConnection, project_id: i64, source: &str) -> QueryResult<()> {
    diesel::update(projects::table.find(project_id))
        .set((projects::demo.eq(source), projects::updated_at.eq(now().naive_utc())))
        .execute(conn)
        .map(drop)
}

/// The same for a project that has none. Answers whether it had none.
pub fn set_first(conn: &mut AnyConnection, project_id: i64, source: &str) -> QueryResult<bool> {
    let without = projects::table.find(project_id).filter(projects::demo.eq(""));
    let changed = diesel::update(without).set(projects::demo.eq(source)).execute(conn)?;
    Ok(changed > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        db::{Db, testing::on_each_database},
        models::projects::{by_slug, testing},
    };

    on_each_database!(a_demo_is_kept_by_itself);

    async fn a_demo_is_kept_by_itself(db: Db) {
        let made = db.write(|c| testing::project(c, "jq")).await.unwrap();
        let id = made.id;
        assert!(db.write(move |c| set_first(c, id, "## One\n")).await.unwrap());
        assert!(!db.write(move |c| set_first(c, id, "## Two\n")).await.unwrap());
        let read = db.read(|c| by_slug(c, "jq")).await.unwrap().unwrap();
        assert_eq!(read.demo, "## One\n");
        db.write(move |c| set(c, id, "")).await.unwrap();
        let read = db.read(|c| by_slug(c, "jq")).await.unwrap().unwrap();
        assert_eq!((read.demo.as_str(), read.texts, read.source), ("", made.texts, made.source));
    }
}
