//! Answers that browsers may keep, and ask for again cheaply.

use super::address::header_text;
use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    body::{self, MessageBody},
    http::header,
};

/// Something that browsers may keep.
pub struct Cached<B> {
    /// Its hash, without quotes.
    pub tag: String,
    /// `Cache-Control`.
    pub keep: &'static str,
    /// `Content-Type`.
    pub media_type: &'static str,
    /// The thing itself.
    pub body: B,
}

impl<B: MessageBody + 'static> Cached<B> {
    /// The thing, or 304 for who has it already.
    #[must_use]
    pub fn respond(self, request: &HttpRequest) -> HttpResponse {
        let tag = format!("\"{}\"", self.tag);
        let head = |response: &mut HttpResponseBuilder| {
            response
                .insert_header((header::ETAG, tag.as_str()))
                .insert_header((header::CACHE_CONTROL, self.keep))
                .insert_header((header::CONTENT_TYPE, self.media_type));
        };
        if header_text(request, "if-none-match").is_some_and(|tags| names(tags, &tag)) {
            let mut response = HttpResponse::NotModified();
            head(&mut response);
            // Neither a body nor a length: it would be read as that of the thing.
            return response.body(body::None::new());
        }
        let mut response = HttpResponse::Ok();
        head(&mut response);
        response.body(self.body)
    }
}

/// Whether an `If-None-Match` names a tag. Proxies that compress mark tags as weak.
fn names(tags: &str, tag: &str) -> bool {
    tags.split(',')
        .map(str::trim)
        .any(|other| other == "*" || other.trim_start_matches("W/") == tag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::{body::BodySize, test::TestRequest};

    #[test]
    fn who_has_it_gets_no_body() {
        for (tags, status) in
            [("\"a\"", 304), ("\"b\", W/\"a\"", 304), ("*", 304), ("\"b\"", 200), ("a", 200)]
        {
            let request = TestRequest::get().insert_header(("if-none-match", tags));
            let thing =
                Cached { tag: "a".to_owned(), keep: "no-cache", media_type: "text/x", body: "it" };
            let response = thing.respond(&request.to_http_request());
            assert_eq!(response.status(), status, "{tags}");
            let told = response.headers().get("etag").unwrap();
            assert_eq!(told, "\"a\"");
            let size = if status == 200 { BodySize::Sized(2) } else { BodySize::None };
            assert_eq!(response.body().size(), size, "{tags}");
        }
    }
}
