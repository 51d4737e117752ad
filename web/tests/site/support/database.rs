//! A database for one site, of the kind that TRYTHIS_TEST_DATABASE names: `sqlite`, as it is without
//! that variable, or `postgres`.

use diesel::{Connection, connection::SimpleConnection};
use std::path::Path;

/// Where an empty one is: a file's path, or a server's URL.
pub fn fresh(folder: &Path) -> String {
    match std::env::var("TRYTHIS_TEST_DATABASE").as_deref() {
        Err(_) | Ok("" | "sqlite") => folder.join("test.db").to_str().unwrap().to_owned(),
        Ok("postgres") => schema(),
        Ok(other) => panic!("TRYTHIS_TEST_DATABASE is sqlite or postgres, not {other}"),
    }
}

/// A new schema on the tests' server, which is thrown away with it.
#[cfg(feature = "postgres")]
fn schema() -> String {
    use diesel::PgConnection;
    let server = std::env::var("TRYTHIS_TEST_POSTGRES").expect(
        "TRYTHIS_TEST_POSTGRES names no PostgreSQL server: run the tests by `cargo nextest run`, \
         which starts one, or by `scripts/services.sh run cargo test`",
    );
    let schema = format!("site_{:032x}", rand::random::<u128>());
    let mut conn = PgConnection::establish(&server).unwrap();
    conn.batch_execute(&format!("CREATE SCHEMA {schema}")).unwrap();
    format!("{server}?options=-csearch_path%3D{schema}")
}

#[cfg(not(feature = "postgres"))]
fn schema() -> String {
    panic!("the tests were built without PostgreSQL: add --features postgres")
}

/// Writes straight into a database, for what would take too long by forms.
pub fn execute(database: &str, sql: &str) {
    #[cfg(feature = "postgres")]
    if database.starts_with("postgres") {
        return diesel::PgConnection::establish(database).unwrap().batch_execute(sql).unwrap();
    }
    let mut conn = diesel::SqliteConnection::establish(database).unwrap();
    conn.batch_execute(&format!("PRAGMA busy_timeout = 5000; {sql}")).unwrap();
}
