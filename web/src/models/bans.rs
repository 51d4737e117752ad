//! Who is kept out.

use super::utc;
use crate::{
    db::AnyConnection,
    policy::{ban::Ban, subject::Subject},
    schema::bans,
};
use chrono::NaiveDateTime;
use diesel::prelude::*;

type Row = (String, String, NaiveDateTime, Option<NaiveDateTime>);

/// A row that was written past this program, and is for nobody, keeps nobody out.
fn read((subject, reason, created_at, ends_at): Row) -> Option<Ban> {
    let Ok(subject) = subject.parse() else {
        tracing::warn!(subject, "a ban is for nobody");
        return None;
    };
    Some(Ban { subject, reason, created_at: utc(created_at), ends_at: ends_at.map(utc) })
}

/// All of them, the newest first; those that are over too.
pub fn all(conn: &mut AnyConnection) -> QueryResult<Vec<Ban>> {
    let rows = bans::table.order((bans::created_at.desc(), bans::subject)).load::<Row>(conn)?;
    Ok(rows.into_iter().filter_map(read).collect())
}

/// Writes one down, in the place of what was there.
pub fn set(conn: &mut AnyConnection, ban: &Ban) -> QueryResult<()> {
    remove(conn, &ban.subject)?;
    diesel::insert_into(bans::table)
        .values((
            bans::subject.eq(ban.subject.to_string()),
            bans::reason.eq(&ban.reason),
            bans::created_at.eq(ban.created_at.naive_utc()),
            bans::ends_at.eq(ban.ends_at.map(|end| end.naive_utc())),
        ))
        .execute(conn)
        .map(drop)
}

/// Removes one; tells whether there was one.
pub fn remove(conn: &mut AnyConnection, subject: &Subject) -> QueryResult<bool> {
    let row = bans::table.find(subject.to_string());
    diesel::delete(row).execute(conn).map(|rows| rows > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        db::{Db, testing::on_each_database},
        models::now,
    };
    use chrono::TimeDelta;

    on_each_database!(a_ban_is_set_changed_and_lifted);

    async fn a_ban_is_set_changed_and_lifted(db: Db) {
        let start = now();
        let ban = |subject: &str, second, ends_at| Ban {
            subject: subject.parse().unwrap(),
            reason: "It’s spam; “'”.".to_owned(),
            created_at: start + TimeDelta::seconds(second),
            ends_at,
        };
        let rows = [
            ban("user:ada", 0, None),
            ban("prefix:10.0.0.0/8", 1, Some(start)),
            ban("user:ada", 2, Some(start + TimeDelta::days(1))),
        ];
        for row in rows.clone() {
            db.write(move |c| set(c, &row)).await.unwrap();
        }
        let [_, network, ada] = rows;
        assert_eq!(db.read(all).await.unwrap(), [ada.clone(), network]);
        for there in [true, false] {
            let subject = ada.subject.clone();
            assert_eq!(db.write(move |c| remove(c, &subject)).await.unwrap(), there);
        }
        assert_eq!(db.read(all).await.unwrap().len(), 1);
    }
}
