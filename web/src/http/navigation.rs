//! Is this a person who goes to a page, and not a program that looks at it?
//!
//! Browsers say by `Sec-Fetch-*` what a request is for, and no page can make them say otherwise.
//! They do so on `https` and on the machine itself; elsewhere, and to old browsers, the answer is no.

use super::address::header_text;
use actix_web::{HttpRequest, http::Method};

/// Whether a person's click on a page brought this request about, and they are about to see the page.
/// What comes out of nowhere (`Sec-Fetch-Site: none`) is an address that was typed or pasted, or a
/// crawler that drives a browser: nobody clicked.
#[must_use]
pub fn is_persons(request: &HttpRequest) -> bool {
    let says = |name, value| header_text(request, name) == Some(value);
    let early = ["sec-purpose", "purpose", "x-purpose", "x-moz"];
    request.method() == Method::GET
        && says("sec-fetch-user", "?1")
        && says("sec-fetch-mode", "navigate")
        && says("sec-fetch-dest", "document")
        && header_text(request, "sec-fetch-site").is_some_and(|site| site != "none")
        && !early.iter().any(|name| request.headers().contains_key(*name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn who_is_taken_for_a_person() {
        let click = [
            ("sec-fetch-user", "?1"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
            ("sec-fetch-site", "cross-site"),
        ];
        let is = |method: Method, headers: &[(&str, &str)]| {
            let mut request = TestRequest::default().method(method);
            for header in headers {
                request = request.append_header(*header);
            }
            is_persons(&request.to_http_request())
        };
        assert!(is(Method::GET, &click));
        assert!(!is(Method::HEAD, &click));
        assert!(!is(Method::GET, &[]), "curl");
        for missing in 0..click.len() {
            let mut less = click.to_vec();
            less.remove(missing);
            assert!(!is(Method::GET, &less), "without {:?}", click[missing]);
        }
        for more in [
            ("sec-purpose", "prefetch"),
            ("sec-purpose", "prefetch;prerender"),
            ("purpose", "prefetch"),
            ("x-moz", "prefetch"),
        ] {
            assert!(!is(Method::GET, &[&click[..], &[more]].concat()), "{more:?}");
        }
        for other in [
            ("sec-fetch-mode", "no-cors"),
            ("sec-fetch-dest", "iframe"),
            ("sec-fetch-site", "none"),
        ] {
            let mut changed = click.to_vec();
            changed.retain(|header| header.0 != other.0);
            changed.push(other);
            assert!(!is(Method::GET, &changed), "{other:?}");
        }
    }
}
