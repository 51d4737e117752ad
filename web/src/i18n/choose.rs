//! Choosing a request's language: by the switch, whose choice a cookie keeps, else by what the
//! browser asks for.

use super::{LANGUAGE, Language};
use actix_web::{
    HttpMessage, HttpRequest,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, AcceptLanguage, HeaderValue},
    middleware::Next,
};

/// Keeps the choice of the switch.
pub const COOKIE: &str = "language";

/// The middleware.
pub async fn speak(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let language = of(request.request());
    let mut response = LANGUAGE.scope(language, next.call(request)).await?;
    let headers = response.headers_mut();
    if is_text(headers.get(header::CONTENT_TYPE)) {
        let code = HeaderValue::from_static(language.code());
        headers.insert(header::CONTENT_LANGUAGE, code);
        headers.append(header::VARY, HeaderValue::from_static("accept-language, cookie"));
    }
    Ok(response)
}

fn is_text(content_type: Option<&HeaderValue>) -> bool {
    content_type.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

fn of(request: &HttpRequest) -> Language {
    let chosen = request.cookie(COOKIE).and_then(|cookie| Language::of_tag(cookie.value()));
    chosen.or_else(|| asked_for(request)).unwrap_or_default()
}

/// The first that is spoken here, of those that the browser ranks.
fn asked_for(request: &HttpRequest) -> Option<Language> {
    let wishes = request.get_header::<AcceptLanguage>()?;
    wishes.ranked().iter().find_map(|tag| Language::of_tag(&tag.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::{cookie::Cookie, test::TestRequest};

    #[test]
    fn the_switch_counts_before_the_browser() {
        use Language::{English, Korean};
        for (cookie, accept, language) in [
            ("", "", English),
            ("", "ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", Korean),
            ("", "en;q=0.7, ko;q=0.8", Korean),
            ("", "de, en;q=0.5, ko;q=0.4", English),
            ("", "de, fr", English),
            ("", "*", English),
            ("ko", "en", Korean),
            ("en", "ko", English),
            ("tlh", "ko", Korean),
        ] {
            let mut request = TestRequest::default();
            if !cookie.is_empty() {
                request = request.cookie(Cookie::new(COOKIE, cookie));
            }
            if !accept.is_empty() {
                request = request.insert_header((header::ACCEPT_LANGUAGE, accept));
            }
            assert_eq!(of(&request.to_http_request()), language, "{cookie:?}, {accept:?}");
        }
    }
}
