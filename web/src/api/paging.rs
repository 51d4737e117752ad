//! Long lists, a page at a time: `limit`, `after`, and a link to the next page in the body
//! (`next`) and in the header `Link`.

use super::ApiResult;
use crate::{
    error::{ApiError, Error},
    http::mark,
    i18n::{fill, t},
    input::FieldErrors,
    models::listing::Mark,
};
use actix_web::{FromRequest, HttpRequest, HttpResponse, dev::Payload, http::header::LINK, web};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use std::future::{Ready, ready};

const LIMIT: i64 = 50;
const MOST: i64 = 100;

/// The part of the address behind the question mark.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let query = web::Query::<T>::from_query(request.query_string());
        ready(match query {
            Ok(query) => Ok(Self(query.into_inner())),
            Err(error) => {
                let message = fill(
                    t("The part behind the question mark does not fit: {why}."),
                    &[("why", &error)],
                );
                Err(Error::BadRequest(message).into())
            }
        })
    }
}

/// Which page of a list by time is asked for.
#[derive(Deserialize)]
pub struct ByTime {
    limit: Option<i64>,
    after: Option<String>,
}

impl ByTime {
    /// How many are wanted, and from where on.
    pub fn read(&self) -> Result<(i64, Option<Mark>), Error> {
        Ok((limit(self.limit)?, mark(self.after.as_deref())?))
    }
}

/// How many are wanted on a page.
pub fn limit(wish: Option<i64>) -> Result<i64, Error> {
    let limit = wish.unwrap_or(LIMIT);
    if (1..=MOST).contains(&limit) {
        return Ok(limit);
    }
    Err(Error::Fields(FieldErrors::of(
        "limit",
        fill(t("A page has 1 to {n} of them."), &[("n", &MOST)]),
    )))
}

/// An `after` that no page ended with.
fn not_from_next() -> Error {
    Error::Fields(FieldErrors::of("after", t("Take this from `next`, as it is.")))
}

/// Reads where a list by number goes on.
pub fn number(text: Option<&str>) -> Result<Option<i64>, Error> {
    let read = |text: &str| text.parse().ok().filter(|number| *number >= 0);
    text.map(|text| read(text).ok_or_else(not_from_next)).transpose()
}

/// Reads where a list by time goes on.
fn mark(text: Option<&str>) -> Result<Option<Mark>, Error> {
    text.map(|text| mark::read(text).ok_or_else(not_from_next)).transpose()
}

/// Checks a name in an address: small letters, digits and hyphens, as slugs and user names are.
pub fn check_name(field: &'static str, name: Option<&str>) -> Result<(), Error> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    match name {
        Some(name) if name.is_empty() || name.len() > 64 || !name.bytes().all(plain) => {
            let message = t("This has 1 to 64 small letters a–z, digits and hyphens.");
            Err(Error::Fields(FieldErrors::of(field, message)))
        }
        _ => Ok(()),
    }
}

/// A page of a list: one more than `limit` was asked for, to see whether there are more.
pub fn respond<T: Serialize>(
    request: &HttpRequest,
    name: &str,
    mut rows: Vec<T>,
    limit: i64,
    mark: impl FnOnce(&T) -> String,
) -> ApiResult {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|last| next(request, &mark(last)));
    let rows = serde_json::to_value(rows).map_err(|error| Error::Unwritable(error.to_string()))?;
    let body = Map::from_iter([
        (name.to_owned(), rows),
        ("next".to_owned(), next.clone().map_or(Value::Null, Value::String)),
    ]);
    let mut response = HttpResponse::Ok();
    if let Some(next) = next {
        response.insert_header((LINK, format!("<{next}>; rel=\"next\"")));
    }
    Ok(response.json(body))
}

/// The address of the next page: this one's, with another `after`.
fn next(request: &HttpRequest, mark: &str) -> String {
    let others = request.query_string().split('&');
    let kept = others.filter(|pair| !pair.is_empty() && !pair.starts_with("after="));
    let mut pairs: Vec<&str> = kept.collect();
    let after = format!("after={mark}");
    pairs.push(&after);
    format!("{}?{}", request.path(), pairs.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn the_next_page_is_like_this_one() {
        for (uri, expected) in [
            ("/a", "/a?after=m"),
            ("/a?", "/a?after=m"),
            ("/a?limit=2&after=x", "/a?limit=2&after=m"),
            ("/a?after=x&owner=ada", "/a?owner=ada&after=m"),
        ] {
            assert_eq!(next(&TestRequest::with_uri(uri).to_http_request(), "m"), expected);
        }
    }
}
