//! A site for one test, and people who visit it.

mod containers;
mod database;
mod person;
#[cfg(feature = "postgres")]
mod postgres;
mod program;
mod provider;
mod redis;

pub use containers::Containers;
pub use person::{Person, administrator, location, project, with};
#[cfg(feature = "postgres")]
pub use postgres::Postgres;
pub use program::{Program, problem, wish};
pub use provider::{Algorithm, Fault, Provider};
pub use redis::Redis;

use actix_web::{App, HttpServer, dev::ServerHandle};
use container_api::ContainerClient;
use std::time::Duration;
use web::{
    AccountConfig, AddressConfig, AuditConfig, Config, DatabaseUrl, DiscoverConfig, ImportConfig,
    OAuthConfig, PasswordConfig, SessionConfig, SessionKey, TryConfig, WebService,
};

/// A running site.
pub struct Site {
    pub base: String,
    pub service: WebService,
    pub containers: Containers,
    /// The database, as the command line opens it.
    pub database: DatabaseUrl,
    raw: String,
    server: ServerHandle,
    _folder: tempfile::TempDir,
}

impl Site {
    /// A site as it comes.
    pub async fn start() -> Self {
        Self::with(|_| ()).await
    }

    /// A site that is told something else.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        // HTTP clients ask for it when others of the workspace are built along; it fails only where
        // it was chosen before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let containers = Containers::start();
        let folder = tempfile::tempdir().unwrap();
        let raw = database::fresh(folder.path());
        let mut config = Config {
            database: raw.parse().unwrap(),
            session: SessionConfig { key: SessionKey([7; 64]), secure_cookies: false, redis: None },
            containers: ContainerClient::new(&containers.base, "internal").unwrap(),
            address: AddressConfig::default(),
            passwords: PasswordConfig { memory_kib: 64, iterations: 1, at_once: 2 },
            audit: AuditConfig::default(),
            oauth: OAuthConfig::default(),
            imports: ImportConfig::default(),
            discover: DiscoverConfig { keep: Duration::ZERO, ..DiscoverConfig::default() },
            accounts: AccountConfig { sign_ups_per_hour: 10_000 },
            tries: TryConfig { per_minute: 1_000, ..TryConfig::default() },
        };
        change(&mut config);
        let database = config.database.clone();
        let service = WebService::start(config).await.unwrap();
        let routes = web::routes(&service);
        let server = HttpServer::new(move || App::new().configure(routes.clone()))
            .workers(1)
            .disable_signals()
            .bind("127.0.0.1:0")
            .unwrap();
        let base = format!("http://{}", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Self { base, service, containers, database, raw, server: handle, _folder: folder }
    }

    /// Ends everything.
    pub async fn stop(self) {
        self.server.stop(false).await;
        self.service.stop().await;
        self.containers.stop().await;
    }

    /// Writes straight into the database that the site came with.
    pub fn sql(&self, sql: &str) {
        database::execute(&self.raw, sql);
    }

    /// So many projects that can be tried, of an account that is there: `many-1` and so on, in
    /// three categories, the first the most tried.
    pub fn fill(&self, count: u32) {
        let row = |i: u32| {
            let category = ["Cloud", "AI", "System"][i as usize % 3];
            format!(
                "('many-{i}', 'Many {i}', 'many {i}', (SELECT MIN(id) FROM users), '{category}',
                 'Number {i} of a long catalogue, with a line that is as long as such lines are',
                 'Words', 'dockerfile', '', '', '', '', 'x', 'sha256:1', {}, {i},
                 '2026-01-01 00:00:00', '2026-01-01 00:00:00', 'MIT', 'Rust', CURRENT_TIMESTAMP)",
                count - i
            )
        };
        let rows: Vec<String> = (1..=count).map(row).collect();
        self.sql(&format!(
            "INSERT INTO projects (slug, name, name_key, owner_id, category, short_description,
                 description, source_kind, base_image, script, command, dockerfile,
                 image_repository, image_digest, tries_count, trend, created_at, updated_at,
                 licence, language, tried_at) VALUES {}",
            rows.join(", ")
        ));
        // As if each had been tried today.
        self.sql("UPDATE projects SET trend = 1000000 - trend WHERE slug LIKE 'many-%'");
    }

    /// A maintainer with a project that can be tried.
    pub async fn with_project(&self, name: &str) -> Person {
        let ada = Person::signed_up(self, "ada").await;
        ada.publish(name).await;
        ada
    }
}
