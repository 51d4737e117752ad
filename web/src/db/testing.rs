//! Databases for tests: each test has its own.
//!
//! Tests of models are functions `async fn name(db: Db)`, and [`on_each_database!`] at the top of
//! their module makes two tests of each: `on_sqlite::name` and `on_postgres::name`.

use super::{DatabaseUrl, Db};

/// An empty SQLite database in a folder that goes with the guard.
pub async fn database() -> (Db, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::Sqlite(dir.path().join("test.db"));
    (Db::open(url).await.unwrap(), dir)
}

/// Where an empty PostgreSQL database is: a new schema on the tests' server, which is thrown away
/// with it.
#[cfg(feature = "postgres")]
pub fn postgres_url() -> DatabaseUrl {
    use diesel::{Connection, PgConnection, connection::SimpleConnection};
    let server = std::env::var("TRYTHIS_TEST_POSTGRES").expect(
        "TRYTHIS_TEST_POSTGRES names no PostgreSQL server: run the tests by `cargo nextest run`, \
         which starts one, or by `scripts/services.sh run cargo test`",
    );
    let schema = format!("test_{:032x}", rand::random::<u128>());
    let mut conn = PgConnection::establish(&server).unwrap();
    conn.batch_execute(&format!("CREATE SCHEMA {schema}")).unwrap();
    format!("{server}?options=-csearch_path%3D{schema}").parse().unwrap()
}

/// The same, opened.
#[cfg(feature = "postgres")]
pub async fn postgres() -> Db {
    Db::open(postgres_url()).await.unwrap()
}

/// Makes tests on every database out of functions that take a [`Db`].
macro_rules! on_each_database {
    ($($name:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test]
            async fn $name() {
                let (db, _dir) = crate::db::testing::database().await;
                super::$name(db).await;
            })+
        }
        #[cfg(feature = "postgres")]
        mod on_postgres {
            $(#[tokio::test]
            async fn $name() {
                super::$name(crate::db::testing::postgres().await).await;
            })+
        }
    };
}
pub(crate) use on_each_database;
