//! Where the database is.

use std::{path::PathBuf, str::FromStr};

/// Where the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file.
    Sqlite(PathBuf),
}

/// A text that names no database that this build can use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the database `{0}:…` is of a kind that this build does not know: \
     give a file's path or sqlite:<path>"
)]
pub struct InvalidDatabaseUrl(pub String);

impl FromStr for DatabaseUrl {
    type Err = InvalidDatabaseUrl;

    /// A plain path, `sqlite:path` or `sqlite:///path`. The error names the scheme only: a URL may
    /// hold a password.
    fn from_str(text: &str) -> Result<Self, InvalidDatabaseUrl> {
        match text.split_once(':') {
            Some(("sqlite", path)) => {
                Ok(Self::Sqlite(path.strip_prefix("//").unwrap_or(path).into()))
            }
            Some((scheme, rest)) if rest.starts_with("//") => {
                Err(InvalidDatabaseUrl(scheme.to_owned()))
            }
            _ => Ok(Self::Sqlite(text.into())),
        }
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
            ("postgres://u:secret@db/x", Err(InvalidDatabaseUrl("postgres".into()))),
        ] {
            assert_eq!(text.parse::<DatabaseUrl>(), url, "{text}");
        }
    }
}
