//! Which sites may embed a project.

use crate::{db::AnyConnection, schema::projects};
use diesel::prelude::*;

/// The origins that may embed the project at this place; nothing where there is no project.
pub fn parents(conn: &mut AnyConnection, slug: &str) -> QueryResult<Option<Vec<String>>> {
    if super::cannot_be_stored(slug) {
        return Ok(None);
    }
    let list = projects::table.filter(projects::slug.eq(slug)).select(projects::embed_parents);
    let list: Option<String> = list.first(conn).optional()?;
    Ok(list.map(|list| list.lines().map(str::to_owned).collect()))
}

/// Lets these origins embed a project, one a line.
pub fn allow(conn: &mut AnyConnection, id: i64, parents: &str) -> QueryResult<()> {
    let row = diesel::update(projects::table.find(id));
    row.set(projects::embed_parents.eq(parents)).execute(conn).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        db::{Db, testing::on_each_database},
        models::projects::testing::project,
    };

    on_each_database!(parents_are_kept_a_line_each);

    async fn parents_are_kept_a_line_each(db: Db) {
        let id = db.write(|c| project(c, "jq")).await.unwrap().id;
        let ask = |slug: &'static str| db.read(move |c| parents(c, slug));
        assert_eq!(ask("jq").await.unwrap(), Some(Vec::new()));
        let list = "https://a.example\nhttps://*.b.example";
        db.write(move |c| allow(c, id, list)).await.unwrap();
        let kept = ask("jq").await.unwrap().unwrap();
        assert_eq!(kept, ["https://a.example", "https://*.b.example"]);
        for nothing in ["fzf", "j\0q"] {
            assert_eq!(ask(nothing).await.unwrap(), None);
        }
    }
}
