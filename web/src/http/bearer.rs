//! `Authorization: Bearer …`: a program that comes with a token.
//!
//! Tokens open the API alone: elsewhere the header belongs to a proxy in front, or to nobody. A
//! token that does not hold is refused; its bearer is never taken for a guest, and a cookie that
//! comes along counts for nothing.

use super::address;
use crate::{
    error::Error,
    models::{tokens::Token, users::User},
    service::Services,
    tokens,
};
use actix_web::{HttpRequest, http::header::AUTHORIZATION, web};

/// Somebody who came by a token.
pub struct Bearer {
    /// Whose token it is.
    pub user: User,
    /// The token.
    pub token: Token,
}

/// Who bears a token, if the request carries one.
///
/// # Errors
/// [`Error::BadToken`] when it does not hold.
pub async fn of(request: &HttpRequest) -> Result<Option<Bearer>, Error> {
    let (Some(text), Some(services)) = (token(request), request.app_data::<web::Data<Services>>())
    else {
        return Ok(None);
    };
    let (user, token) = tokens::holder(services, text).await?;
    Ok(Some(Bearer { user, token }))
}

/// Whether the request carries a token, be it good or not.
#[must_use]
pub fn is_borne(request: &HttpRequest) -> bool {
    token(request).is_some()
}

fn token(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get(AUTHORIZATION).filter(|_| address::is_api(request.path()))?;
    // What is no text is no token, and an attempt at one for all that.
    let value = value.to_str().unwrap_or("Bearer ");
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn where_a_token_counts() {
        for (path, value, found) in [
            ("/api/v1/me", "Bearer abc", Some("abc")),
            ("/api/v1/me", "bearer  abc ", Some("abc")),
            ("/api/v1/me", "Bearer", Some("")),
            ("/api/v1/me", "Basic abc", None),
            ("/projects", "Bearer abc", None),
        ] {
            let request = TestRequest::with_uri(path).insert_header((AUTHORIZATION, value));
            assert_eq!(token(&request.to_http_request()), found, "{path} {value}");
        }
    }
}
