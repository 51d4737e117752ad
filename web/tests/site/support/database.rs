//! A database for one site, of the kind that TRYTHIS_TEST_DATABASE names: `sqlite`, as it is without
//! that variable, or `postgres`.

use std::path::Path;
use web::DatabaseUrl;

/// An empty one.
pub fn fresh(folder: &Path) -> DatabaseUrl {
    match std::env::var("TRYTHIS_TEST_DATABASE").as_deref() {
        Err(_) | Ok("" | "sqlite") => DatabaseUrl::Sqlite(folder.join("test.db")),
        Ok("postgres") => schema(),
        Ok(other) => panic!("TRYTHIS_TEST_DATABASE is sqlite or postgres, not {other}"),
    }
}

/// A new schema on the tests' server, which is thrown away with it.
#[cfg(feature = "postgres")]
fn schema() -> DatabaseUrl {
    use diesel::{Connection, PgConnection, connection::SimpleConnection};
    let server = std::env::var("TRYTHIS_TEST_POSTGRES").expect(
        "TRYTHIS_TEST_POSTGRES names no PostgreSQL server: run the tests by `cargo nextest run`, \
         which starts one, or by `scripts/services.sh run cargo test`",
    );
    let schema = format!("site_{:032x}", rand::random::<u128>());
    let mut conn = PgConnection::establish(&server).unwrap();
    conn.batch_execute(&format!("CREATE SCHEMA {schema}")).unwrap();
    format!("{server}?options=-csearch_path%3D{schema}").parse().unwrap()
}

#[cfg(not(feature = "postgres"))]
fn schema() -> DatabaseUrl {
    panic!("the tests were built without PostgreSQL: add --features postgres")
}
