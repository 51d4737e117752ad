//! Asking another site from this server: within a time, up to a size, and never anybody whom the
//! asker could not ask as well.
//!
//! Sites of the public Internet are asked over https, at public addresses: those that the name has
//! are looked at as it is resolved, and exactly those are connected to. A site that the operator
//! named may be anywhere. Redirects are followed within a site only.

use super::public::is_public;
use reqwest::{
    Client, Response, StatusCode,
    dns::{Addrs, Name, Resolve, Resolving},
    header::{ACCEPT, CONTENT_TYPE},
    redirect::{Attempt, Policy},
};
use serde::de::DeserializeOwned;
use std::{io, net::SocketAddr, time::Duration};
use url::Url;

const TIME_LIMIT: Duration = Duration::from_secs(5);
/// The largest answer that is read, in bytes.
const LONGEST: usize = 1 << 20;
/// How often a site may send on: repositories move.
const REDIRECTS: usize = 2;

/// Why there is no answer. The texts are for the log.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Nothing is known under this address.
    #[error("there is nothing at this address")]
    NotThere,
    /// The site does not wish to answer.
    #[error("the site answered with the status {0}")]
    Refused(u16),
    /// Nobody answered in time, or nobody who may be asked.
    #[error("unreachable: {0}")]
    Unreachable(String),
    /// An answer that was not expected.
    #[error("unreadable: {0}")]
    Unreadable(String),
}

/// Resolves names to public addresses only.
struct Public;

impl Resolve for Public {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|at| is_public(at.ip())).collect();
            if public.is_empty() {
                let message = format!("{} has no public address", name.as_str());
                return Err(io::Error::other(message).into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Whom to ask, and how far the site is believed.
#[derive(Debug, Clone)]
pub struct Question {
    /// Where.
    pub url: Url,
    /// Whether the operator named the site.
    pub trusted: bool,
}

/// One HTTP client for the public Internet, one for the operator's own sites.
#[derive(Debug)]
pub struct Clients {
    public: Client,
    trusted: Client,
}

impl Clients {
    /// Makes both.
    pub fn new() -> Result<Self, reqwest::Error> {
        let builder = || {
            Client::builder()
                .timeout(TIME_LIMIT)
                .redirect(Policy::custom(within_the_site))
                .user_agent(concat!("trythis/", env!("CARGO_PKG_VERSION")))
                // A proxy would resolve the names itself.
                .no_proxy()
        };
        let public = builder().https_only(true).dns_resolver(Public).build()?;
        Ok(Self { public, trusted: builder().build()? })
    }

    /// The JSON document at an address.
    pub async fn json<T: DeserializeOwned>(&self, question: Question) -> Result<T, AskError> {
        let Question { url, trusted } = question;
        let client = if trusted {
            &self.trusted
        } else {
            // An address in numbers is not resolved, so it would pass by the look at it.
            if !matches!(url.host(), Some(url::Host::Domain(_))) {
                return Err(AskError::Unreachable("an address in numbers".to_owned()));
            }
            &self.public
        };
        let response = client.get(url).header(ACCEPT, "application/json").send().await;
        let response = response.map_err(|error| AskError::Unreachable(chain(&error)))?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND | StatusCode::GONE => return Err(AskError::NotThere),
            status if status.is_redirection() => {
                return Err(AskError::Unreadable("it sends on to another site".to_owned()));
            }
            status => return Err(AskError::Refused(status.as_u16())),
        }
        if !is_json(&response) {
            return Err(AskError::Unreadable("it is not JSON".to_owned()));
        }
        let body = body(response).await?;
        serde_json::from_slice(&body).map_err(|error| AskError::Unreadable(error.to_string()))
    }
}

fn within_the_site(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let before = attempt.previous();
    let same = before.last().is_some_and(|last| last.origin() == attempt.url().origin());
    if same && before.len() <= REDIRECTS { attempt.follow() } else { attempt.stop() }
}

fn is_json(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

async fn body(mut response: Response) -> Result<Vec<u8>, AskError> {
    let mut body = Vec::new();
    loop {
        let chunk = response.chunk().await;
        match chunk.map_err(|error| AskError::Unreachable(chain(&error)))? {
            Some(chunk) if body.len() + chunk.len() > LONGEST => {
                return Err(AskError::Unreadable(format!("it has more than {LONGEST} bytes")));
            }
            Some(chunk) => body.extend_from_slice(&chunk),
            None => return Ok(body),
        }
    }
}

/// An error with what caused it: reqwest's own texts leave that out.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn nobody_behind_the_walls_is_asked() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let clients = Clients::new().unwrap();
        for (address, says) in [
            ("https://localhost:9/", "no public address"),
            ("https://127.0.0.1:9/", "in numbers"),
            ("https://[::1]:9/", "in numbers"),
            ("https://2130706433/", "in numbers"),
            ("https://0x7f.1/", "in numbers"),
            ("http://localhost:9/", "unreachable"),
        ] {
            let question = Question { url: address.parse().unwrap(), trusted: false };
            let error = clients.json::<serde_json::Value>(question).await.unwrap_err();
            assert!(error.to_string().contains(says), "{address}: {error}");
        }
    }
}
