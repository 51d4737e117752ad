//! `/v2/<name>/manifests/<tag-or-digest>`.

use super::{CONTENT_DIGEST, query::Query};
use crate::{
    Registry,
    failure::{RegistryError, Result},
    model::{InvalidReference, MAX_MANIFEST_BYTES, Reference, RepositoryName, Tag},
};
use actix_web::{HttpRequest, HttpResponse, http::header, web};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;

type Target = web::Path<(String, String)>;

/// A manifest, byte for byte as it was pushed.
pub async fn show(registry: web::Data<Registry>, path: Target) -> Result<HttpResponse> {
    let (name, reference) = existing(path)?;
    let manifest = registry.store().find(&name, &reference).await?;
    let manifest = manifest.ok_or_else(|| RegistryError::ManifestUnknown(reference.to_string()))?;
    Ok(HttpResponse::Ok()
        .content_type(manifest.media_type)
        .insert_header((CONTENT_DIGEST, manifest.digest.to_string()))
        .insert_header((header::ETAG, format!("\"{}\"", manifest.digest)))
        .body(manifest.bytes))
}

/// Stores a manifest under a tag, or under its digest and any number of tags.
pub async fn push(
    request: HttpRequest,
    registry: web::Data<Registry>,
    path: Target,
    body: web::Payload,
) -> Result<HttpResponse> {
    let (name, reference) = path.into_inner();
    let (name, reference): (RepositoryName, Reference) = (name.parse()?, reference.parse()?);
    let query = Query::of(&request)?;
    let more_tags = match reference {
        Reference::Digest(_) => query.all("tag").map(str::parse).collect::<Result<_, _>>()?,
        Reference::Tag(_) => Vec::<Tag>::new(),
    };
    let media_type = request.headers().get(header::CONTENT_TYPE);
    let media_type = media_type.and_then(|value| value.to_str().ok());
    let bytes = read(&request, body).await?;
    let pushed = registry.store().push(&name, &reference, &more_tags, media_type, bytes).await?;
    let mut response = HttpResponse::Created();
    response
        .insert_header((header::LOCATION, format!("/v2/{name}/manifests/{}", pushed.digest)))
        .insert_header((CONTENT_DIGEST, pushed.digest.to_string()));
    if let Some(subject) = pushed.subject {
        response.insert_header(("OCI-Subject", subject.to_string()));
    }
    for tag in &more_tags {
        response.append_header(("OCI-Tag", tag.as_str()));
    }
    Ok(response.finish())
}

/// Removes a tag, or a manifest with all the tags that point to it.
pub async fn delete(registry: web::Data<Registry>, path: Target) -> Result<HttpResponse> {
    let (name, reference) = existing(path)?;
    if registry.store().delete(&name, &reference).await? {
        Ok(HttpResponse::Accepted().finish())
    } else {
        Err(RegistryError::ManifestUnknown(reference.to_string()))
    }
}

/// Names of what should exist. A tag that nobody can have made is simply not there.
fn existing(path: Target) -> Result<(RepositoryName, Reference)> {
    let (name, reference) = path.into_inner();
    match reference.parse() {
        Ok(reference) => Ok((name.parse()?, reference)),
        Err(InvalidReference::Tag(tag)) => Err(RegistryError::ManifestUnknown(tag.0)),
        Err(error) => Err(error.into()),
    }
}

/// A body of at most [`MAX_MANIFEST_BYTES`]; more is refused before it is read.
async fn read(request: &HttpRequest, mut body: web::Payload) -> Result<Bytes> {
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > MAX_MANIFEST_BYTES as u64) {
        return Err(RegistryError::ManifestTooLarge);
    }
    let mut bytes = BytesMut::new();
    while let Some(piece) = body.next().await {
        bytes.extend_from_slice(&piece.map_err(|_| RegistryError::Interrupted)?);
        if bytes.len() > MAX_MANIFEST_BYTES {
            return Err(RegistryError::ManifestTooLarge);
        }
    }
    Ok(bytes.freeze())
}
