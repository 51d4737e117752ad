//! Every URL of the registry: the endpoints of OCI Distribution 1.1, and `_catalog`.

use crate::{
    Registry,
    auth::Standing,
    error,
    failure::RegistryError,
    handlers::{base, blobs, catalog, manifests, referrers, tags, uploads},
};
use actix_web::{
    Error, HttpRequest, ResponseError,
    body::BoxBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::{Next, from_fn},
    web::{self, ServiceConfig, delete, get, head, patch, post, put},
};

/// Mounts the registry at `/v2`.
///
/// Do not wrap it in a compressing middleware: blobs carry their exact length and are compressed
/// already. The application's limits on payloads do not apply: bodies are read as streams.
pub fn routes(cfg: &mut ServiceConfig, registry: Registry) {
    let guarded = registry.clone();
    let other = || web::route().to(method_not_allowed);
    let resource = |path: &str| web::resource(path).default_service(other());
    cfg.service(
        web::scope("/v2")
            .app_data(web::Data::new(registry))
            .wrap(from_fn(move |request, next| guard(guarded.clone(), request, next)))
            .default_service(web::route().to(no_such_route))
            .service(resource("").route(get().to(base::show)).route(head().to(base::show)))
            .service(resource("/").route(get().to(base::show)).route(head().to(base::show)))
            .service(resource("/_catalog").route(get().to(catalog::list)))
            .service(resource("/{name:.+}/blobs/uploads").route(post().to(uploads::begin)))
            .service(resource("/{name:.+}/blobs/uploads/").route(post().to(uploads::begin)))
            .service(
                resource("/{name:.+}/blobs/uploads/{id}")
                    .route(get().to(uploads::show))
                    .route(patch().to(uploads::append))
                    .route(put().to(uploads::close))
                    .route(delete().to(uploads::cancel)),
            )
            .service(
                resource("/{name:.+}/blobs/{digest}")
                    .route(head().to(blobs::show))
                    .route(get().to(blobs::show))
                    .route(delete().to(blobs::delete)),
            )
            .service(
                resource("/{name:.+}/manifests/{reference}")
                    .route(head().to(manifests::show))
                    .route(get().to(manifests::show))
                    .route(put().to(manifests::push))
                    .route(delete().to(manifests::delete)),
            )
            .service(resource("/{name:.+}/tags/list").route(get().to(tags::list)))
            .service(resource("/{name:.+}/referrers/{digest}").route(get().to(referrers::list))),
    );
}

async fn no_such_route() -> Result<&'static str, RegistryError> {
    Err(RegistryError::NoSuchRoute)
}

async fn method_not_allowed() -> Result<&'static str, RegistryError> {
    Err(RegistryError::MethodNotAllowed)
}

/// Nothing that writes is reached without the right to. Every answer is made safe to open in a
/// browser: it shares its origin with the pages, and its content is a stranger's.
async fn guard(
    registry: Registry,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let mut response = match admit(&registry, request.request()) {
        Ok(()) => next.call(request).await?,
        Err(refusal) => request.into_response(refusal.error_response()),
    };
    let headers = response.headers_mut();
    set(headers, HeaderName::from_static("docker-distribution-api-version"), "registry/2.0");
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox");
    if registry.credentials().is_some() && !headers.contains_key(header::WWW_AUTHENTICATE) {
        // Clients that look before they push learn here how to show who they are (RFC 9110,
        // section 11.6.1, allows it on any answer).
        let (name, value) = error::challenge();
        headers.insert(name, value);
    }
    Ok(response)
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

fn admit(registry: &Registry, request: &HttpRequest) -> Result<(), RegistryError> {
    let Some(credentials) = registry.credentials() else { return Ok(()) };
    let given = request.headers().get(header::AUTHORIZATION);
    // What is not text is certainly wrong.
    let standing = credentials.judge(given.map(|value| value.to_str().unwrap_or_default()));
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    match standing {
        Standing::Known => Ok(()),
        Standing::Anonymous if reads => Ok(()),
        Standing::Anonymous | Standing::Refused => Err(RegistryError::Unauthorized),
    }
}
