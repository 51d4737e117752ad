//! Logging in with an account at another site: GitHub, Google, and whoever else the operator named.
//!
//! ```text
//! POST /login/{provider}          state, nonce and PKCE verifier are made, sealed in a cookie
//!        │                        (`sealed`), and the browser goes on to the provider
//!        ▼
//! GET /login/{provider}/callback  state: this browser's, this provider's, in time, and never seen
//!        │                        before (`once`); then the code is exchanged (`provider`), the ID
//!        │                        token verified (`id_token`, `keys`, `signatures`)
//!        ├─ linking ───────────── the identity joins the account that is logged in
//!        ├─ known identity ────── logged in
//!        └─ unknown ───────────── /signup/finish: choose a name, then the account is made
//! ```
//!
//! Nobody is ever recognised by an e-mail address: providers do not all verify them.

pub mod config;
mod discovery;
mod error;
mod http;
mod id_token;
mod keys;
mod link;
mod names;
mod once;
mod profile;
mod provider;
mod sealed;
mod sign_up;
mod signatures;

pub use error::ProviderError;
pub use link::{Unlinked, unlink};
pub use sealed::{Arrival, Pending, SIGN_UP_PATH, Seal, callback_path};
pub use sign_up::{Finished, finish, suggest};

use crate::{
    error::Error,
    models::{
        audit::{self, Event},
        identities,
        users::{self, User},
    },
    policy::Asker,
    service::Services,
};
use config::OAuthConfig;
use once::UsedStates;
use profile::Profile;
use provider::Provider;
use url::Url;

/// The providers, and what is shared between them.
pub struct OAuth {
    providers: Vec<Provider>,
    used: UsedStates,
    /// For the cookies.
    pub seal: Seal,
}

/// A provider as a page shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Button<'a> {
    /// Its place in URLs.
    pub name: &'a str,
    /// Its name for people.
    pub label: &'a str,
}

/// What becomes of somebody who came back.
pub enum Welcome {
    /// Logged in as this account.
    Known(User),
    /// The identity was linked to the account that is logged in, now or before.
    Linked,
    /// The identity is another account's.
    Elsewhere,
    /// Nobody knows them yet.
    New(Arrival),
}

/// Why nobody was let in.
#[derive(Debug)]
pub enum Refusal {
    /// The state is unknown, used up, too old, or another browser's or provider's.
    Stale,
    /// `iss` is another provider's.
    MixedUp,
    /// Whoever wanted to link is not logged in any more.
    LoggedOut,
    /// The provider's word is not taken.
    Provider(ProviderError),
    /// We failed.
    Ours(Error),
}

impl Refusal {
    /// The provider sent no code. Its own word goes to the log, as far as it is one.
    pub fn no_code(error: Option<String>) -> Self {
        let plain = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
        let error: String = error.unwrap_or_default().chars().filter(plain).take(64).collect();
        Self::Provider(ProviderError::Exchange(format!("there is none; it says {error:?}")))
    }
}

impl From<ProviderError> for Refusal {
    fn from(error: ProviderError) -> Self {
        Self::Provider(error)
    }
}

impl<E: Into<Error>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Ours(error.into())
    }
}

impl OAuth {
    /// The providers of a configuration; none of them is asked yet.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(config: OAuthConfig, seal: Seal) -> Result<Self, reqwest::Error> {
        signatures::choose();
        let providers =
            config.providers.into_iter().map(Provider::new).collect::<Result<_, _>>()?;
        Ok(Self { providers, used: UsedStates::default(), seal })
    }

    /// The buttons, in the operator's order.
    #[must_use]
    pub fn buttons(&self) -> Vec<Button<'_>> {
        self.providers.iter().map(button).collect()
    }

    /// A provider's button.
    #[must_use]
    pub fn button(&self, name: &str) -> Option<Button<'_>> {
        self.provider(name).map(button)
    }

    fn provider(&self, name: &str) -> Option<&Provider> {
        self.providers.iter().find(|provider| provider.config.name == name)
    }

    /// Begins a log-in: what the browser carries, and where it goes. `callback` is our URL that the
    /// provider sends it back to; `link` the account that the identity is to join.
    ///
    /// # Errors
    /// When the provider does not say where it is.
    pub async fn begin(
        &self,
        name: &str,
        callback: String,
        next: &str,
        link: Option<i64>,
    ) -> Result<(Pending, Url), Refusal> {
        let provider = self.provider(name).ok_or(Error::NoSuchPage)?;
        let pending = Pending {
            provider: name.to_owned(),
            state: secret(),
            nonce: secret(),
            verifier: secret(),
            next: next.to_owned(),
            link,
            until: sealed::deadline(),
        };
        let url = provider.authorize(&pending, callback).await?;
        Ok((pending, url))
    }

    /// Uses up a log-in that came back, whatever comes of it.
    ///
    /// # Errors
    /// When it came back before, or from another provider than the browser was sent to.
    pub async fn accept(&self, pending: &Pending, iss: Option<&str>) -> Result<(), Refusal> {
        if !self.used.use_up(&pending.state) {
            return Err(Refusal::Stale);
        }
        let provider = self.provider(&pending.provider).ok_or(Error::NoSuchPage)?;
        if provider.is_issuer(iss).await? { Ok(()) } else { Err(Refusal::MixedUp) }
    }

    async fn identify(
        &self,
        pending: &Pending,
        code: String,
        callback: String,
    ) -> Result<Profile, Refusal> {
        let provider = self.provider(&pending.provider).ok_or(Error::NoSuchPage)?;
        Ok(provider.identify(code, pending, callback).await?)
    }
}

/// Asks the provider who came back with a code, and what that makes them here. The log-in must have
/// been [accepted](OAuth::accept).
///
/// # Errors
/// See [`Refusal`].
pub async fn welcome(
    services: &Services,
    asker: &Asker,
    user: Option<&User>,
    pending: Pending,
    code: String,
    callback: String,
) -> Result<Welcome, Refusal> {
    // Before the provider is asked: who logged out meanwhile, or became somebody else, links nothing.
    let link = match pending.link {
        Some(id) => Some(user.filter(|user| user.id == id).ok_or(Refusal::LoggedOut)?),
        None => None,
    };
    let profile = services.oauth.identify(&pending, code, callback).await?;
    if let Some(user) = link {
        return Ok(link::link(services, asker, user, &pending.provider, profile).await?);
    }
    let (provider, subject) = (pending.provider.clone(), profile.subject.clone());
    let known = services.db.read(move |conn| {
        let Some(identity) = identities::find(conn, &provider, &subject)? else { return Ok(None) };
        users::by_id(conn, identity.user_id)
    });
    match known.await? {
        Some(user) => {
            record_log_in(services, asker, &user, &pending.provider).await?;
            Ok(Welcome::Known(user))
        }
        None => Ok(Welcome::New(Arrival::new(&pending.provider, profile, pending.next))),
    }
}

/// Writes down by which provider somebody comes in, beside the session that begins.
///
/// # Errors
/// When the database fails.
pub async fn record_log_in(
    services: &Services,
    asker: &Asker,
    user: &User,
    provider: &str,
) -> Result<(), Error> {
    let event = Event::by(asker, "identity.use", format!("user:{}", user.name)).saying(provider);
    Ok(services.db.write(move |conn| audit::add(conn, &event)).await?)
}

fn button(provider: &Provider) -> Button<'_> {
    Button { name: &provider.config.name, label: &provider.config.label }
}

/// 256 bits that nobody guesses, in the alphabet that PKCE allows.
fn secret() -> String {
    hex::encode(rand::random::<[u8; 32]>())
}
