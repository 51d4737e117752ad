//! The web service as a whole: starting, stopping, and what its handlers share.

use crate::{
    accounts::password::{HashError, Hasher},
    config::{Config, SessionConfig, TryConfig},
    db::{Db, DbError, InvalidDatabaseUrl},
    error::Error,
    http::address::{Addresses, InvalidOrigin, Origin},
    projects::catalogue::{self, CatalogueEvent},
    reconcile,
    tries::throttle::Throttle,
};
use actix_web::web;
use container_api::ContainerClient;
use futures_util::Stream;
use tokio::{sync::watch, task::JoinHandle};

/// Why the web service did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database is not one that this build knows.
    #[error(transparent)]
    DatabaseUrl(#[from] InvalidDatabaseUrl),
    /// The database cannot be opened.
    #[error(transparent)]
    Database(#[from] DbError),
    /// The public URL is not one.
    #[error(transparent)]
    PublicUrl(#[from] InvalidOrigin),
    /// The password cost is out of range.
    #[error(transparent)]
    Passwords(#[from] HashError),
}

/// What handlers share.
pub struct Services {
    pub(crate) db: Db,
    pub(crate) containers: ContainerClient,
    pub(crate) hasher: Hasher,
    pub(crate) addresses: Addresses,
    pub(crate) tries: TryConfig,
    pub(crate) throttle: Throttle,
    pub(crate) secure_cookies: bool,
}

/// Carries work to its end even when the request that asked for it is gone: what was begun at the
/// container server is written down here.
pub(crate) async fn to_the_end<T: Send + 'static, E: From<Error> + Send + 'static>(
    work: impl Future<Output = Result<T, E>> + Send + 'static,
) -> Result<T, E> {
    tokio::spawn(work).await.map_err(Error::from)?
}

/// The running web service. Its pages are served through [`crate::routes`].
pub struct WebService {
    pub(crate) services: web::Data<Services>,
    pub(crate) session: SessionConfig,
    stop: watch::Sender<bool>,
    reconciler: JoinHandle<()>,
}

impl WebService {
    /// Opens the database, brings its schema up to date, and starts to follow builds and
    /// sandboxes. The container server need not be there yet.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let public = config.address.public_url.as_deref().map(Origin::parse).transpose()?;
        let db = Db::open(config.database.parse()?).await?;
        let services = web::Data::new(Services {
            db,
            containers: config.containers,
            hasher: Hasher::new(config.passwords)?,
            addresses: Addresses { public, behind_proxy: config.address.behind_proxy },
            tries: config.tries,
            throttle: Throttle::new(config.tries.per_minute),
            secure_cookies: config.session.secure_cookies,
        });
        let (stop, stopped) = watch::channel(false);
        let reconciler = tokio::spawn(reconcile::run(services.clone(), stopped));
        Ok(Self { services, session: config.session, stop, reconciler })
    }

    /// Publishes the embedded starter catalogue where it is missing: makes the projects, starts
    /// their builds, and tells what becomes of each. Nothing happens until the stream is read;
    /// once read, the builds go on without it.
    pub fn publish_catalogue(&self) -> impl Stream<Item = CatalogueEvent> + Send + use<> {
        catalogue::publish(self.services.clone(), catalogue::embedded())
    }

    /// Stops following builds and sandboxes. The database is closed with the last handler.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.reconciler.await {
            tracing::error!(%error, "the reconciler ended badly");
        }
    }
}
