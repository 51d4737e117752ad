//! What maintainers do with a project besides editing it: which image its visitors get, whether it
//! is in the catalogue, whose it is.

use super::{now, utc};
use crate::{
    db::AnyConnection,
    schema::{projects, transfers, users},
};
use chrono::{DateTime, NaiveDateTime, Utc};
use container_api::ImageRef;
use diesel::prelude::*;

/// Gives visitors an image that was pushed before.
pub fn set_image(
    conn: &mut AnyConnection,
    project_id: i64,
    image: &ImageRef,
    bytes: Option<i64>,
) -> QueryResult<()> {
    diesel::update(projects::table.find(project_id))
        .set((
            projects::image_repository.eq(&image.repository),
            projects::image_digest.eq(&image.digest),
            projects::image_bytes.eq(bytes),
        ))
        .execute(conn)
        .map(drop)
}

/// Takes a project out of the catalogue, or puts it back; tells whether that changed anything.
pub fn archive(conn: &mut AnyConnection, project_id: i64, archived: bool) -> QueryResult<bool> {
    let row = projects::table.find(project_id);
    let changed = match archived {
        true => diesel::update(row.filter(projects::archived_at.is_null()))
            .set(projects::archived_at.eq(now().naive_utc()))
            .execute(conn)?,
        false => diesel::update(row.filter(projects::archived_at.is_not_null()))
            .set(projects::archived_at.eq(None::<NaiveDateTime>))
            .execute(conn)?,
    };
    Ok(changed > 0)
}

/// A project that somebody wishes to give away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The project's number.
    pub project_id: i64,
    /// Its place in URLs.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// The name of the account that it is offered to.
    pub to: String,
    /// The number of that account.
    pub to_id: i64,
    /// The name of the account that offers it.
    pub from: String,
    /// Since when.
    pub offered_at: DateTime<Utc>,
}

/// Offers a project to another account, and to nobody else any more.
pub fn offer(conn: &mut AnyConnection, project_id: i64, to: i64) -> QueryResult<()> {
    withdraw(conn, project_id)?;
    diesel::insert_into(transfers::table)
        .values((
            transfers::project_id.eq(project_id),
            transfers::to_user.eq(to),
            transfers::offered_at.eq(now().naive_utc()),
        ))
        .execute(conn)
        .map(drop)
}

/// Takes an offer back; tells whether there was one.
pub fn withdraw(conn: &mut AnyConnection, project_id: i64) -> QueryResult<bool> {
    let gone = diesel::delete(transfers::table.find(project_id)).execute(conn)?;
    Ok(gone > 0)
}

/// To whom a project is offered, if it is.
pub fn offer_of(conn: &mut AnyConnection, project_id: i64) -> QueryResult<Option<Offer>> {
    let row = transfers::table.find(project_id).select((transfers::to_user, transfers::offered_at));
    let Some((to, at)) = row.first::<(i64, NaiveDateTime)>(conn).optional()? else {
        return Ok(None);
    };
    read(conn, (project_id, to, at)).map(Some)
}

/// What is offered to an account, the oldest first.
pub fn offers_to(conn: &mut AnyConnection, user_id: i64) -> QueryResult<Vec<Offer>> {
    let rows: Vec<(i64, i64, NaiveDateTime)> = transfers::table
        .filter(transfers::to_user.eq(user_id))
        .order(transfers::offered_at)
        .select((transfers::project_id, transfers::to_user, transfers::offered_at))
        .load(conn)?;
    rows.into_iter().map(|row| read(conn, row)).collect()
}

fn read(
    conn: &mut AnyConnection,
    (project_id, to_id, at): (i64, i64, NaiveDateTime),
) -> QueryResult<Offer> {
    let row = projects::table.inner_join(users::table).filter(projects::id.eq(project_id));
    let (slug, name, from) =
        row.select((projects::slug, projects::name, users::name)).first(conn)?;
    let to = users::table.find(to_id).select(users::name).first(conn)?;
    Ok(Offer { project_id, slug, name, to, to_id, from, offered_at: utc(at) })
}

/// Makes a project another account's; no offer of it is left.
pub fn give(conn: &mut AnyConnection, project_id: i64, to: i64) -> QueryResult<()> {
    withdraw(conn, project_id)?;
    diesel::update(projects::table.find(project_id))
        .set(projects::owner_id.eq(to))
        .execute(conn)
        .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        db::{Db, testing::on_each_database},
        models::projects as rows,
    };

    on_each_database!(a_project_is_archived_and_put_back, a_project_changes_hands_once_it_is_taken);

    async fn a_project_is_archived_and_put_back(db: Db) {
        let id = db.write(|c| rows::testing::project(c, "jq")).await.unwrap().id;
        for (archived, changes) in [(true, true), (true, false), (false, true), (false, false)] {
            assert_eq!(db.write(move |c| archive(c, id, archived)).await.unwrap(), changes);
            let read = db.read(move |c| rows::by_id(c, id)).await.unwrap().unwrap();
            assert_eq!(read.archived_at.is_some(), archived);
        }
        let image = ImageRef { repository: "projects/jq".into(), digest: "sha256:1".into() };
        let wanted = image.clone();
        db.write(move |c| set_image(c, id, &wanted, Some(7))).await.unwrap();
        let read = db.read(move |c| rows::by_id(c, id)).await.unwrap().unwrap();
        assert_eq!((read.image, read.image_bytes), (Some(image), Some(7)));
    }

    async fn a_project_changes_hands_once_it_is_taken(db: Db) {
        let jq = db.write(|c| rows::testing::project(c, "jq")).await.unwrap();
        let (bob, eve) = db
            .write(|c| {
                let bob = crate::models::users::create(c, "bob", None)?.id;
                Ok((bob, crate::models::users::create(c, "eve", None)?.id))
            })
            .await
            .unwrap();
        for to in [eve, bob] {
            db.write(move |c| offer(c, jq.id, to)).await.unwrap();
        }
        assert_eq!(db.read(move |c| offers_to(c, eve)).await.unwrap(), []);
        let offers = db.read(move |c| offers_to(c, bob)).await.unwrap();
        assert_eq!(
            (offers.len(), offers[0].from.as_str(), offers[0].to.as_str()),
            (1, "jq", "bob")
        );
        let found = db.read(move |c| offer_of(c, jq.id)).await.unwrap();
        assert_eq!(found.as_ref(), offers.first());
        db.write(move |c| give(c, jq.id, bob)).await.unwrap();
        assert_eq!(db.read(move |c| offers_to(c, bob)).await.unwrap(), []);
        let read = db.read(move |c| rows::by_id(c, jq.id)).await.unwrap().unwrap();
        assert_eq!(read.owner_id, bob);
        assert!(!db.write(move |c| withdraw(c, jq.id)).await.unwrap());
        // An offer goes with its project.
        db.write(move |c| offer(c, jq.id, eve)).await.unwrap();
        db.write(move |c| rows::delete(c, jq.id)).await.unwrap();
        assert_eq!(db.read(move |c| offers_to(c, eve)).await.unwrap(), []);
    }
}
