//! Accounts at other sites, by which people log in here.

use super::{now, utc};
use crate::{db::AnyConnection, schema::identities};
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

/// An account at another site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The row's number.
    pub id: i64,
    /// The account here.
    pub user_id: i64,
    /// The provider's name in the configuration.
    pub provider: String,
    /// Its lasting name there.
    pub subject: String,
    /// As its holder knows it.
    pub label: String,
    /// When it was linked.
    pub created_at: DateTime<Utc>,
}

type Row = (i64, i64, String, String, String, NaiveDateTime);

fn read((id, user_id, provider, subject, label, created_at): Row) -> Identity {
    Identity { id, user_id, provider, subject, label, created_at: utc(created_at) }
}

/// Links one. One that is linked already is a unique violation.
pub fn add(
    conn: &mut AnyConnection,
    user_id: i64,
    provider: &str,
    subject: &str,
    label: &str,
) -> QueryResult<()> {
    diesel::insert_into(identities::table)
        .values((
            identities::user_id.eq(user_id),
            identities::provider.eq(provider),
            identities::subject.eq(subject),
            identities::label.eq(label),
            identities::created_at.eq(now().naive_utc()),
        ))
        .execute(conn)
        .map(drop)
}

/// The one of this name at this provider.
pub fn find(
    conn: &mut AnyConnection,
    provider: &str,
    subject: &str,
) -> QueryResult<Option<Identity>> {
    let row = identities::table
        .filter(identities::provider.eq(provider))
        .filter(identities::subject.eq(subject))
        .first::<Row>(conn)
        .optional()?;
    Ok(row.map(read))
}

/// Those of an account, the oldest first.
pub fn of_user(conn: &mut AnyConnection, user_id: i64) -> QueryResult<Vec<Identity>> {
    let rows = identities::table
        .filter(identities::user_id.eq(user_id))
        .order(identities::id)
        .load::<Row>(conn)?;
    Ok(rows.into_iter().map(read).collect())
}

/// Unlinks one.
pub fn remove(conn: &mut AnyConnection, id: i64) -> QueryResult<()> {
    diesel::delete(identities::table.find(id)).execute(conn).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        db::{Db, testing::on_each_database},
        models::users,
    };

    on_each_database!(an_identity_belongs_to_one);

    async fn an_identity_belongs_to_one(db: Db) {
        let ada = db.write(|c| users::create(c, "ada", None)).await.unwrap().id;
        let bob = db.write(|c| users::create(c, "bob", None)).await.unwrap().id;
        db.write(move |c| add(c, ada, "github", "1", "ada")).await.unwrap();
        db.write(move |c| add(c, ada, "google", "1", "ada@x.example")).await.unwrap();
        let again = db.write(move |c| add(c, bob, "github", "1", "ada")).await;
        assert!(again.unwrap_err().is_duplicate());
        db.write(move |c| users::lock(c, ada)).await.unwrap();
        let names = ["bob", "eve"].map(str::to_owned);
        assert_eq!(db.read(move |c| users::taken(c, &names)).await.unwrap(), ["bob"]);
        let all = db.read(move |c| of_user(c, ada)).await.unwrap();
        let providers: Vec<_> = all.iter().map(|identity| identity.provider.as_str()).collect();
        assert_eq!(providers, ["github", "google"]);
        let found = db.read(|c| find(c, "google", "1")).await.unwrap().unwrap();
        assert_eq!(found, all[1]);
        db.write(move |c| remove(c, found.id)).await.unwrap();
        assert_eq!(db.read(|c| find(c, "google", "1")).await.unwrap(), None);
        assert_eq!(db.read(|c| find(c, "github", "2")).await.unwrap(), None);
    }
}
