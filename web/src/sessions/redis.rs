//! Sessions in Redis, for several web servers.
//!
//! `trythis:session:ID` holds one as JSON, until its time is up; `trythis:sessions:USER` is a
//! sorted set of an account's ids by the moment that they end.

use super::store::{Answer, Store, StoreError};
use crate::{
    models::{now, sessions::Session},
    redis_link::{Link, LinkError},
};
use ::redis::pipe;
use chrono::{DateTime, Utc};

/// Redis.
pub struct Redis(pub Link);

fn key(id: &str) -> String {
    format!("trythis:session:{id}")
}

fn keys(ids: &[String]) -> Vec<String> {
    ids.iter().map(|id| key(id)).collect()
}

fn list(user_id: i64) -> String {
    format!("trythis:sessions:{user_id}")
}

fn json(session: &Session) -> Result<String, StoreError> {
    Ok(serde_json::to_string(session).map_err(LinkError::from)?)
}

impl Redis {
    async fn ids(&self, user_id: i64, now: DateTime<Utc>) -> Result<Vec<String>, StoreError> {
        let mut ask = pipe();
        let passed = format!("({}", now.timestamp_millis());
        ask.cmd("ZRANGE").arg(list(user_id)).arg(passed).arg("+inf").arg("BYSCORE");
        let (ids,) = self.0.ask(&ask).await?;
        Ok(ids)
    }
}

impl Store for Redis {
    fn create<'a>(&'a self, session: &'a Session) -> Answer<'a, ()> {
        Box::pin(async move {
            let (list, end) = (list(session.user_id), session.expires_at.timestamp_millis());
            let past = now().timestamp_millis();
            let mut ask = pipe();
            ask.atomic();
            ask.cmd("SET").arg(key(&session.id)).arg(json(session)?).arg("PXAT").arg(end).ignore();
            ask.cmd("ZREMRANGEBYSCORE").arg(&list).arg("-inf").arg(past).ignore();
            ask.cmd("ZADD").arg(&list).arg(end).arg(&session.id).ignore();
            ask.cmd("PEXPIREAT").arg(&list).arg(end).ignore();
            Ok(self.0.ask::<()>(&ask).await?)
        })
    }

    fn find<'a>(&'a self, id: &'a str) -> Answer<'a, Option<Session>> {
        Box::pin(async move {
            let mut ask = pipe();
            ask.cmd("GET").arg(key(id));
            let (found,): (Option<String>,) = self.0.ask(&ask).await?;
            let read = found.map(|json| serde_json::from_str(&json)).transpose();
            Ok(read.map_err(LinkError::from)?)
        })
    }

    fn touch<'a>(&'a self, session: &'a Session) -> Answer<'a, ()> {
        Box::pin(async move {
            let (list, end) = (list(session.user_id), session.expires_at.timestamp_millis());
            let mut ask = pipe();
            ask.atomic();
            // XX: only what is there. What was revoked a moment ago is not brought back.
            let set = ask.cmd("SET").arg(key(&session.id)).arg(json(session)?);
            set.arg("XX").arg("PXAT").arg(end).ignore();
            ask.cmd("ZADD").arg(&list).arg("XX").arg(end).arg(&session.id).ignore();
            ask.cmd("PEXPIREAT").arg(&list).arg(end).ignore();
            Ok(self.0.ask::<()>(&ask).await?)
        })
    }

    fn of_user(&self, user_id: i64) -> Answer<'_, Vec<Session>> {
        Box::pin(async move {
            let ids = self.ids(user_id, now()).await?;
            if ids.is_empty() {
                return Ok(Vec::new());
            }
            let mut ask = pipe();
            ask.cmd("MGET").arg(keys(&ids));
            let (found,): (Vec<Option<String>>,) = self.0.ask(&ask).await?;
            let read = found.into_iter().flatten().map(|json| serde_json::from_str(&json));
            let mut sessions: Vec<Session> =
                read.collect::<Result<_, _>>().map_err(LinkError::from)?;
            sessions.sort_by(|a, b| b.seen_at.cmp(&a.seen_at).then_with(|| a.id.cmp(&b.id)));
            Ok(sessions)
        })
    }

    fn revoke<'a>(&'a self, user_id: i64, id: &'a str) -> Answer<'a, bool> {
        Box::pin(async move {
            let mut ask = pipe();
            ask.cmd("ZSCORE").arg(list(user_id)).arg(id);
            let (own,): (Option<f64>,) = self.0.ask(&ask).await?;
            if own.is_none() {
                return Ok(false);
            }
            let mut ask = pipe();
            ask.atomic();
            ask.cmd("DEL").arg(key(id));
            ask.cmd("ZREM").arg(list(user_id)).arg(id).ignore();
            let (removed,): (u64,) = self.0.ask(&ask).await?;
            Ok(removed > 0)
        })
    }

    fn revoke_others<'a>(&'a self, user_id: i64, keep: Option<&'a str>) -> Answer<'a, usize> {
        Box::pin(async move {
            let mut ids = self.ids(user_id, now()).await?;
            ids.retain(|id| keep.is_none_or(|keep| keep != id));
            if ids.is_empty() {
                return Ok(0);
            }
            let mut ask = pipe();
            ask.atomic();
            ask.cmd("DEL").arg(keys(&ids));
            ask.cmd("ZREM").arg(list(user_id)).arg(ids).ignore();
            let (removed,) = self.0.ask(&ask).await?;
            Ok(removed)
        })
    }

    /// Redis forgets by itself.
    fn sweep(&self, _: DateTime<Utc>) -> Answer<'_, ()> {
        Box::pin(async { Ok(()) })
    }
}
