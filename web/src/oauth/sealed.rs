//! What a browser carries for us from one page to the next: encrypted, so that nobody reads or
//! writes it, and in a cookie of its own for every log-in, so that tabs do not meet.

use super::profile::Profile;
use crate::error::Error;
use actix_web::{
    HttpRequest,
    cookie::{Cookie, CookieJar, Key, SameSite, time::Duration},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// How long somebody may take at the provider, and over choosing a name. Minutes.
const VALID: i64 = 10;
const SIGN_UP: &str = "trythis-signup";
/// Where names are chosen.
pub const SIGN_UP_PATH: &str = "/signup/finish";

/// A log-in on its way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Pending {
    /// The provider that the browser was sent to.
    pub provider: String,
    /// Ties the answer to this browser.
    pub state: String,
    /// Ties the ID token to this log-in.
    pub nonce: String,
    /// Shows that who exchanges the code is who asked for it (PKCE).
    pub verifier: String,
    /// Where to go on to.
    pub next: String,
    /// The account that the identity is to be linked to.
    pub link: Option<i64>,
    /// When it is over.
    pub until: DateTime<Utc>,
}

/// Somebody whom a provider vouches for, and who has no account yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Arrival {
    /// Which provider.
    pub provider: String,
    /// Who it is there.
    pub subject: String,
    /// What they call it.
    pub label: String,
    /// What a user name may be made of.
    pub name: String,
    /// Where to go on to.
    pub next: String,
    /// When it is over.
    pub until: DateTime<Utc>,
}

impl Arrival {
    /// Somebody who just arrived.
    pub fn new(provider: &str, profile: Profile, next: String) -> Self {
        let Profile { subject, label, name, .. } = profile;
        Self { provider: provider.to_owned(), subject, label, name, next, until: deadline() }
    }
}

/// When what begins now is over.
pub fn deadline() -> DateTime<Utc> {
    Utc::now() + TimeDelta::minutes(VALID)
}

/// Writes and reads the cookies.
#[derive(Clone)]
pub struct Seal {
    key: Key,
    secure: bool,
}

impl Seal {
    /// A seal with the session's key. A cookie's name is sealed with it, so none passes for another.
    pub fn new(key: &[u8; 64], secure: bool) -> Self {
        Self { key: Key::from(key), secure }
    }

    /// The cookie of a log-in; only its callback gets it.
    pub fn pending(&self, pending: &Pending) -> Result<Cookie<'static>, Error> {
        self.seal(&cookie_name(&pending.state), &callback_path(&pending.provider), pending)
    }

    /// The log-in that an answer belongs to, if it began in this browser, at this provider, and not
    /// too long ago.
    pub fn open_pending(
        &self,
        request: &HttpRequest,
        provider: &str,
        state: &str,
    ) -> Option<Pending> {
        let pending: Pending = self.open(request, &cookie_name(state))?;
        let same = bool::from(pending.state.as_bytes().ct_eq(state.as_bytes()));
        (same && pending.provider == provider && Utc::now() < pending.until).then_some(pending)
    }

    /// Takes the cookie of a log-in back.
    pub fn forget_pending(&self, provider: &str, state: &str) -> Cookie<'static> {
        self.removal(&cookie_name(state), &callback_path(provider))
    }

    /// The cookie of somebody who is to choose a name.
    pub fn arrival(&self, arrival: &Arrival) -> Result<Cookie<'static>, Error> {
        self.seal(SIGN_UP, SIGN_UP_PATH, arrival)
    }

    /// Who is to choose a name.
    pub fn open_arrival(&self, request: &HttpRequest) -> Option<Arrival> {
        self.open(request, SIGN_UP).filter(|arrival: &Arrival| Utc::now() < arrival.until)
    }

    /// Takes that back.
    pub fn forget_arrival(&self) -> Cookie<'static> {
        self.removal(SIGN_UP, SIGN_UP_PATH)
    }

    fn seal(
        &self,
        name: &str,
        path: &str,
        value: &impl Serialize,
    ) -> Result<Cookie<'static>, Error> {
        let text =
            serde_json::to_string(value).map_err(|error| Error::Cookie(error.to_string()))?;
        let mut jar = CookieJar::new();
        let plain = Cookie::new(name.to_owned(), text);
        jar.private_mut(&self.key).add(plain);
        let sealed = jar.get(name).map(|cookie| cookie.value().to_owned()).unwrap_or_default();
        Ok(self.cookie(name, path, sealed, Duration::minutes(VALID)))
    }

    fn open<T: DeserializeOwned>(&self, request: &HttpRequest, name: &str) -> Option<T> {
        let mut jar = CookieJar::new();
        jar.add_original(request.cookie(name)?);
        let plain = jar.private(&self.key).get(name)?;
        serde_json::from_str(plain.value()).ok()
    }

    fn removal(&self, name: &str, path: &str) -> Cookie<'static> {
        self.cookie(name, path, String::new(), Duration::ZERO)
    }

    fn cookie(&self, name: &str, path: &str, value: String, age: Duration) -> Cookie<'static> {
        Cookie::build(name.to_owned(), value)
            .path(path.to_owned())
            .max_age(age)
            .http_only(true)
            .secure(self.secure)
            // The provider sends the browser back by a link: `Strict` would not come along.
            .same_site(SameSite::Lax)
            .finish()
    }
}

/// Where a provider sends browsers back to.
pub fn callback_path(provider: &str) -> String {
    format!("/login/{provider}/callback")
}

fn cookie_name(state: &str) -> String {
    format!("trythis-login-{}", hex::encode(&Sha256::digest(state.as_bytes())[..8]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn pending() -> Pending {
        Pending {
            provider: "github".to_owned(),
            state: "s".repeat(22),
            nonce: "n".to_owned(),
            verifier: "secret verifier".to_owned(),
            next: "/".to_owned(),
            link: None,
            until: deadline(),
        }
    }

    #[test]
    fn a_log_in_is_found_by_its_state_alone() {
        let seal = Seal::new(&[7; 64], false);
        let pending = pending();
        let cookie = seal.pending(&pending).unwrap();
        assert!(!cookie.value().contains("verifier"));
        let request = |cookie: &Cookie<'_>| {
            TestRequest::get().cookie(cookie.clone().into_owned()).to_http_request()
        };
        let state = pending.state.as_str();
        assert!(seal.open_pending(&request(&cookie), "github", state).is_some());
        assert!(seal.open_pending(&request(&cookie), "google", state).is_none());
        assert!(seal.open_pending(&request(&cookie), "github", "other").is_none());
        let other = Seal::new(&[8; 64], false);
        assert!(other.open_pending(&request(&cookie), "github", state).is_none());
        // Nor under the name of another log-in or of another cookie.
        let moved = Cookie::new(cookie_name("other"), cookie.value().to_owned());
        assert!(seal.open_pending(&request(&moved), "github", "other").is_none());
        let moved = Cookie::new(SIGN_UP, cookie.value().to_owned());
        assert!(seal.open_arrival(&request(&moved)).is_none());
        let late = Pending { until: Utc::now() - TimeDelta::seconds(1), ..pending.clone() };
        let cookie = seal.pending(&late).unwrap();
        assert!(seal.open_pending(&request(&cookie), "github", state).is_none());
    }
}
