//! How providers are asked: with a time limit, a size limit, and without following redirects.

use super::error::ProviderError;
use oauth2::{HttpRequest, HttpResponse};
use reqwest::{Client, Request, Response, StatusCode, header, redirect};
use serde::de::DeserializeOwned;
use std::time::Duration;
use url::Url;

/// The largest answer that is read, in bytes.
const LONGEST: usize = 256 << 10;

/// An HTTP client for one provider.
#[derive(Debug, Clone)]
pub struct Http(Client);

impl Http {
    /// A client whose requests may take `limit` each.
    pub fn new(limit: Duration) -> Result<Self, reqwest::Error> {
        Client::builder()
            .timeout(limit)
            .redirect(redirect::Policy::none())
            .user_agent(concat!("trythis/", env!("CARGO_PKG_VERSION")))
            .build()
            .map(Self)
    }

    /// A JSON document, with a bearer token where one is given.
    pub async fn json<T: DeserializeOwned>(
        &self,
        url: &Url,
        token: Option<&str>,
    ) -> Result<T, ProviderError> {
        let mut request = self.0.get(url.clone()).header(header::ACCEPT, "application/json");
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await?;
        if response.status() != StatusCode::OK {
            return Err(ProviderError::Status(url.path().to_owned(), response.status().as_u16()));
        }
        let body = body(response).await?;
        serde_json::from_slice(&body)
            .map_err(|error| ProviderError::Json(url.path().to_owned(), error.to_string()))
    }

    /// What the oauth2 crate asks for.
    pub async fn send(&self, request: HttpRequest) -> Result<HttpResponse, ProviderError> {
        let response = self.0.execute(Request::try_from(request)?).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut answer = HttpResponse::new(body(response).await?);
        *answer.status_mut() = status;
        *answer.headers_mut() = headers;
        Ok(answer)
    }
}

async fn body(mut response: Response) -> Result<Vec<u8>, ProviderError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > LONGEST {
            return Err(ProviderError::TooLong(LONGEST));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
