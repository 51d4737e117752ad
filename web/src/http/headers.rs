//! The headers that every answer carries, so that a mistake elsewhere stays small.

use super::address::{self, Origin};
use crate::service::Services;
use actix_web::{
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, HeaderName, HeaderValue},
    middleware::Next,
    web,
};

const FIXED: [(HeaderName, HeaderValue); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=()",
        ),
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")),
];

/// The middleware. A handler's own headers stay.
pub async fn secure(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let mut response = next.call(request).await?;
    let policy = policy(&address::origin_of(response.request()), None);
    let services = response.request().app_data::<web::Data<Services>>();
    let only_https = services.is_some_and(|services| services.secure_cookies);
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        if !headers.contains_key(&name) {
            headers.insert(name, value);
        }
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY)
        && let Ok(policy) = HeaderValue::from_str(&policy)
    {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    if only_https {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    Ok(response)
}

/// The Content-Security-Policy. A nonce lets one page's script add style elements: xterm.js makes
/// its own.
#[must_use]
pub fn policy(origin: &Origin, style_nonce: Option<&str>) -> String {
    policy_within(origin, style_nonce, &[])
}

/// The same for a page that these origins may frame, each checked by [`crate::input::parents`].
#[must_use]
pub fn policy_within(origin: &Origin, style_nonce: Option<&str>, parents: &[String]) -> String {
    let nonce = style_nonce.map(|nonce| format!(" 'nonce-{nonce}'")).unwrap_or_default();
    let socket = origin.ws();
    let parents = if parents.is_empty() { "'none'".to_owned() } else { parents.join(" ") };
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'{nonce}; \
         img-src 'self' data: https:; font-src 'self'; connect-src 'self' {socket}; \
         form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors {parents}"
    )
}
