//! Where does an address lead that is nearly right: `/p/JQ`, `/p/jq/`, `/login/`?
//!
//! Somebody wrote it by hand, or a program put a slash behind it. There is nothing at it, so it
//! costs no other page anything to look once more.

use crate::{models::projects, service::Services};
use actix_web::{
    HttpRequest, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{StatusCode, header},
    middleware::Next,
    web,
};

/// The middleware: sends whoever finds nothing to the page that they meant.
pub async fn lead(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, actix_web::Error> {
    let (request, response) = next.call(request).await?.into_parts();
    let response = match response.status() {
        StatusCode::NOT_FOUND => match meant(&request).await {
            Some(place) => {
                HttpResponse::PermanentRedirect().insert_header((header::LOCATION, place)).finish()
            }
            None => response.map_into_boxed_body(),
        },
        _ => response.map_into_boxed_body(),
    };
    Ok(ServiceResponse::new(request, response))
}

/// The address that somebody meant, if there is a page at it.
async fn meant(request: &HttpRequest) -> Option<String> {
    if !request.method().is_safe() {
        return None;
    }
    let path = request.uri().path();
    let tidy = tidy(path);
    if tidy == path || !request.resource_map().has_resource(&tidy) {
        return None;
    }
    if let Some(slug) = slug_of(&tidy) {
        let (services, slug) = (request.app_data::<web::Data<Services>>()?, slug.to_owned());
        // What cannot be looked up stays where it is.
        services.db.read(move |conn| projects::exists(conn, &slug)).await.ok().filter(|is| *is)?;
    }
    Some(match request.uri().query() {
        Some(query) => format!("{tidy}?{query}"),
        None => tidy,
    })
}

/// A path without slashes behind it, with its project in lower case. One slash leads it, so that
/// it is of this site.
fn tidy(path: &str) -> String {
    let path = format!("/{}", path.trim_matches('/'));
    match slug_of(&path) {
        Some(slug) => {
            format!("/p/{}{}", slug.to_ascii_lowercase(), &path["/p/".len() + slug.len()..])
        }
        None => path,
    }
}

fn slug_of(path: &str) -> Option<&str> {
    path.strip_prefix("/p/")?.split('/').next()
}

#[cfg(test)]
mod tests {
    use super::tidy;

    #[test]
    fn what_is_nearly_right_is_put_right() {
        for (path, tidied) in [
            ("/", "/"),
            ("/p/jq", "/p/jq"),
            ("/p/JQ", "/p/jq"),
            ("/p/jq/", "/p/jq"),
            ("/p/Jq/Manage//", "/p/jq/Manage"),
            ("/p/P", "/p/p"),
            ("/P/jq", "/P/jq"),
            ("/login/", "/login"),
            ("//evil.example/", "/evil.example"),
            ("/p/", "/p"),
        ] {
            assert_eq!(tidy(path), tidied, "{path}");
        }
    }
}
