//! Which database the command line means.

use crate::cli::Database;
use anyhow::{Context, Result};
use web::DatabaseUrl;

/// The one that is named; without one it is in the data folder. An empty name is none: that is how
/// an environment says it.
pub fn named(options: &Database) -> Result<Option<DatabaseUrl>> {
    let url = options.url.as_ref().filter(|url| !url.0.is_empty());
    url.map(|url| url.0.parse()).transpose().context("--database, DATABASE_URL")
}

#[cfg(test)]
mod tests {
    use crate::cli::{Cli, Command};
    use clap::Parser;

    #[test]
    fn the_password_is_shown_nowhere() {
        let cli = Cli::parse_from(["trythis", "serve", "--database", "postgres://a:s3cret@db/x"]);
        assert!(!format!("{cli:?}").contains("s3cret"));
        let Command::Serve(options) = cli.command else { panic!("another command") };
        assert!(options.database.url.is_some());
        let named = "mysql://a:s3cret@db/x".parse::<web::DatabaseUrl>().unwrap_err();
        assert!(!named.to_string().contains("s3cret"));
    }
}
