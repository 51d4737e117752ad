//! What an OpenID provider says of itself, under `/.well-known/openid-configuration`.

use super::{config::endpoint, error::ProviderError, http::Http};
use serde::Deserialize;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use url::Url;

/// How long a description is believed.
const KEPT: Duration = Duration::from_secs(3_600);

#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: Option<String>,
    jwks_uri: String,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// The part of it that is used, checked.
#[derive(Debug, Clone)]
pub struct Metadata {
    /// Where browsers are sent.
    pub authorize: Url,
    /// Where codes are exchanged.
    pub token: Url,
    /// Where more is said of an account.
    pub userinfo: Option<Url>,
    /// Where the public keys are.
    pub jwks: Url,
    /// Whether each answer carries `iss` (RFC 9207).
    pub says_issuer: bool,
}

/// A description, fetched when it is needed.
#[derive(Debug, Default)]
pub struct Discovery(Mutex<Option<(Instant, Arc<Metadata>)>>);

impl Discovery {
    /// The description of `issuer`. An older one serves while the provider does not answer.
    pub async fn get(&self, http: &Http, issuer: &str) -> Result<Arc<Metadata>, ProviderError> {
        let known = self.known();
        if let Some((at, metadata)) = &known
            && at.elapsed() < KEPT
        {
            return Ok(metadata.clone());
        }
        match fetch(http, issuer).await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                let fresh = Some((Instant::now(), metadata.clone()));
                *self.0.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
                Ok(metadata)
            }
            Err(error) => match known {
                Some((_, metadata)) => {
                    tracing::warn!(issuer, %error, "an older description of the provider serves");
                    Ok(metadata)
                }
                None => Err(error),
            },
        }
    }

    fn known(&self) -> Option<(Instant, Arc<Metadata>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn fetch(http: &Http, issuer: &str) -> Result<Metadata, ProviderError> {
    let text = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let url = Url::parse(&text).map_err(|error| ProviderError::Discovery(error.to_string()))?;
    read(http.json(&url, None).await?, issuer)
}

fn read(document: Document, issuer: &str) -> Result<Metadata, ProviderError> {
    // Somebody else's description would have us send codes and secrets to them.
    if document.issuer != issuer {
        let said: String = document.issuer.chars().take(200).collect();
        return Err(ProviderError::Discovery(format!("its issuer is {said:?}, not {issuer:?}")));
    }
    let check = |name: &str, text: &str| {
        endpoint(text).map_err(|why| ProviderError::Discovery(format!("{name}: {why}")))
    };
    let userinfo = document.userinfo_endpoint.as_deref();
    Ok(Metadata {
        authorize: check("authorization_endpoint", &document.authorization_endpoint)?,
        token: check("token_endpoint", &document.token_endpoint)?,
        userinfo: userinfo.map(|text| check("userinfo_endpoint", text)).transpose()?,
        jwks: check("jwks_uri", &document.jwks_uri)?,
        says_issuer: document.authorization_response_iss_parameter_supported,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_its_own_description_holds() {
        let good = json!({
            "issuer": "https://id.example",
            "authorization_endpoint": "https://id.example/authorize",
            "token_endpoint": "https://id.example/token",
            "jwks_uri": "https://id.example/keys",
        });
        let read = |value| read(serde_json::from_value(value).unwrap(), "https://id.example");
        let metadata = read(good.clone()).unwrap();
        assert_eq!(metadata.token.as_str(), "https://id.example/token");
        assert!(!metadata.says_issuer && metadata.userinfo.is_none());
        for (field, value) in [
            ("issuer", "https://evil.example"),
            ("issuer", "https://id.example/"),
            ("token_endpoint", "http://id.example/token"),
            ("token_endpoint", "file:///etc/passwd"),
            ("jwks_uri", "nonsense"),
        ] {
            let mut bad = good.clone();
            bad[field] = value.into();
            assert!(read(bad).is_err(), "{field}: {value}");
        }
    }
}
