//! Servers on free ports of the loopback interface.

use super::wishes::terminals_config;
use actix_web::{App, HttpServer, dev::ServerHandle, web::ServiceConfig};
use container_server::{
    Config,
    builds::BuildsConfig,
    config::{EgressConfig, EngineConfig, InternalToken},
};

/// A server that runs until it is stopped.
#[derive(Debug)]
pub struct Server {
    /// Host and port.
    pub address: String,
    handle: ServerHandle,
}

impl Server {
    /// Serves these routes.
    pub fn start(routes: impl Fn(&mut ServiceConfig) + Clone + Send + 'static) -> Self {
        let server = HttpServer::new(move || App::new().configure(routes.clone()))
            .workers(1)
            .disable_signals()
            .bind(("127.0.0.1", 0))
            .unwrap();
        let address = server.addrs()[0].to_string();
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { address, handle }
    }

    pub async fn stop(self) {
        self.handle.stop(false).await;
    }
}

/// A registry, empty, with its content below `folder`.
pub fn registry(folder: &std::path::Path) -> Server {
    let config = registry::RegistryConfig {
        data: folder.to_owned(),
        credentials: Some(registry::Credentials {
            user: "builder".to_owned(),
            password: "s3cret".to_owned(),
        }),
    };
    let registry = registry::Registry::open(config).unwrap();
    Server::start(move |cfg| registry::routes(cfg, registry.clone()))
}

/// How that registry is reached.
pub fn registry_config(server: &Server) -> container_server::remote::RegistryConfig {
    container_server::remote::RegistryConfig {
        host: server.address.clone(),
        plain_http: true,
        credentials: Some(container_server::remote::Credentials {
            user: "builder".to_owned(),
            password: "s3cret".to_owned(),
        }),
        upstream: None,
    }
}

/// A container server on that registry, for an engine that is given: what a supervisor would be asked
/// is asked of nobody.
pub fn config(registry: &Server, folder: &std::path::Path, token: &str) -> Config {
    Config {
        capacity: 100,
        engine: EngineConfig::Native {
            supervisor: "/nonexistent".into(),
            egress: EgressConfig::default(),
        },
        registry: registry_config(registry),
        terminals: terminals_config(),
        builds: BuildsConfig::new(folder.to_owned()),
        token: InternalToken(token.to_owned()),
    }
}
