//! Servers on free ports of the loopback interface.

use actix_web::{App, HttpServer, dev::ServerHandle, web::ServiceConfig};

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
