//! Who looks after the site, and who says so?

use crate::{
    db::{DatabaseUrl, Db, DbError},
    error::Error,
    models::{
        audit::{self, Event},
        roles, users,
    },
    policy::{self, Action, Asker, Role},
};
use diesel::result::Error as Query;

/// Makes an account an administrator's; tells whether it was none.
///
/// # Errors
/// Where the asker may not, there is no such account or it is the site's own, or the database fails.
pub async fn grant(db: &Db, asker: &Asker, name: &str) -> Result<bool, Error> {
    set(db, asker, name, Role::Administrator, "role.grant").await
}

/// Makes an administrator's account an ordinary one; tells whether it was none before. Only the
/// program itself, on the word of whoever has the machine, may take the last one.
///
/// # Errors
/// The same; [`Error::LastAdministrator`].
pub async fn revoke(db: &Db, asker: &Asker, name: &str) -> Result<bool, Error> {
    set(db, asker, name, Role::User, "role.revoke").await
}

async fn set(
    db: &Db,
    asker: &Asker,
    name: &str,
    role: Role,
    action: &'static str,
) -> Result<bool, Error> {
    policy::check(asker.actor, Action::Administer, "/admin/users", Error::NoSuchPage)?;
    let name = name.to_ascii_lowercase();
    if !policy::can_be_given(&name, role) {
        return Err(Error::SitesOwn);
    }
    let event = Event::by(asker, action, format!("user:{name}"));
    let keep_one = asker.actor != policy::Actor::System;
    let changed = db.write(move |conn| {
        // Writing first takes the lock: another process may be at it too.
        if !roles::set(conn, &name, role)? {
            return users::by_name(conn, &name)?.ok_or(Query::NotFound).map(|_| false);
        }
        if keep_one && roles::administrators(conn)?.is_empty() {
            return Err(Query::RollbackTransaction);
        }
        audit::add(conn, &event)?;
        Ok(true)
    });
    changed.await.map_err(|error| match error {
        DbError::Query(Query::NotFound) => Error::NoSuchUser,
        DbError::Query(Query::RollbackTransaction) => Error::LastAdministrator,
        other => other.into(),
    })
}

/// Why the command line did not change a role.
#[derive(Debug, thiserror::Error)]
pub enum RoleError {
    /// The database cannot be opened or read.
    #[error(transparent)]
    Database(#[from] DbError),
    /// There is no account of this name.
    #[error("there is no account `{0}`: its holder signs up first")]
    NoSuchUser(String),
    /// Something else.
    #[error("{0}")]
    Other(String),
}

/// The administrators of a database, for a command beside the server. What it changes holds at
/// once, and is in the audit log in the name of `system`.
pub struct Administrators(Db);

impl Administrators {
    /// Opens a database.
    ///
    /// # Errors
    /// See [`RoleError`].
    pub async fn open(database: DatabaseUrl) -> Result<Self, RoleError> {
        Ok(Self(Db::open(database).await?))
    }

    /// Makes an account an administrator's; tells whether it was none.
    ///
    /// # Errors
    /// See [`RoleError`].
    pub async fn grant(&self, name: &str) -> Result<bool, RoleError> {
        grant(&self.0, &Asker::system(), name).await.map_err(|error| told(error, name))
    }

    /// Makes an administrator's account an ordinary one; tells whether it was none before.
    ///
    /// # Errors
    /// See [`RoleError`].
    pub async fn revoke(&self, name: &str) -> Result<bool, RoleError> {
        revoke(&self.0, &Asker::system(), name).await.map_err(|error| told(error, name))
    }

    /// Their names, in order.
    ///
    /// # Errors
    /// See [`RoleError`].
    pub async fn list(&self) -> Result<Vec<String>, RoleError> {
        Ok(self.0.read(roles::administrators).await?)
    }
}

fn told(error: Error, name: &str) -> RoleError {
    match error {
        Error::NoSuchUser => RoleError::NoSuchUser(name.to_owned()),
        Error::Db(error) => RoleError::Database(error),
        other => RoleError::Other(other.to_string()),
    }
}
