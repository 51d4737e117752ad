//! What transactions and the start promise, on every database.

use super::{
    AnyConnection, Db, DbError,
    testing::{database, on_each_database},
};
use crate::{models::users, schema::users as table};
use diesel::prelude::*;
use futures_util::future::join_all;

on_each_database!(
    reading_before_writing_is_right_among_others,
    a_failed_change_leaves_nothing,
    work_that_panics_leaves_nothing,
);

/// What a quota does: look how many there are, and add one if there is room.
fn add_if_room(conn: &mut AnyConnection, name: &str) -> QueryResult<bool> {
    if table::table.count().get_result::<i64>(conn)? >= 3 {
        return Ok(false);
    }
    users::create(conn, name, None).map(|_| true)
}

async fn reading_before_writing_is_right_among_others(db: Db) {
    let work = (0..16).map(|number| {
        let db = db.clone();
        let name = format!("user-{number}");
        tokio::spawn(async move { db.write(move |c| add_if_room(c, &name)).await })
    });
    let mut added = 0;
    for done in join_all(work).await {
        match done.unwrap() {
            Ok(true) => added += 1,
            // It lost again and again, and says so.
            Ok(false) | Err(DbError::Overloaded(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }
    let rows: i64 = db.read(|c| table::table.count().get_result(c)).await.unwrap();
    assert_eq!((rows, added), (3, 3));
}

async fn a_failed_change_leaves_nothing(db: Db) {
    let failed = db.write(|c| {
        users::create(c, "ada", None)?;
        users::create(c, "ada", None)
    });
    assert!(failed.await.unwrap_err().is_duplicate());
    assert_eq!(db.read(|c| users::by_name(c, "ada")).await.unwrap(), None);
    db.ping().await.unwrap();
}

async fn work_that_panics_leaves_nothing(db: Db) {
    let cut = db.write(|c| -> QueryResult<()> {
        users::create(c, "ada", None)?;
        panic!("on purpose")
    });
    assert!(matches!(cut.await, Err(DbError::Cut(_))));
    for _ in 0..2 * super::pool::SIZE {
        assert_eq!(db.read(|c| users::by_name(c, "ada")).await.unwrap(), None);
    }
    db.write(|c| users::create(c, "ada", None)).await.unwrap();
}

/// As a restart of the server does.
#[cfg(feature = "postgres")]
#[tokio::test]
async fn connections_that_were_ended_fail_once_at_most() {
    use diesel::connection::SimpleConnection;
    let db = super::testing::postgres().await;
    let open = || {
        let work = || db.read(|c| c.batch_execute("SELECT pg_sleep(0.1)"));
        join_all((0..super::pool::SIZE).map(|_| work()))
    };
    assert!(open().await.iter().all(Result::is_ok));
    let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE pid <> pg_backend_pid() AND query LIKE '%pg_sleep(0.1)%'";
    db.read(|c| c.batch_execute(others)).await.unwrap();
    let mut lost = 0;
    for _ in 0..2 * super::pool::SIZE {
        match db.ping().await {
            Ok(()) => {}
            Err(DbError::Lost(_)) => lost += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert!(lost <= 1, "{lost} requests failed");
    assert!(open().await.iter().all(Result::is_ok));
}

#[tokio::test]
async fn sqlite_is_opened_again_as_it_was() {
    let (db, dir) = database().await;
    db.write(|c| users::create(c, "ada", None)).await.unwrap();
    drop(db);
    let url = super::DatabaseUrl::Sqlite(dir.path().join("test.db"));
    let db = Db::open(url).await.unwrap();
    assert!(db.read(|c| users::by_name(c, "ada")).await.unwrap().is_some());
}

#[cfg(feature = "postgres")]
#[tokio::test]
async fn several_servers_may_start_at_once() {
    let url = super::testing::postgres_url();
    let opened = (0..4).map(|_| tokio::spawn(Db::open(url.clone())));
    for db in join_all(opened).await {
        db.unwrap().unwrap().ping().await.unwrap();
    }
}

#[cfg(feature = "postgres")]
#[tokio::test]
async fn a_text_with_nul_is_told_apart() {
    let db = super::testing::postgres().await;
    let found = db.read(|c| users::by_name(c, "a\0")).await;
    assert!(matches!(found, Err(DbError::Nul)), "{found:?}");
}

#[cfg(feature = "postgres")]
#[tokio::test]
async fn a_server_that_is_not_there_is_told_without_its_password() {
    let url = "postgres://ada:s3cret@127.0.0.1:1/x".parse().unwrap();
    let Err(error) = Db::open(url).await else { panic!("there is a server on port 1") };
    let said = format!("{error} {error:?}");
    assert!(said.contains("refused") && !said.contains("s3cret"), "{said}");
}
