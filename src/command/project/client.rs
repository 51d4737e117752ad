//! Calls of a server's API, and what is said when one fails.

use super::token;
use crate::cli;
use anyhow::{Context, anyhow};
use container_api::Problem;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use std::{fmt::Write, time::Duration};
use web::TokenSecret;

const CONNECT: Duration = Duration::from_secs(10);

/// A server, and who calls.
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<TokenSecret>,
}

impl Client {
    pub fn new(options: &cli::Server) -> anyhow::Result<Self> {
        let base = options.server.trim_end_matches('/').to_owned();
        if !base.starts_with("http://") && !base.starts_with("https://") {
            anyhow::bail!("{base} is not the address of a server: it begins with https://");
        }
        let token = token::find(options.token.as_deref())?;
        let http = reqwest::Client::builder()
            // A guest is known by a cookie.
            .cookie_store(true)
            .connect_timeout(CONNECT)
            // A token goes where it was meant to go, and a terminal is an upgrade of HTTP/1.1.
            .redirect(reqwest::redirect::Policy::none())
            .http1_only()
            .build()?;
        Ok(Self { http, base, token })
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Whether anybody in particular calls.
    pub fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// A call of the API.
    pub fn call(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, self.url(path));
        match &self.token {
            Some(token) => request.bearer_auth(token.reveal()),
            None => request,
        }
    }

    /// A call of an address that the server gave, without the token.
    pub fn open(&self, url: &str) -> RequestBuilder {
        self.http.get(url)
    }

    /// Sends a call; what is no success becomes an error for people.
    pub async fn send(&self, request: RequestBuilder) -> anyhow::Result<Response> {
        let response = request.send().await.map_err(|error| self.unreachable(error))?;
        if response.status().is_success() || response.status() == StatusCode::SWITCHING_PROTOCOLS {
            return Ok(response);
        }
        let status = response.status();
        let problem = response.json::<Problem>().await.map_err(|_| {
            anyhow!(
                "{} answered {status}, and not as trythis does. Is the address right? Give it by \
                 --server or TRYTHIS_URL.",
                self.base
            )
        })?;
        Err(self.refused(&problem))
    }

    /// Sends a call, and reads its answer.
    pub async fn read<T: serde::de::DeserializeOwned>(
        &self,
        request: RequestBuilder,
    ) -> anyhow::Result<T> {
        let response = self.send(request).await?;
        let said = || format!("{} answered what this version does not understand", self.base);
        response.json().await.with_context(said)
    }

    fn unreachable(&self, error: reqwest::Error) -> anyhow::Error {
        let hint = format!(
            "{} cannot be reached. Is the server running? Give another address by --server or \
             TRYTHIS_URL",
            self.base
        );
        anyhow::Error::new(error.without_url()).context(hint)
    }

    fn refused(&self, problem: &Problem) -> anyhow::Error {
        let mut text = format!("{}. {}", problem.title, problem.detail);
        if !problem.errors.is_empty() {
            text = problem.title.clone();
            for error in &problem.errors {
                let field = if error.field.is_empty() { "request" } else { &error.field };
                // Writing to a string does not fail.
                let _ = write!(text, "\n  {field}: {}", error.detail);
            }
        }
        if problem.status == 401 {
            let _ = write!(
                text,
                "\nMake a token at {} and give it by --token, TRYTHIS_TOKEN or the file \
                 ~/.config/trythis/token.",
                self.url("/account/tokens")
            );
        }
        anyhow!(plain(&text))
    }
}

/// Text without what would move a terminal's cursor or change its colours.
pub fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}
