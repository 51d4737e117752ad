//! Sessions in the database: the default.

use super::store::{Answer, Store};
use crate::{
    db::Db,
    models::sessions::{self, Session},
};
use chrono::{DateTime, Utc};

/// The table `sessions`.
pub struct Database(pub Db);

impl Store for Database {
    fn create<'a>(&'a self, session: &'a Session) -> Answer<'a, ()> {
        let session = session.clone();
        Box::pin(async move { Ok(self.0.write(move |c| sessions::create(c, &session)).await?) })
    }

    fn find<'a>(&'a self, id: &'a str) -> Answer<'a, Option<Session>> {
        let id = id.to_owned();
        Box::pin(async move { Ok(self.0.read(move |c| sessions::by_id(c, &id)).await?) })
    }

    fn touch<'a>(&'a self, session: &'a Session) -> Answer<'a, ()> {
        let session = session.clone();
        Box::pin(async move { Ok(self.0.write(move |c| sessions::touch(c, &session)).await?) })
    }

    fn of_user(&self, user_id: i64) -> Answer<'_, Vec<Session>> {
        Box::pin(async move { Ok(self.0.read(move |c| sessions::of_user(c, user_id)).await?) })
    }

    fn revoke<'a>(&'a self, user_id: i64, id: &'a str) -> Answer<'a, bool> {
        let id = id.to_owned();
        Box::pin(async move { Ok(self.0.write(move |c| sessions::delete(c, user_id, &id)).await?) })
    }

    fn revoke_others<'a>(&'a self, user_id: i64, keep: Option<&'a str>) -> Answer<'a, usize> {
        let keep = keep.map(str::to_owned);
        Box::pin(async move {
            let done = self.0.write(move |c| sessions::delete_others(c, user_id, keep.as_deref()));
            Ok(done.await?)
        })
    }

    fn sweep(&self, now: DateTime<Utc>) -> Answer<'_, ()> {
        Box::pin(async move {
            // A change waits for its turn among the writers: there is none where nothing is due.
            if self.0.read(move |c| sessions::is_due(c, now)).await? {
                self.0.write(move |c| sessions::sweep(c, now)).await?;
            }
            Ok(())
        })
    }
}
