//! Quotas that differ from the configuration.

use crate::{
    db::AnyConnection,
    policy::{
        quota::{Numbers, Override},
        subject::Subject,
    },
    schema::quotas,
};
use diesel::prelude::*;

type Row = (String, Option<i32>, Option<i32>, Option<i32>, Option<i32>);

/// A row that was written past this program, and is for nobody, must not keep everybody out.
fn read((subject, sandboxes, starts, projects, builds): Row) -> Option<Override> {
    // A number below zero gets in only past this program; it allows nothing.
    let number = |value: Option<i32>| value.map(|v| u32::try_from(v).unwrap_or(0));
    let Ok(subject) = subject.parse() else {
        tracing::warn!(subject, "a quota is for nobody");
        return None;
    };
    Some(Override {
        subject,
        numbers: Numbers {
            sandboxes: number(sandboxes),
            starts_per_minute: number(starts),
            projects: number(projects),
            builds: number(builds),
        },
    })
}

/// All of them: the general ones first, then accounts and networks in order.
pub fn all(conn: &mut AnyConnection) -> QueryResult<Vec<Override>> {
    let rows = quotas::table.load::<Row>(conn)?;
    let mut rows: Vec<Override> = rows.into_iter().filter_map(read).collect();
    rows.sort_by(|a, b| a.subject.cmp(&b.subject));
    Ok(rows)
}

/// Writes one down, in the place of what was there.
pub fn set(conn: &mut AnyConnection, row: &Override) -> QueryResult<()> {
    let number = |value: Option<u32>| value.map(|v| i32::try_from(v).unwrap_or(i32::MAX));
    let Numbers { sandboxes, starts_per_minute, projects, builds } = row.numbers;
    remove(conn, &row.subject)?;
    diesel::insert_into(quotas::table)
        .values((
            quotas::subject.eq(row.subject.to_string()),
            quotas::sandboxes.eq(number(sandboxes)),
            quotas::starts_per_minute.eq(number(starts_per_minute)),
            quotas::projects.eq(number(projects)),
            quotas::builds.eq(number(builds)),
        ))
        .execute(conn)
        .map(drop)
}

/// Removes one; tells whether there was one.
pub fn remove(conn: &mut AnyConnection, subject: &Subject) -> QueryResult<bool> {
    let row = quotas::table.find(subject.to_string());
    diesel::delete(row).execute(conn).map(|rows| rows > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{Db, testing::on_each_database};

    on_each_database!(a_row_is_set_changed_and_removed);

    async fn a_row_is_set_changed_and_removed(db: Db) {
        let row = |text: &str, sandboxes| Override {
            subject: text.parse().unwrap(),
            numbers: Numbers { sandboxes, builds: Some(0), ..Numbers::default() },
        };
        for (text, sandboxes) in [
            ("prefix:10.0.0.0/8", Some(1)),
            ("user:ada", None),
            ("guest", Some(2)),
            ("guest", Some(3)),
        ] {
            let row = row(text, sandboxes);
            db.write(move |c| set(c, &row)).await.unwrap();
        }
        let expected =
            vec![row("guest", Some(3)), row("user:ada", None), row("prefix:10.0.0.0/8", Some(1))];
        assert_eq!(db.read(all).await.unwrap(), expected);
        let subject: Subject = "guest".parse().unwrap();
        for there in [true, false] {
            let subject = subject.clone();
            assert_eq!(db.write(move |c| remove(c, &subject)).await.unwrap(), there);
        }
        assert_eq!(db.read(all).await.unwrap().len(), 2);
    }
}
