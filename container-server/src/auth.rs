//! Who may use the internal API: those who know its token.

use crate::{config::InternalToken, error::ApiError};
use actix_web::{
    Error, HttpRequest,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::AUTHORIZATION,
    middleware::Next,
};
use std::sync::Arc;
use subtle::ConstantTimeEq;

/// Lets a request pass that carries the token.
///
/// # Errors
/// [`ApiError::Unauthorised`].
pub(crate) async fn require(
    token: Arc<InternalToken>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let shown = bearer(request.request());
    // Every comparison takes the same time, wherever the difference is.
    let right = shown.is_some_and(|shown| bool::from(shown.as_bytes().ct_eq(token.0.as_bytes())));
    if right { next.call(request).await } else { Err(ApiError::Unauthorised.into()) }
}

/// RFC 6750, section 2.1; the scheme's case does not matter (RFC 9110, section 11.1).
fn bearer(request: &HttpRequest) -> Option<&str> {
    let (scheme, token) = request.headers().get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim_start())
}

#[cfg(test)]
mod tests {
    use super::bearer;
    use actix_web::test::TestRequest;

    #[test]
    fn the_token_is_found_in_the_header() {
        let table = [
            ("Bearer abc", Some("abc")),
            ("bearer  abc", Some("abc")),
            ("Basic abc", None),
            ("Bearer", None),
            ("", None),
        ];
        for (header, expected) in table {
            let request = TestRequest::default().insert_header(("Authorization", header));
            assert_eq!(bearer(&request.to_http_request()), expected, "{header}");
        }
        assert_eq!(bearer(&TestRequest::default().to_http_request()), None);
    }
}
