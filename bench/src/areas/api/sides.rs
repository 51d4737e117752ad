//! The servers under load, with their data.

use super::{Plan, seed};
use crate::{
    load::Target,
    report::Section,
    servers::{
        Programs,
        cores::Cores,
        jupyterhub::{Installed, JupyterHub, sqlite},
        postgres::Postgres,
        process::Usage,
        trythis::{Data, Trythis},
    },
};
use anyhow::{Context, Result};
use std::sync::Arc;

/// The embedded database, in the figures.
pub const SQLITE: &str = "SQLite";

/// trythis on one of its databases.
pub struct Ours {
    /// The database's name, in the figures.
    pub name: &'static str,
    // In the order in which they go.
    server: Trythis,
    _data: Data,
    _postgres: Option<Postgres>,
}

impl Ours {
    /// On the embedded database.
    pub fn on_sqlite(plan: &Plan, programs: &Programs) -> Result<Self> {
        let data = Data::new(None)?;
        // The first start lays out the tables.
        drop(Trythis::start(&programs.trythis, &data, &Cores::All)?);
        eprintln!("api: writing {} tries into SQLite", plan.tries);
        sqlite(&data.sqlite(), &seed::sql(plan, seed::Dialect::Sqlite))
            .context("filling the database")?;
        Self::start(SQLITE, programs, data, None)
    }

    /// On a server of PostgreSQL.
    pub fn on_postgres(plan: &Plan, programs: &Programs) -> Result<Self> {
        let postgres = Postgres::start(&Cores::Others)?;
        let data = Data::new(Some(postgres.url()))?;
        drop(Trythis::start(&programs.trythis, &data, &Cores::All)?);
        eprintln!("api: writing {} tries into PostgreSQL", plan.tries);
        postgres
            .execute(&seed::sql(plan, seed::Dialect::Postgres))
            .context("filling the database")?;
        Self::start("PostgreSQL", programs, data, Some(postgres))
    }

    fn start(
        name: &'static str,
        programs: &Programs,
        data: Data,
        postgres: Option<Postgres>,
    ) -> Result<Self> {
        let server = Trythis::start(&programs.trythis, &data, &Cores::Server)?;
        Ok(Self { name, server, _data: data, _postgres: postgres })
    }

    /// Where to send reads, with connections of its own.
    pub fn target(&self) -> Arc<Target> {
        Arc::new(Target::new(self.server.address()))
    }

    /// What the server used up to now.
    pub fn usage(&self) -> Result<Usage> {
        self.server.usage()
    }
}

/// JupyterHub with as many accounts as there are projects.
pub struct Theirs {
    server: JupyterHub,
}

impl Theirs {
    /// Installs and starts it; `reads` says what is asked of it.
    pub fn start(
        plan: &Plan,
        programs: &Programs,
        section: &mut Section,
        reads: &str,
    ) -> Result<Self> {
        let installed = Installed::new(programs)?;
        section.note(format!(
            "Peer: {}, on SQLite, with {} accounts; {reads}, asked of the hub directly, without its proxy.",
            installed.versions(),
            plan.projects
        ));
        let seed = seed::accounts_of_the_peer(plan);
        let server = JupyterHub::start(&installed, &Cores::Server, Some(&seed))?;
        Ok(Self { server })
    }

    /// Where to send reads, with connections of its own.
    pub fn target(&self) -> Arc<Target> {
        Arc::new(Target::new(self.server.hub()))
    }

    /// What the hub used up to now.
    pub fn usage(&self) -> Result<Usage> {
        self.server.usage()
    }
}
