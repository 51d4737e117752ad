//! Refuses changes that another site asks for.
//!
//! Browsers say by `Sec-Fetch-Site` or `Origin` where a request comes from; programs send neither
//! and carry nobody's cookies by accident. Forms carry a token besides ([`super::csrf`]). Where an
//! API token decides who asks, cookies count for nothing, so there is nothing to protect.

use super::{
    address::{self, header_text},
    bearer,
};
use crate::error::{self, Error};
use actix_web::{
    HttpRequest,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::Method,
    middleware::Next,
};

/// The middleware.
pub async fn refuse_other_sites(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if is_believed(request.request()) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let response = error::at(request.path(), Error::CrossSite).error_response();
    Ok(request.into_response(response))
}

fn is_believed(request: &HttpRequest) -> bool {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return true;
    }
    if bearer::is_borne(request) {
        return true;
    }
    match header_text(request, "sec-fetch-site") {
        // `none` is a person's own doing, such as a bookmark.
        Some(site) => matches!(site, "same-origin" | "none"),
        None => match request.headers().get("origin") {
            Some(origin) => {
                origin.to_str().is_ok_and(|origin| address::origin_of(request).is(origin))
            }
            None => true,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn who_is_believed() {
        for (method, headers, believed) in [
            (Method::GET, vec![("sec-fetch-site", "cross-site")], true),
            (Method::POST, vec![], true),
            (Method::POST, vec![("sec-fetch-site", "same-origin")], true),
            (Method::POST, vec![("sec-fetch-site", "none")], true),
            (Method::POST, vec![("sec-fetch-site", "same-site")], false),
            (Method::DELETE, vec![("sec-fetch-site", "cross-site")], false),
            (Method::POST, vec![("origin", "http://localhost")], true),
            (Method::POST, vec![("origin", "http://evil.example")], false),
            (Method::POST, vec![("origin", "null")], false),
        ] {
            let mut request = TestRequest::default().method(method.clone());
            for header in headers.clone() {
                request = request.insert_header(header);
            }
            assert_eq!(is_believed(&request.to_http_request()), believed, "{method} {headers:?}");
        }
    }
}
