//! `/v2/<name>/blobs/<digest>`.

use super::CONTENT_DIGEST;
use crate::{
    Registry,
    failure::{RegistryError, Result},
    model::{Digest, RepositoryName},
    store::BlobStream,
};
use actix_web::{
    HttpRequest, HttpResponse,
    body::SizedStream,
    http::{
        Method,
        header::{self, Header, Range},
    },
    web,
};
use futures_util::{StreamExt, stream};

type Target = web::Path<(String, String)>;

/// A blob or one range of it; for HEAD, what there is to know about it.
pub async fn show(
    request: HttpRequest,
    registry: web::Data<Registry>,
    path: Target,
) -> Result<HttpResponse> {
    let (name, digest) = parse(path)?;
    let store = registry.store().store();
    let unknown = || RegistryError::BlobUnknown(digest.clone());
    let size = store.blob_size(&name, &digest).await?.ok_or_else(unknown)?;
    let range = satisfiable(&request, size)?;
    let mut response = match range {
        Some(_) => HttpResponse::PartialContent(),
        None => HttpResponse::Ok(),
    };
    response
        .content_type("application/octet-stream")
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((CONTENT_DIGEST, digest.to_string()))
        .insert_header((header::ETAG, format!("\"{digest}\"")));
    if let Some((first, last)) = range {
        response.insert_header((header::CONTENT_RANGE, format!("bytes {first}-{last}/{size}")));
    }
    let range = range.map_or(0..size, |(first, last)| first..last + 1);
    let length = range.end - range.start;
    let content: BlobStream = if *request.method() == Method::HEAD {
        stream::empty().boxed()
    } else {
        store.read_blob(&name, &digest, range).await?.ok_or_else(unknown)?
    };
    Ok(response.body(SizedStream::new(length, content)))
}

/// Takes a blob away from the repository.
pub async fn delete(registry: web::Data<Registry>, path: Target) -> Result<HttpResponse> {
    let (name, digest) = parse(path)?;
    if registry.store().store().delete_blob(&name, &digest).await? {
        Ok(HttpResponse::Accepted().finish())
    } else {
        Err(RegistryError::BlobUnknown(digest))
    }
}

fn parse(path: Target) -> Result<(RepositoryName, Digest)> {
    let (name, digest) = path.into_inner();
    Ok((name.parse()?, digest.parse()?))
}

/// The first and last byte of the range that is asked for. Several at once, and units other than
/// bytes, are answered with the whole blob, as RFC 9110 (section 14.2) allows; one that ends before
/// it begins cannot be satisfied.
fn satisfiable(request: &HttpRequest, size: u64) -> Result<Option<(u64, u64)>> {
    let asked = request.headers().get(header::RANGE).and_then(|value| value.to_str().ok());
    let Some(asked) = asked.filter(|_| *request.method() == Method::GET) else { return Ok(None) };
    if !asked.starts_with("bytes=") || asked.contains(',') {
        return Ok(None);
    }
    let range = match Range::parse(request) {
        Ok(Range::Bytes(ranges)) => ranges.first().and_then(|one| one.to_satisfiable_range(size)),
        _ => None,
    };
    range.map(Some).ok_or(RegistryError::RangeNotSatisfiable { size })
}
