//! The services of one process, and the listeners they share.

use super::settings;
use crate::{
    cli::Serve,
    setup::{data::DataFolder, secrets::Secrets},
};
use actix_web::{
    App, HttpServer,
    dev::{Server, ServerHandle},
};
use anyhow::{Context, Result};
use container_api::ContainerClient;
use container_server::{ContainerServer, config as container};
use registry::Registry;
use std::net::{SocketAddr, TcpListener};
use web::{DatabaseUrl, WebService};

/// Who pushes images to the embedded registry.
const REGISTRY_USER: &str = "trythis";

/// Everything that runs.
pub struct Services {
    pub web: WebService,
    containers: ContainerServer,
    registry: Registry,
    internal: ServerHandle,
}

impl Services {
    /// Starts every service; `address` is where this process reaches its own public listener.
    pub async fn start(
        options: &Serve,
        oauth: web::OAuthConfig,
        sponsor: Option<web::Sponsor>,
        folder: &DataFolder,
        database: DatabaseUrl,
        secrets: &Secrets,
        address: SocketAddr,
    ) -> Result<Self> {
        let password = secrets.token("registry push");
        let registry = Registry::open(registry::RegistryConfig {
            data: folder.registry(),
            credentials: Some(registry::Credentials {
                user: REGISTRY_USER.to_owned(),
                password: password.clone(),
            }),
        })?;
        let token = secrets.token("internal API");
        let containers = ContainerServer::start(container::Config {
            engine: container::EngineConfig::Native {
                supervisor: folder.supervisor_socket(),
                egress: settings::egress(options),
            },
            capacity: options.limits.max_sandboxes,
            registry: container_server::remote::RegistryConfig {
                host: address.to_string(),
                plain_http: true,
                credentials: Some(container_server::remote::Credentials {
                    user: REGISTRY_USER.to_owned(),
                    password,
                }),
                upstream: upstream(),
            },
            terminals: settings::terminals(options, secrets)?,
            builds: settings::builds(options, folder),
            token: container::InternalToken(token.clone()),
        })
        .await?;
        let (internal, internal_address) = listen_internally(&containers)?;
        let client = ContainerClient::new(format!("http://{internal_address}"), token)?;
        let web = settings::web(options, oauth, sponsor, database, secrets, client);
        let web = WebService::start(web).await?;
        Ok(Self { web, containers, registry, internal })
    }

    /// The public listener: registry, terminals, pages and API at one address.
    pub fn listen(&self, listener: TcpListener) -> Result<Server> {
        let registry = self.registry.clone();
        let terminals = self.containers.public_routes();
        // The pages answer at every other path, so they come last.
        let pages = web::routes(&self.web);
        let server = HttpServer::new(move || {
            App::new()
                .configure(|cfg| registry::routes(cfg, registry.clone()))
                .configure(terminals.clone())
                .configure(pages.clone())
        });
        // A compressed page goes out in several writes: without it the later ones would wait for the
        // browser's acknowledgement of the first, which takes 40 ms.
        let server = server.tcp_nodelay(true);
        let server = server.disable_signals().shutdown_timeout(2).listen(listener)?;
        Ok(server.run())
    }

    /// Ends everything in order, and the sandboxes too unless they are to be kept.
    pub async fn end(self, keep_sandboxes: bool) {
        self.web.stop().await;
        if keep_sandboxes {
            self.containers.leave().await;
        } else {
            self.containers.shutdown().await;
        }
        self.internal.stop(false).await;
    }
}

fn listen_internally(containers: &ContainerServer) -> Result<(ServerHandle, SocketAddr)> {
    let listener = TcpListener::bind("127.0.0.1:0").context("listening for the services")?;
    let address = listener.local_addr()?;
    let routes = containers.internal_routes();
    let server = HttpServer::new(move || App::new().configure(routes.clone()))
        .workers(1)
        .tcp_nodelay(true)
        .disable_signals()
        .shutdown_timeout(1)
        .listen(listener)?
        .run();
    let handle = server.handle();
    tokio::spawn(server);
    Ok((handle, address))
}

/// Where base images come from when nobody names a registry: as the OCI client sees it.
fn upstream() -> Option<String> {
    let image: oci_distribution::Reference = "debian".parse().ok()?;
    Some(image.resolve_registry().to_owned())
}
