//! Who asks: an account, or a guest who is known by a random word in the session.

use super::csrf;
use crate::{
    error::{self, Error},
    models::{
        tries,
        users::{self, User},
    },
    service::Services,
};
use actix_session::{Session, SessionExt};
use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use futures_util::future::LocalBoxFuture;

const USER: &str = "user";
const GUEST: &str = "guest";
const FLASH: &str = "flash";

/// Whoever sent the request.
pub struct Visitor {
    session: Session,
    user: Option<User>,
}

impl Visitor {
    /// The account that is logged in.
    #[must_use]
    pub fn user(&self) -> Option<&User> {
        self.user.as_ref()
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
    /// started becomes the account's.
    ///
    /// # Errors
    /// When the session or the database cannot be written.
    pub async fn log_in(&self, services: &Services, user: &User) -> Result<(), Error> {
        if let Some(guest) = self.guest() {
            let key = user_key(user);
            services.db.write(move |conn| tries::hand_over(conn, &guest, &key)).await?;
        }
        self.session.clear();
        self.session.renew();
        self.session.insert(USER, user.id)?;
        Ok(())
    }

    /// Logs out: nothing of the session stays.
    pub fn log_out(&self) {
        self.session.purge();
    }

    /// Leaves a word for the next page.
    ///
    /// # Errors
    /// When the session cannot be written.
    pub fn flash(&self, message: &str) -> Result<(), Error> {
        Ok(self.session.insert(FLASH, message)?)
    }

    /// Takes the word that the last request left.
    #[must_use]
    pub fn take_flash(&self) -> Option<String> {
        self.session.remove_as(FLASH)?.ok()
    }

    async fn of(request: HttpRequest) -> Result<Self, Error> {
        let session = request.get_session();
        let user = match (session.get::<i64>(USER), request.app_data::<web::Data<Services>>()) {
            (Ok(Some(id)), Some(services)) => {
                services.db.read(move |conn| users::by_id(conn, id)).await?
            }
            _ => None,
        };
        Ok(Self { session, user })
    }
}

fn user_key(user: &User) -> String {
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
