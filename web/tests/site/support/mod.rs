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
use web::{
    AccountConfig, AddressConfig, AuditConfig, Config, DatabaseUrl, ImportConfig, OAuthConfig,
    PasswordConfig, SessionConfig, SessionKey, TryConfig, WebService,
};

/// A running site.
pub struct Site {
    pub base: String,
    pub service: WebService,
    pub containers: Containers,
    /// The database, as the command line opens it.
    pub database: DatabaseUrl,
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
        let mut config = Config {
            database: database::fresh(folder.path()),
            session: SessionConfig { key: SessionKey([7; 64]), secure_cookies: false, redis: None },
            containers: ContainerClient::new(&containers.base, "internal").unwrap(),
            address: AddressConfig::default(),
            passwords: PasswordConfig { memory_kib: 64, iterations: 1, at_once: 2 },
            audit: AuditConfig::default(),
            oauth: OAuthConfig::default(),
            imports: ImportConfig::default(),
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
        Self { base, service, containers, database, server: handle, _folder: folder }
    }

    /// Ends everything.
    pub async fn stop(self) {
        self.server.stop(false).await;
        self.service.stop().await;
        self.containers.stop().await;
    }

    /// A maintainer with a project that can be tried.
    pub async fn with_project(&self, name: &str) -> Person {
        let ada = Person::signed_up(self, "ada").await;
        ada.publish(name).await;
        ada
    }
}
