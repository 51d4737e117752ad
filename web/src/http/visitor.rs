//! Who asks: an account, by a session or a token; or a guest who is known by a random word.
//!
//! The cookie is encrypted and holds what guests need (the forms' secret, the guest's word, a word
//! for the next page) and the secret of a log-in, behind which the server keeps a record
//! ([`crate::sessions`]).

use super::{
    address::{self, Prefix},
    bearer, csrf,
};
use crate::{
    embed,
    error::{self, Error},
    models::{
        audit::{self, Event},
        now,
        sessions::Session as Record,
        tokens::Token,
        tries,
        users::{self, User},
    },
    policy::{Actor, Asker, Scope, ban},
    service::Services,
    sessions::Secret,
};
use actix_session::{Session, SessionExt};
use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use futures_util::future::LocalBoxFuture;

const LOGIN: &str = "login";
/// The day on which the cookie was last sent, so that it lasts as long as its record.
const DAY: &str = "day";
const GUEST: &str = "guest";
const FLASH: &str = "flash";
const REFUSAL: &str = "refusal";

/// Whoever sent the request.
pub struct Visitor {
    session: Session,
    user: Option<User>,
    prefix: Option<Prefix>,
    agent: String,
    bearer: Option<Token>,
    record: Option<Record>,
    /// The guest that a key to an embedded sandbox names, for what concerns that sandbox.
    embedded: Option<String>,
}

impl Visitor {
    /// The account that is logged in.
    #[must_use]
    pub fn user(&self) -> Option<&User> {
        self.user.as_ref()
    }

    /// The token that the visitor came by, if it was not a session.
    #[must_use]
    pub fn bearer(&self) -> Option<&Token> {
        self.bearer.as_ref()
    }

    /// The record of the log-in that the visitor came by.
    #[must_use]
    pub fn record(&self) -> Option<&Record> {
        self.record.as_ref()
    }

    /// The visitor as the policy sees them.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match &self.user {
            Some(User { id, role, .. }) => {
                let scope = self.bearer.as_ref().map_or(Scope::Write, |token| token.scope);
                Actor::User { id: *id, role: *role, scope }
            }
            None => Actor::Guest,
        }
    }

    /// The visitor as the audit log names them.
    #[must_use]
    pub fn audit_name(&self) -> String {
        self.user.as_ref().map_or_else(|| "guest".to_owned(), |user| format!("user:{}", user.name))
    }

    /// The visitor as use cases know them.
    #[must_use]
    pub fn asker(&self) -> Asker {
        Asker { actor: self.actor(), name: self.audit_name(), prefix: self.prefix, key: self.key() }
    }

    /// The visitor as an opaque word, if there is one already. Quotas count by it.
    #[must_use]
    pub fn key(&self) -> Option<String> {
        match &self.user {
            Some(user) => Some(user_key(user)),
            None => self.guest(),
        }
    }

    /// The same; a guest gets a word now.
    ///
    /// # Errors
    /// When the session cannot be written.
    pub fn key_or_new(&self) -> Result<String, Error> {
        if let Some(key) = self.key() {
            return Ok(key);
        }
        let guest = format!("g:{:032x}", rand::random::<u128>());
        self.session.insert(GUEST, &guest)?;
        Ok(guest)
    }

    fn guest(&self) -> Option<String> {
        if self.embedded.is_some() {
            return self.embedded.clone();
        }
        self.session.get::<String>(GUEST).ok().flatten().filter(|key| key.starts_with("g:"))
    }

    /// A token for a form of this visitor.
    ///
    /// # Errors
    /// When the session cannot be written.
    pub fn token(&self) -> Result<String, Error> {
        Ok(csrf::token(&self.session)?)
    }

    /// Logs in: a new session, so that nobody who knew the old one comes along. What a guest
    /// started becomes the account's. `user` is as it was when its holder was recognised.
    ///
    /// # Errors
    /// When sessions or the database cannot be written. [`Error::NeedsLogin`] when the account was
    /// removed or its password changed in the meantime; [`Error::Banned`].
    pub async fn log_in(&self, services: &Services, user: &User) -> Result<(), Error> {
        let who = Asker {
            actor: user.actor(),
            name: format!("user:{}", user.name),
            prefix: self.prefix,
            key: None,
        };
        services.bans.check(&services.db, &who).await?;
        let address = self.asker().address();
        let (secret, record) = services.sessions.begin(user.id, &self.agent, address).await?;
        let event = Event {
            actor: format!("user:{}", user.name),
            ..Event::by(&self.asker(), "session.create", format!("user:{}", user.name))
        };
        let (id, hash) = (user.id, user.password_hash.clone());
        let (guest, key) = (self.guest(), user_key(user));
        let noted = services.db.write(move |conn| {
            // A changed password ends every other session: also one that began at the same time.
            if users::by_id(conn, id)?.is_none_or(|user| user.password_hash != hash) {
                return Ok(false);
            }
            if let Some(guest) = &guest {
                let count = tries::hand_over(conn, guest, &key)?;
                if count > 0 {
                    let event = Event { action: "try.hand_over", ..event.clone() };
                    let words = format!("{count} that were started as a guest.");
                    audit::add(conn, &event.saying(words))?;
                }
            }
            audit::add(conn, &event).map(|()| true)
        });
        let noted = noted.await;
        if !matches!(noted, Ok(true)) {
            services.sessions.revoke(user.id, &record.id).await?;
        }
        if !noted? {
            return Err(Error::NeedsLogin { next: "/".to_owned() });
        }
        self.end_record(services).await?;
        self.session.clear();
        self.session.renew();
        self.session.insert(LOGIN, secret.reveal())?;
        self.session.insert(DAY, today())?;
        Ok(())
    }

    /// Logs out: nothing of the session stays, neither here nor in the browser.
    ///
    /// # Errors
    /// When sessions or the database cannot be written.
    pub async fn log_out(&self, services: &Services) -> Result<(), Error> {
        self.end_record(services).await?;
        self.forget();
        Ok(())
    }

    /// Takes everything out of the browser's cookie.
    pub fn forget(&self) {
        self.session.purge();
    }

    async fn end_record(&self, services: &Services) -> Result<(), Error> {
        let (Some(record), Some(user)) = (&self.record, &self.user) else { return Ok(()) };
        services.sessions.revoke(user.id, &record.id).await?;
        let event = Event::by(&self.asker(), "session.end", format!("user:{}", user.name));
        Ok(services.db.write(move |conn| audit::add(conn, &event)).await?)
    }

    /// Leaves a word for the next page.
    ///
    /// # Errors
    /// When the session cannot be written.
    pub fn flash(&self, message: &str) -> Result<(), Error> {
        Ok(self.session.insert(FLASH, message)?)
    }

    /// Leaves for the next page why something was not done.
    ///
    /// # Errors
    /// When the session cannot be written.
    pub fn flash_refusal(&self, why: &str) -> Result<(), Error> {
        Ok(self.session.insert(REFUSAL, why)?)
    }

    /// Takes the word that the last request left.
    #[must_use]
    pub fn take_flash(&self) -> Option<String> {
        self.session.remove_as(FLASH)?.ok()
    }

    /// Takes what the last request left of why something was not done.
    #[must_use]
    pub fn take_refusal(&self) -> Option<String> {
        self.session.remove_as(REFUSAL)?.ok()
    }

    /// Whoever sent a request. Who is banned gets no further with a change: here, so that no handler
    /// can forget it.
    async fn of(request: HttpRequest) -> Result<Self, Error> {
        let visitor = Self::known(&request).await?;
        let changes = !request.method().is_safe() && !ban::lets_through(request.path());
        if changes && let Some(services) = request.app_data::<web::Data<Services>>() {
            services.bans.check(&services.db, &visitor.asker()).await?;
        }
        Ok(visitor)
    }

    async fn known(request: &HttpRequest) -> Result<Self, Error> {
        let session = request.get_session();
        let services = request.app_data::<web::Data<Services>>();
        let prefix = services.and_then(|s| address::prefix_of(request, &s.addresses));
        let agent = address::header_text(request, "user-agent").unwrap_or_default().to_owned();
        let key = address::header_text(request, embed::HEADER);
        let embedded = key.zip(services).and_then(|(k, s)| s.embeds.caller(k, request.path()));
        let guest =
            Self { session, user: None, prefix, agent, bearer: None, record: None, embedded };
        if guest.embedded.is_some() {
            return Ok(guest);
        }
        if let Some(bearer::Bearer { user, token }) = bearer::of(request).await? {
            return Ok(Self { user: Some(user), bearer: Some(token), ..guest });
        }
        match services {
            Some(services) => guest.recognised(services).await,
            None => Ok(guest),
        }
    }

    /// The same, as an account where the cookie holds a log-in that is in force.
    async fn recognised(self, services: &Services) -> Result<Self, Error> {
        let Some(secret) = self.session.get::<String>(LOGIN).ok().flatten() else {
            return Ok(self);
        };
        let Some(secret) = Secret::parse(&secret) else { return Ok(self) };
        let Some(record) = services.sessions.find(&secret, &self.asker().address()).await? else {
            return Ok(self);
        };
        let id = record.user_id;
        let Some(user) = services.db.read(move |conn| users::by_id(conn, id)).await? else {
            return Ok(self);
        };
        // A change of the session has its cookie sent again, with its whole lifetime.
        if self.session.get::<i64>(DAY).ok().flatten() != Some(today()) {
            self.session.insert(DAY, today())?;
        }
        Ok(Self { user: Some(user), record: Some(record), ..self })
    }
}

fn today() -> i64 {
    now().timestamp() / 86_400
}

/// The word under which what an account starts is counted.
#[must_use]
pub fn user_key(user: &User) -> String {
    format!("u:{}", user.id)
}

impl FromRequest for Visitor {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let path = request.path().to_owned();
            Self::of(request).await.map_err(|error| error::at(&path, error))
        })
    }
}
