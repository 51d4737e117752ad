//! The container server as a whole.

use crate::{
    builds::Builds,
    config::{Config, EngineConfig, InternalToken},
    engine::{Engine, EngineError, native::NativeEngine},
    examination::Findings,
    handlers::Services,
    load::Load,
    remote::{Remote, RemoteError},
    routes,
    sandboxes::Sandboxes,
};
use actix_web::web::{Data, ServiceConfig};
use std::sync::Arc;
use terminal_proxy::{Terminals, TerminalsConfig};

/// Why the container server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The engine is not to be had.
    #[error("the engine cannot be reached")]
    Engine(#[from] EngineError),
    /// The registry's client cannot be made.
    #[error("the registry's client cannot be made")]
    Registry(#[from] RemoteError),
    /// The builds' folder cannot be used.
    #[error("the folder of builds cannot be used")]
    Builds(#[from] std::io::Error),
}

/// A container server; cheap to clone.
#[derive(Clone)]
pub struct ContainerServer {
    services: Data<Services>,
    terminals: Terminals,
    token: Arc<InternalToken>,
}

impl std::fmt::Debug for ContainerServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ContainerServer").field("services", &self.services).finish_non_exhaustive()
    }
}

impl ContainerServer {
    /// Connects to the engine, takes over what lives there, and is ready to serve. Needs a tokio
    /// runtime that lives as long as the server does.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let remote = Remote::new(&config.registry)?;
        let engine: Arc<dyn Engine> = match &config.engine {
            EngineConfig::Native { supervisor, egress } => {
                let mut engine = NativeEngine::start(supervisor, remote.clone()).await?;
                engine.set_egress(egress.clone()).await?;
                Arc::new(engine)
            }
        };
        Self::start_on(engine, remote, config).await
    }

    /// The same on an engine and a registry that the caller has chosen.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start_on(
        engine: Arc<dyn Engine>,
        remote: Remote,
        config: Config,
    ) -> Result<Self, StartError> {
        let TerminalsConfig { key: tickets, .. } = config.terminals.clone();
        let terminals = Terminals::new(config.terminals);
        let sandboxes =
            Sandboxes::start(engine.clone(), terminals.clone(), config.capacity).await?;
        let builds = Builds::start(config.builds, engine.clone(), remote.clone())?;
        let load = Load::start(sandboxes.clone(), builds.clone());
        let capacity = config.capacity;
        let findings = Findings::begin(engine.clone());
        let services =
            Services { sandboxes, builds, engine, remote, tickets, load, findings, capacity };
        Ok(Self { services: Data::new(services), terminals, token: Arc::new(config.token) })
    }

    /// The internal API, for other services. It answers at every path, so give it a listener of
    /// its own.
    pub fn internal_routes(&self) -> impl Fn(&mut ServiceConfig) + Clone + Send + 'static + use<> {
        let (services, token) = (self.services.clone(), self.token.clone());
        move |cfg| routes::internal(cfg, services.clone(), token.clone())
    }

    /// What browsers use: the terminals' WebSockets.
    pub fn public_routes(&self) -> impl Fn(&mut ServiceConfig) + Clone + Send + 'static + use<> {
        let terminals = self.terminals.clone();
        move |cfg| {
            cfg.app_data(Data::new(terminals.clone()));
            terminal_proxy::routes(cfg);
        }
    }

    /// Ends every build and every sandbox, and the engine with them.
    pub async fn shutdown(&self) {
        self.services.builds.shutdown().await;
        self.services.sandboxes.shutdown().await;
        self.services.engine.shutdown().await;
    }

    /// Ends every build, and leaves the sandboxes alive for the next server to take over.
    pub async fn leave(&self) {
        self.services.builds.shutdown().await;
    }
}
