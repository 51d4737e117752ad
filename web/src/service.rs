//! The web service as a whole: starting, stopping, and what its handlers share.

use crate::{
    accounts::password::{HashError, Hasher},
    badge::Shelf,
    bans::Bans,
    config::{AccountConfig, AuditConfig, Config, SessionConfig, TryConfig},
    db::{Db, DbError},
    discover::Discover,
    embed::Embeds,
    error::Error,
    http::address::{Addresses, InvalidOrigin, Origin},
    import::Importer,
    models,
    oauth::{OAuth, Seal},
    projects::{
        Turns,
        catalogue::{self, CatalogueEvent},
    },
    reconcile,
    redis_link::{Link, LinkError},
    sessions::{self, Sessions},
    throttle::{self, Throttle},
};
use actix_web::web;
use container_api::ContainerClient;
use futures_util::Stream;
use tokio::{sync::watch, task::JoinHandle};

/// Why the web service did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database cannot be opened.
    #[error(transparent)]
    Database(#[from] DbError),
    /// Redis was asked for, and cannot be reached.
    #[error("sessions cannot be kept in Redis: {0}")]
    Redis(#[from] LinkError),
    /// The public URL is not one.
    #[error(transparent)]
    PublicUrl(#[from] InvalidOrigin),
    /// The password cost is out of range.
    #[error(transparent)]
    Passwords(#[from] HashError),
    /// No HTTP client can be made for the sites that people log in with or import from.
    #[error("no HTTP client can be made: {0}")]
    OAuth(#[from] reqwest::Error),
}

/// What handlers share.
pub struct Services {
    pub(crate) db: Db,
    pub(crate) containers: ContainerClient,
    pub(crate) hasher: Hasher,
    pub(crate) sessions: Sessions,
    pub(crate) addresses: Addresses,
    pub(crate) accounts: AccountConfig,
    pub(crate) tries: TryConfig,
    pub(crate) audit: AuditConfig,
    pub(crate) throttle: Throttle,
    pub(crate) turns: Turns,
    pub(crate) bans: Bans,
    pub(crate) secure_cookies: bool,
    pub(crate) oauth: OAuth,
    pub(crate) discover: Discover,
    pub(crate) badges: Shelf,
    pub(crate) embeds: Embeds,
    pub(crate) importer: Importer,
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
        let db = Db::open(config.database).await?;
        db.write(models::projects::renew_name_keys).await?;
        let seal = Seal::new(&config.session.key.0, config.session.secure_cookies);
        let redis = match &config.session.redis {
            Some(url) => Some(Link::open(&url.0).await?),
            None => None,
        };
        let (sessions, throttle) = match redis {
            Some(link) => (
                Sessions::new(sessions::Redis(link.clone())),
                Throttle::Redis(throttle::Redis::new(link)),
            ),
            None => (
                Sessions::new(sessions::Database(db.clone())),
                Throttle::Memory(throttle::Memory::default()),
            ),
        };
        let services = web::Data::new(Services {
            sessions,
            db,
            containers: config.containers,
            hasher: Hasher::new(config.passwords)?,
            addresses: Addresses { public, behind_proxy: config.address.behind_proxy },
            accounts: config.accounts,
            tries: config.tries,
            audit: config.audit,
            throttle,
            turns: Turns::default(),
            bans: Bans::default(),
            secure_cookies: config.session.secure_cookies,
            oauth: OAuth::new(config.oauth, seal)?,
            discover: Discover::new(config.discover),
            badges: Shelf::default(),
            embeds: Embeds::new(&config.session.key.0),
            importer: Importer::new(config.imports)?,
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
