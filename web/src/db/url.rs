//! Where the database is.

use std::{path::PathBuf, str::FromStr};

/// Where the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file.
    Sqlite(PathBuf),
    /// A PostgreSQL server.
    #[cfg(feature = "postgres")]
    Postgres(PostgresUrl),
}

/// A text that names no database that this build can use. Tells the scheme only: the rest may hold
/// a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDatabaseUrl {
    /// Nobody knows it.
    #[error(
        "the database `{0}:…` is of a kind that trythis does not know: give a file's path, \
         sqlite:<path> or postgres://<user>:<password>@<host>/<database>"
    )]
    Unknown(String),
    /// Known, but not to this build.
    #[error(
        "this trythis was built without PostgreSQL, so it cannot use the database `{0}:…`: build it \
         with `cargo build --release --features postgres` (needs libpq-dev)"
    )]
    NotBuiltIn(String),
    /// Nothing follows the scheme.
    #[error("the database's path is empty: give a file's path, such as sqlite:/srv/trythis.db")]
    Empty,
}

impl FromStr for DatabaseUrl {
    type Err = InvalidDatabaseUrl;

    /// A plain path, `sqlite:path`, `sqlite:///path`, `postgres://…` or `postgresql://…`.
    fn from_str(text: &str) -> Result<Self, InvalidDatabaseUrl> {
        let path = match text.split_once(':') {
            Some((scheme, rest)) if rest.starts_with("//") || scheme == "sqlite" => {
                match scheme.to_ascii_lowercase().as_str() {
                    "sqlite" => rest.strip_prefix("//").unwrap_or(rest),
                    "postgres" | "postgresql" => return postgres(scheme, rest),
                    _ => return Err(InvalidDatabaseUrl::Unknown(scheme.to_owned())),
                }
            }
            _ => text,
        };
        if path.is_empty() {
            return Err(InvalidDatabaseUrl::Empty);
        }
        Ok(Self::Sqlite(path.into()))
    }
}

#[cfg(feature = "postgres")]
fn postgres(_scheme: &str, rest: &str) -> Result<DatabaseUrl, InvalidDatabaseUrl> {
    Ok(DatabaseUrl::Postgres(PostgresUrl(format!("postgresql:{rest}"))))
}

#[cfg(not(feature = "postgres"))]
fn postgres(scheme: &str, _rest: &str) -> Result<DatabaseUrl, InvalidDatabaseUrl> {
    Err(InvalidDatabaseUrl::NotBuiltIn(scheme.to_owned()))
}

/// A PostgreSQL server, its database and who logs in to it. The password is shown to nobody.
#[cfg(feature = "postgres")]
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl(String);

/// Unless the URL says something else. How a connection finds out that the server is gone: in
/// seconds, and milliseconds for the last. Kerberos is not asked for encryption; TLS is.
#[cfg(feature = "postgres")]
const PARAMETERS: &[(&str, &str)] = &[
    ("connect_timeout", "5"),
    ("keepalives_idle", "15"),
    ("keepalives_interval", "5"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "15000"),
    ("gssencmode", "disable"),
    ("application_name", "trythis"),
];

#[cfg(feature = "postgres")]
impl PostgresUrl {
    /// As libpq takes it.
    #[must_use]
    pub(super) fn to_libpq(&self) -> String {
        let mut url = self.0.clone();
        for (name, value) in PARAMETERS {
            if self.parameter(name).is_none() {
                url.push(if url.contains('?') { '&' } else { '?' });
                url.push_str(&format!("{name}={value}"));
            }
        }
        url
    }

    /// A message of libpq's, unless it repeats a part of the password: what it cannot read of a URL
    /// it puts into the message.
    #[must_use]
    pub(super) fn redact(&self, message: String) -> String {
        let secrets = [self.password(), self.parameter("password")].into_iter().flatten();
        let mut pieces = secrets.flat_map(|secret| secret.split(|c: char| !c.is_alphanumeric()));
        if pieces.any(|piece| piece.len() > 2 && message.contains(piece)) {
            return "the database's URL cannot be read. Write special characters of the user's name \
                    and the password as %XX, such as %40 for @"
                .to_owned();
        }
        message
    }

    fn password(&self) -> Option<&str> {
        let authority = self.0.strip_prefix("postgresql://")?;
        // An unescaped slash in a password is what libpq stumbles over, so the end is not there.
        Some(authority.rsplit_once('@')?.0.split_once(':')?.1)
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        let pairs = self.0.split_once('?')?.1.split('&');
        pairs.filter_map(|pair| pair.split_once('=')).find_map(|(n, v)| (n == name).then_some(v))
    }
}

#[cfg(feature = "postgres")]
impl std::fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PostgresUrl(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_urls() {
        let file = |path: &str| Ok(DatabaseUrl::Sqlite(path.into()));
        for (text, url) in [
            ("/var/lib/trythis/trythis.db", file("/var/lib/trythis/trythis.db")),
            ("data/a:b.db", file("data/a:b.db")),
            ("sqlite:data.db", file("data.db")),
            ("sqlite:///srv/data.db", file("/srv/data.db")),
            ("sqlite:", Err(InvalidDatabaseUrl::Empty)),
            ("", Err(InvalidDatabaseUrl::Empty)),
            ("mongodb://u:secret@db/x", Err(InvalidDatabaseUrl::Unknown("mongodb".into()))),
        ] {
            assert_eq!(text.parse::<DatabaseUrl>(), url, "{text}");
        }
    }

    #[test]
    #[cfg(feature = "postgres")]
    fn a_password_is_shown_nowhere() {
        for text in [
            "postgres://ada:s3cret@db/x",
            "postgresql://ada:s3cret@db:bad/x?sslmode=require",
            "postgres://ada@db/x?password=s3cret&connect_timeout=1",
            "postgres://ada:s3cret/%zz@db/x",
        ] {
            let url: DatabaseUrl = text.parse().unwrap();
            assert!(!format!("{url:?}").contains("s3cret"), "{url:?}");
            let DatabaseUrl::Postgres(url) = url else { panic!("{url:?}") };
            let libpq = url.to_libpq();
            assert_eq!(libpq.matches("connect_timeout=").count(), 1);
            let said = url.redact(format!("cannot read \"{libpq}\""));
            assert!(!said.contains("s3cret"), "{said}");
            assert_eq!(url.redact("no route to host".to_owned()), "no route to host");
        }
    }

    #[test]
    #[cfg(not(feature = "postgres"))]
    fn a_server_needs_a_build_that_knows_it() {
        let refused = "postgres://ada:s3cret@db/x".parse::<DatabaseUrl>().unwrap_err().to_string();
        assert!(refused.contains("--features postgres") && !refused.contains("s3cret"));
    }
}
