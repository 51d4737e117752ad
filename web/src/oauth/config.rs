//! Which other sites people may log in with: a TOML file, checked at the start.

mod file;

use std::{fmt, path::PathBuf, time::Duration};
use url::{Host, Url};

/// The providers, in the order of their buttons.
#[derive(Debug, Clone, Default)]
pub struct OAuthConfig {
    pub(crate) providers: Vec<ProviderConfig>,
}

/// Why the file of providers is not taken.
#[derive(Debug, thiserror::Error)]
pub enum OAuthConfigError {
    /// The file, or a file with a secret, cannot be read.
    #[error("{path} cannot be read: {error}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// It is not TOML, or holds a key that nobody knows.
    #[error("{path}: line {line}: {why}")]
    Toml {
        /// Which file.
        path: PathBuf,
        /// The line, from 1; the line itself may hold a secret.
        line: usize,
        /// What is wrong there, without what stands there.
        why: String,
    },
    /// A key will not do.
    #[error("{path}: provider {provider}: {key} {why}")]
    Key {
        /// Which file.
        path: PathBuf,
        /// The provider's name, or its number where it has none.
        provider: String,
        /// The key.
        key: &'static str,
        /// What is wrong with it.
        why: String,
    },
}

/// A secret that goes into no log.
#[derive(Clone)]
pub struct Secret(pub(crate) String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// One provider.
#[derive(Debug, Clone)]
pub struct ProviderConfig {
    /// Its place in URLs and in the database.
    pub name: String,
    /// Its name for people.
    pub label: String,
    /// Who we are there.
    pub client_id: String,
    /// How we show it. A public client shows nothing but the PKCE verifier.
    pub client_secret: Option<Secret>,
    /// Whether the secret goes into the form rather than into the `Authorization` header.
    pub secret_in_form: bool,
    /// What we ask to see.
    pub scopes: Vec<String>,
    /// How long one request to it may take.
    pub timeout: Duration,
    /// What it speaks.
    pub protocol: Protocol,
}

/// What a provider speaks.
#[derive(Debug, Clone)]
pub enum Protocol {
    /// OpenID Connect: it signs who somebody is.
    OpenId {
        /// Where its description of itself is found.
        issuer: String,
        /// What its tokens may call it: the issuer, and for Google also the same without scheme.
        issuers: Vec<String>,
        /// URLs that are used instead of those in its description.
        instead: Endpoints,
    },
    /// OAuth 2 alone: it is asked who somebody is.
    OAuth2 {
        /// Where browsers are sent.
        authorize: Url,
        /// Where codes are exchanged.
        token: Url,
        /// Where it says who somebody is.
        userinfo: Url,
        /// What `iss` in its answers must be, if it sends one (RFC 9207).
        issuer: Option<String>,
        /// Where in its answer what is found.
        fields: Fields,
    },
}

/// URLs that the operator gave.
#[derive(Debug, Clone, Default)]
pub struct Endpoints {
    /// Where browsers are sent.
    pub authorize: Option<Url>,
    /// Where codes are exchanged.
    pub token: Option<Url>,
    /// Where more is said of an account.
    pub userinfo: Option<Url>,
    /// Where the public keys are.
    pub jwks: Option<Url>,
}

/// The names of fields in an answer about an account.
#[derive(Debug, Clone)]
pub struct Fields {
    /// What never changes: a text or a number.
    pub subject: String,
    /// What its holder calls it.
    pub name: String,
    /// Its e-mail address.
    pub email: String,
}

/// A URL that secrets may be sent to: HTTPS, or this machine.
pub fn endpoint(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("is not a URL: {error}"))?;
    let local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Err("names no host".to_owned()),
    };
    match url.scheme() {
        "https" => {}
        "http" if local => {}
        _ => return Err("must begin with https:// (http:// is for this machine only)".to_owned()),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user name or a password".to_owned());
    }
    if url.fragment().is_some() {
        return Err("must not hold a #".to_owned());
    }
    Ok(url)
}
