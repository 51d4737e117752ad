//! From the file's words to checked settings.

use super::{
    Endpoints, Fields, OAuthConfig, OAuthConfigError, Protocol, ProviderConfig, Secret, endpoint,
};
use serde::Deserialize;
use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};
use url::Url;

const GOOGLE: &str = "https://accounts.google.com";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    provider: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    GitHub,
    Google,
    Oidc,
    OAuth2,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: Option<String>,
    kind: Kind,
    label: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    client_secret_env: Option<String>,
    client_secret_file: Option<PathBuf>,
    secret_in: Option<SecretIn>,
    issuer: Option<String>,
    authorize_url: Option<String>,
    token_url: Option<String>,
    userinfo_url: Option<String>,
    jwks_url: Option<String>,
    scopes: Option<Vec<String>>,
    subject_field: Option<String>,
    name_field: Option<String>,
    email_field: Option<String>,
    timeout_seconds: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum SecretIn {
    Header,
    Form,
}

/// A key, and what is wrong with it.
type Wrong = (&'static str, String);

impl OAuthConfig {
    /// Reads the file of providers, and the secrets that it points to.
    ///
    /// # Errors
    /// Says which provider and which key.
    pub fn read(path: &Path) -> Result<Self, OAuthConfigError> {
        let text = fs::read_to_string(path)
            .map_err(|error| OAuthConfigError::Unreadable { path: path.to_owned(), error })?;
        let folder = path.parent().unwrap_or(Path::new("."));
        Self::parse(&text, path, folder)
    }

    fn parse(text: &str, path: &Path, folder: &Path) -> Result<Self, OAuthConfigError> {
        let file: File = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            OAuthConfigError::Toml { path: path.to_owned(), line, why: without_values(&error) }
        })?;
        let mut names = HashSet::new();
        let mut providers = Vec::new();
        for (entry, number) in file.provider.into_iter().zip(1..) {
            let called = entry.name.clone().unwrap_or_else(|| format!("number {number}"));
            let provider = entry.check(folder).and_then(|provider| {
                if names.insert(provider.name.clone()) {
                    Ok(provider)
                } else {
                    Err(("name", "is that of another provider too".to_owned()))
                }
            });
            providers.push(provider.map_err(|(key, why)| OAuthConfigError::Key {
                path: path.to_owned(),
                provider: called,
                key,
                why,
            })?);
        }
        Ok(Self { providers })
    }
}

impl Entry {
    fn check(self, folder: &Path) -> Result<ProviderConfig, Wrong> {
        let name = check_name(self.name.as_deref())?;
        let client_id = self.client_id.clone().filter(|id| !id.trim().is_empty());
        let client_id = client_id.ok_or_else(|| missing("client_id"))?;
        let client_secret = self.secret(folder)?;
        if client_secret.is_none() && matches!(self.kind, Kind::GitHub | Kind::Google) {
            return Err(missing("client_secret"));
        }
        let seconds = self.timeout_seconds.unwrap_or(10);
        if !(1..=60).contains(&seconds) {
            return Err(("timeout_seconds", "must be 1 to 60".to_owned()));
        }
        let label = self.label.clone().unwrap_or_else(|| match self.kind {
            Kind::GitHub => "GitHub".to_owned(),
            Kind::Google => "Google".to_owned(),
            Kind::Oidc | Kind::OAuth2 => name.clone(),
        });
        if label.trim().is_empty() || label.chars().count() > 40 {
            return Err(("label", "must have 1 to 40 characters".to_owned()));
        }
        let secret_in_form = match self.secret_in {
            Some(SecretIn::Form) => true,
            Some(SecretIn::Header) => false,
            None => matches!(self.kind, Kind::GitHub | Kind::Google),
        };
        let scopes = self.scopes()?;
        let protocol = match self.kind {
            Kind::Google | Kind::Oidc => self.open_id()?,
            Kind::GitHub | Kind::OAuth2 => self.oauth2()?,
        };
        Ok(ProviderConfig {
            name,
            label,
            client_id,
            client_secret,
            secret_in_form,
            scopes,
            timeout: Duration::from_secs(seconds),
            protocol,
        })
    }

    fn secret(&self, folder: &Path) -> Result<Option<Secret>, Wrong> {
        let given = (&self.client_secret, &self.client_secret_env, &self.client_secret_file);
        let (key, text) = match given {
            (None, None, None) => return Ok(None),
            (Some(text), None, None) => ("client_secret", text.clone()),
            (None, Some(variable), None) => {
                let key = "client_secret_env";
                let text = std::env::var(variable);
                (key, text.map_err(|_| (key, format!("names {variable}, which is not set")))?)
            }
            (None, None, Some(path)) => {
                let (key, path) = ("client_secret_file", folder.join(path));
                let text = fs::read_to_string(&path);
                let why = |error| (key, format!("names {}: {error}", path.display()));
                (key, text.map_err(why)?)
            }
            _ => {
                let why = "is given twice: choose one of client_secret, _env and _file";
                return Err(("client_secret", why.to_owned()));
            }
        };
        match text.trim() {
            "" => Err((key, "leads to an empty secret".to_owned())),
            text => Ok(Some(Secret(text.to_owned()))),
        }
    }

    fn scopes(&self) -> Result<Vec<String>, Wrong> {
        let open_id = matches!(self.kind, Kind::Google | Kind::Oidc);
        let scopes = self.scopes.clone().unwrap_or_else(|| match self.kind {
            Kind::GitHub => vec!["read:user".to_owned()],
            Kind::OAuth2 => Vec::new(),
            Kind::Google | Kind::Oidc => ["openid", "profile", "email"].map(str::to_owned).into(),
        });
        if scopes.iter().any(|scope| scope.is_empty() || scope.contains(char::is_whitespace)) {
            return Err(("scopes", "must be a list of words".to_owned()));
        }
        if open_id && !scopes.iter().any(|scope| scope == "openid") {
            return Err(("scopes", "must hold \"openid\"".to_owned()));
        }
        Ok(scopes)
    }

    fn open_id(&self) -> Result<Protocol, Wrong> {
        for (key, given) in [
            ("subject_field", &self.subject_field),
            ("name_field", &self.name_field),
            ("email_field", &self.email_field),
        ] {
            if given.is_some() {
                return Err((key, "is for kind = \"oauth2\" only".to_owned()));
            }
        }
        let google = matches!(self.kind, Kind::Google).then(|| GOOGLE.to_owned());
        let issuer = self.issuer.clone().or(google).ok_or_else(|| missing("issuer"))?;
        endpoint(&issuer).map_err(|why| ("issuer", why))?;
        let mut issuers = vec![issuer.clone()];
        if issuer == GOOGLE {
            issuers.push("accounts.google.com".to_owned());
        }
        let instead = Endpoints {
            authorize: url("authorize_url", self.authorize_url.as_deref())?,
            token: url("token_url", self.token_url.as_deref())?,
            userinfo: url("userinfo_url", self.userinfo_url.as_deref())?,
            jwks: url("jwks_url", self.jwks_url.as_deref())?,
        };
        Ok(Protocol::OpenId { issuer, issuers, instead })
    }

    fn oauth2(&self) -> Result<Protocol, Wrong> {
        if self.jwks_url.is_some() {
            return Err(("jwks_url", "is for OpenID Connect only".to_owned()));
        }
        let github = matches!(self.kind, Kind::GitHub);
        let required = |key, given: &Option<String>, at_github: &'static str| {
            let text = given.as_deref().or(github.then_some(at_github));
            url(key, text)?.ok_or_else(|| missing(key))
        };
        let field =
            |given: &Option<String>, usual: &str| given.clone().unwrap_or_else(|| usual.to_owned());
        Ok(Protocol::OAuth2 {
            authorize: required(
                "authorize_url",
                &self.authorize_url,
                "https://github.com/login/oauth/authorize",
            )?,
            token: required(
                "token_url",
                &self.token_url,
                "https://github.com/login/oauth/access_token",
            )?,
            userinfo: required("userinfo_url", &self.userinfo_url, "https://api.github.com/user")?,
            issuer: self.issuer.clone(),
            fields: Fields {
                subject: field(&self.subject_field, "id"),
                name: field(&self.name_field, "login"),
                email: field(&self.email_field, "email"),
            },
        })
    }
}

fn check_name(name: Option<&str>) -> Result<String, Wrong> {
    let name = name.ok_or_else(|| missing("name"))?;
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if name.is_empty() || name.len() > 32 || !name.bytes().all(plain) {
        let why = "must have 1 to 32 small letters a–z, digits and hyphens: it is part of URLs";
        return Err(("name", why.to_owned()));
    }
    Ok(name.to_owned())
}

fn url(key: &'static str, text: Option<&str>) -> Result<Option<Url>, Wrong> {
    text.map(|text| endpoint(text).map_err(|why| (key, why))).transpose()
}

fn missing(key: &'static str) -> Wrong {
    (key, "is missing".to_owned())
}

/// What is wrong with a file, without the line that is wrong: it may hold a secret, and what is said
/// here goes to the journal.
fn without_values(error: &toml::de::Error) -> String {
    let message = error.message();
    if message.contains("invalid type") || message.contains("invalid value") {
        "a value is of the wrong kind: secrets and names stand in quotes".to_owned()
    } else {
        message.lines().next().unwrap_or("it is not TOML").to_owned()
    }
}

#[cfg(test)]
mod tests;
