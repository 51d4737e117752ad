//! API tokens: what programs log in with. Only a hash of each is kept.

use super::{now, utc};
use crate::{db::AnyConnection, policy::Scope, schema::api_tokens};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;

/// A token, without what it logs in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The row's number.
    pub id: i64,
    /// Whose it is.
    pub user_id: i64,
    /// What its holder calls it.
    pub name: String,
    /// How far it reaches.
    pub scope: Scope,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends, if ever.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    pub used_at: Option<DateTime<Utc>>,
}

impl Token {
    /// Whether its time is up.
    #[must_use]
    pub fn has_expired(&self, now: DateTime<Utc>) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    /// Whether its last use is to be written down anew: not oftener than once a minute.
    #[must_use]
    pub fn is_due(&self, now: DateTime<Utc>) -> bool {
        self.used_at.is_none_or(|used| now - used >= TimeDelta::minutes(1))
    }
}

/// A token to be kept.
#[derive(Debug, Clone)]
pub struct New {
    /// Whose it is.
    pub user_id: i64,
    /// What its holder calls it.
    pub name: String,
    /// SHA-256 of the token, in hex.
    pub hash: String,
    /// How far it reaches.
    pub scope: Scope,
    /// When it ends, if ever.
    pub expires_at: Option<DateTime<Utc>>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = api_tokens)]
struct Row {
    id: i64,
    user_id: i64,
    name: String,
    scope: String,
    created_at: NaiveDateTime,
    expires_at: Option<NaiveDateTime>,
    used_at: Option<NaiveDateTime>,
}

fn read(row: Row) -> Token {
    Token {
        id: row.id,
        user_id: row.user_id,
        name: row.name,
        // What cannot be read grants least.
        scope: if row.scope == "write" { Scope::Write } else { Scope::Read },
        created_at: utc(row.created_at),
        expires_at: row.expires_at.map(utc),
        used_at: row.used_at.map(utc),
    }
}

/// Keeps a token.
pub fn create(conn: &mut AnyConnection, new: &New) -> QueryResult<Token> {
    diesel::insert_into(api_tokens::table)
        .values((
            api_tokens::user_id.eq(new.user_id),
            api_tokens::name.eq(&new.name),
            api_tokens::hash.eq(&new.hash),
            api_tokens::scope.eq(new.scope.as_str()),
            api_tokens::created_at.eq(now().naive_utc()),
            api_tokens::expires_at.eq(new.expires_at.map(|end| end.naive_utc())),
        ))
        .execute(conn)?;
    by_hash(conn, &new.hash)?.ok_or(diesel::result::Error::NotFound)
}

/// The token of this hash.
pub fn by_hash(conn: &mut AnyConnection, hash: &str) -> QueryResult<Option<Token>> {
    let row = api_tokens::table.filter(api_tokens::hash.eq(hash)).select(Row::as_select());
    Ok(row.first(conn).optional()?.map(read))
}

/// The tokens of an account, the newest first.
pub fn of_user(conn: &mut AnyConnection, user_id: i64) -> QueryResult<Vec<Token>> {
    let rows = api_tokens::table
        .filter(api_tokens::user_id.eq(user_id))
        .order(api_tokens::id.desc())
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(read).collect())
}

/// Removes a token of an account; gives what there was.
pub fn delete(conn: &mut AnyConnection, user_id: i64, id: i64) -> QueryResult<Option<Token>> {
    let own = api_tokens::table.find(id).filter(api_tokens::user_id.eq(user_id));
    let found = own.select(Row::as_select()).first(conn).optional()?.map(read);
    if found.is_some() {
        diesel::delete(api_tokens::table.find(id)).execute(conn)?;
    }
    Ok(found)
}

/// Notes that a token was used.
pub fn note_use(conn: &mut AnyConnection, id: i64, at: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(api_tokens::table.find(id))
        .set(api_tokens::used_at.eq(at.naive_utc()))
        .execute(conn)
        .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        db::{Db, testing::on_each_database},
        models::users,
    };

    on_each_database!(a_token_is_kept_used_and_removed_by_its_holder_alone);

    fn new(user_id: i64, hash: &str) -> New {
        let (name, hash) = ("laptop".to_owned(), hash.to_owned());
        New { user_id, name, hash, scope: Scope::Write, expires_at: Some(now()) }
    }

    async fn a_token_is_kept_used_and_removed_by_its_holder_alone(db: Db) {
        let ada = db.write(|c| users::create(c, "ada", None)).await.unwrap().id;
        let bob = db.write(|c| users::create(c, "bob", None)).await.unwrap().id;
        let made = db.write(move |c| create(c, &new(ada, "h1"))).await.unwrap();
        assert!(db.write(move |c| create(c, &new(bob, "h1"))).await.unwrap_err().is_duplicate());
        assert_eq!((made.scope, made.used_at), (Scope::Write, None));
        assert!(made.is_due(now()) && made.has_expired(now()));

        let (id, at) = (made.id, now());
        db.write(move |c| note_use(c, id, at)).await.unwrap();
        let read = db.read(|c| by_hash(c, "h1")).await.unwrap().unwrap();
        assert_eq!(read.used_at, Some(at));
        assert!(!read.is_due(at + TimeDelta::seconds(59)));
        assert!(read.is_due(at + TimeDelta::seconds(60)));

        assert_eq!(db.write(move |c| delete(c, bob, id)).await.unwrap(), None);
        assert_eq!(db.read(move |c| of_user(c, ada)).await.unwrap().len(), 1);
        assert_eq!(db.write(move |c| delete(c, ada, id)).await.unwrap(), Some(read));
        assert!(db.read(move |c| of_user(c, ada)).await.unwrap().is_empty());
    }
}
