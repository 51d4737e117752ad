//! How an error becomes an answer: its status, its headers, and a page or a problem document.

use super::Error;
use crate::{http::address, pages};
use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use container_api::{ClientError, Problem};
use std::fmt;

impl Error {
    /// Seconds after which another attempt makes sense.
    #[must_use]
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooMany { retry_after } | Self::TooOften { retry_after } => Some(*retry_after),
            Self::Containers(ClientError::Unreachable(_)) | Self::Redis(_) => Some(30),
            Self::Db(error) if error.is_passing() => Some(5),
            _ => None,
        }
    }

    /// What the answer's headers say besides.
    fn headers(&self) -> Vec<(header::HeaderName, String)> {
        let bearer = |words: &str| (header::WWW_AUTHENTICATE, format!("Bearer{words}"));
        let mut headers = match self {
            Self::WrongMethod { allow } => vec![(header::ALLOW, allow.clone())],
            Self::NeedsLogin { .. } => vec![bearer("")],
            Self::BadToken => vec![bearer(" error=\"invalid_token\"")],
            Self::ReadOnlyToken => {
                vec![bearer(" error=\"insufficient_scope\", scope=\"write\"")]
            }
            _ => Vec::new(),
        };
        if let Some(seconds) = self.retry_after() {
            headers.push((header::RETRY_AFTER, seconds.to_string()));
        }
        headers
    }

    fn log(&self, status: StatusCode) {
        if status.is_server_error() {
            tracing::error!(error = %self, "a request failed");
        }
    }
}

/// An error of a page.
#[derive(Debug)]
pub struct PageError(pub Error);

/// An error of the API.
#[derive(Debug)]
pub struct ApiError(pub Error);

impl<E: Into<Error>> From<E> for PageError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl<E: Into<Error>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        status(&self.0.problem())
    }

    fn error_response(&self) -> HttpResponse {
        if let Error::NeedsLogin { next } = &self.0 {
            return pages::see_other(&format!("/login?next={}", address::local_path(next)));
        }
        self.0.log(self.status_code());
        let problem = self.0.problem();
        let mut response = HttpResponse::build(status(&problem));
        for header in self.0.headers() {
            response.insert_header(header);
        }
        response.content_type("text/html; charset=utf-8").body(pages::error::render(&problem))
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        status(&self.0.problem())
    }

    fn error_response(&self) -> HttpResponse {
        self.0.log(self.status_code());
        let problem = self.0.problem();
        let mut response = HttpResponse::build(status(&problem));
        for header in self.0.headers() {
            response.insert_header(header);
        }
        response
            .insert_header((header::CONTENT_TYPE, container_api::problem::CONTENT_TYPE))
            .body(serde_json::to_string(&problem).unwrap_or_default())
    }
}

/// The error as fits the path: a problem document under `/api`, a page elsewhere.
#[must_use]
pub fn at(path: &str, error: Error) -> actix_web::Error {
    if address::is_api(path) { ApiError(error).into() } else { PageError(error).into() }
}

fn status(problem: &Problem) -> StatusCode {
    StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
