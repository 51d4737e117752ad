//! `/v2/<name>/blobs/uploads/…`: how blobs come in.

use super::{CONTENT_DIGEST, query::Query};
use crate::{
    Registry,
    error::uploaded_range,
    failure::{RegistryError, Result},
    model::{Algorithm, Digest, RepositoryName},
    store::{Upload, UploadId},
};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, http::header, web};
use futures_util::StreamExt;

type Target = web::Path<(String, String)>;

/// Mounts a blob from elsewhere, takes one whole, or opens an upload.
pub async fn begin(
    request: HttpRequest,
    registry: web::Data<Registry>,
    name: web::Path<String>,
    body: web::Payload,
) -> Result<HttpResponse> {
    let name: RepositoryName = name.parse()?;
    let query = Query::of(&request)?;
    if let Some(digest) = query.get("mount") {
        let digest = digest.parse()?;
        if mount(&registry, &name, query.get("from"), &digest).await? {
            return Ok(stored(&name, &digest));
        }
    }
    let digest: Option<Digest> = query.get("digest").map(str::parse).transpose()?;
    let wanted = query.get("digest-algorithm").map(str::parse).transpose()?;
    let algorithm = digest.as_ref().map(Digest::algorithm).or(wanted);
    let store = registry.store().store();
    let id = store.begin_upload(&name, algorithm.unwrap_or(Algorithm::Sha256)).await?;
    let Some(digest) = digest else {
        return Ok(state(HttpResponse::Accepted(), &name, &id, 0));
    };
    let mut upload = store.open_upload(&name, &id).await?;
    if let Err(broken) = receive(&mut *upload, body).await {
        // Nobody was told of this upload, so nobody can go on with it.
        upload.cancel().await?;
        return Err(broken);
    }
    upload.commit(Some(digest.clone())).await?;
    Ok(stored(&name, &digest))
}

/// How far an upload has come.
pub async fn show(registry: web::Data<Registry>, path: Target) -> Result<HttpResponse> {
    let (name, id) = parse(path)?;
    let upload = registry.store().store().open_upload(&name, &id).await?;
    Ok(state(HttpResponse::NoContent(), &name, &id, upload.size()))
}

/// Adds a chunk, or as much of a stream as comes.
pub async fn append(
    request: HttpRequest,
    registry: web::Data<Registry>,
    path: Target,
    body: web::Payload,
) -> Result<HttpResponse> {
    let (name, id) = parse(path)?;
    let mut upload = registry.store().store().open_upload(&name, &id).await?;
    let added = add(&request, &mut *upload, body).await;
    let size = upload.size();
    // What came is kept even if more should have come: the client asks, and goes on from there.
    let kept = upload.suspend().await;
    added?;
    kept?;
    Ok(state(HttpResponse::Accepted(), &name, &id, size))
}

/// Adds what is left and makes a blob of the whole.
pub async fn close(
    request: HttpRequest,
    registry: web::Data<Registry>,
    path: Target,
    body: web::Payload,
) -> Result<HttpResponse> {
    let (name, id) = parse(path)?;
    let digest = Query::of(&request)?.get("digest").map(str::parse).transpose()?;
    let digest: Digest = digest.ok_or(RegistryError::DigestMissing)?;
    let mut upload = registry.store().store().open_upload(&name, &id).await?;
    if let Err(broken) = add(&request, &mut *upload, body).await {
        upload.suspend().await?;
        return Err(broken);
    }
    upload.commit(Some(digest.clone())).await?;
    Ok(stored(&name, &digest))
}

/// Throws an upload away.
pub async fn cancel(registry: web::Data<Registry>, path: Target) -> Result<HttpResponse> {
    let (name, id) = parse(path)?;
    let upload = registry.store().store().open_upload(&name, &id).await?;
    upload.cancel().await?;
    Ok(HttpResponse::NoContent().finish())
}

fn parse(path: Target) -> Result<(RepositoryName, UploadId)> {
    let (name, id) = path.into_inner();
    Ok((name.parse()?, id.parse()?))
}

/// Whether the blob could be mounted. A source that cannot exist is one that does not have it.
async fn mount(
    registry: &Registry,
    name: &RepositoryName,
    from: Option<&str>,
    digest: &Digest,
) -> Result<bool> {
    let Ok(from) = from.map(str::parse::<RepositoryName>).transpose() else { return Ok(false) };
    Ok(registry.store().store().mount_blob(name, from.as_ref(), digest).await?)
}

/// Adds a request's body to an upload, if its `Content-Range` allows.
async fn add(request: &HttpRequest, upload: &mut dyn Upload, body: web::Payload) -> Result<()> {
    let before = upload.size();
    let stated = stated_range(request)?;
    if let Some((first, length)) = stated {
        if first != before {
            return Err(RegistryError::ChunkOutOfOrder { size: before });
        }
        if let Some(sent) = content_length(request).filter(|&sent| sent != length) {
            return Err(RegistryError::ChunkSize { stated: length, sent });
        }
    }
    receive(upload, body).await?;
    let sent = upload.size() - before;
    match stated {
        Some((_, length)) if sent != length => {
            Err(RegistryError::ChunkSize { stated: length, sent })
        }
        _ => Ok(()),
    }
}

async fn receive(upload: &mut dyn Upload, mut body: web::Payload) -> Result<()> {
    while let Some(piece) = body.next().await {
        upload.append(piece.map_err(|_| RegistryError::Interrupted)?).await?;
    }
    Ok(())
}

/// The first byte and the length that `Content-Range: <first>-<last>` states. The form of RFC
/// 9110, `bytes <first>-<last>/<size>`, is taken too.
fn stated_range(request: &HttpRequest) -> Result<Option<(u64, u64)>> {
    let Some(value) = request.headers().get(header::CONTENT_RANGE) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    let invalid = || RegistryError::ChunkRange(text.chars().take(64).collect());
    let range = text.strip_prefix("bytes ").unwrap_or(text);
    let range = range.split_once('/').map_or(range, |(range, _)| range);
    let (first, last) = range.split_once('-').ok_or_else(invalid)?;
    let number = |text: &str| {
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| text.parse::<u64>().ok()).flatten().ok_or_else(invalid)
    };
    let (first, last) = (number(first)?, number(last)?);
    let length = last.checked_sub(first).and_then(|more| more.checked_add(1));
    length.map(|length| Some((first, length))).ok_or_else(invalid)
}

fn content_length(request: &HttpRequest) -> Option<u64> {
    request.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Where an upload goes on. The address is relative, so it holds behind any proxy.
fn state(
    mut response: HttpResponseBuilder,
    name: &RepositoryName,
    id: &UploadId,
    size: u64,
) -> HttpResponse {
    response
        .insert_header((header::LOCATION, format!("/v2/{name}/blobs/uploads/{id}")))
        .insert_header((header::RANGE, uploaded_range(size)))
        .insert_header(("Docker-Upload-UUID", id.as_str()))
        .finish()
}

fn stored(name: &RepositoryName, digest: &Digest) -> HttpResponse {
    HttpResponse::Created()
        .insert_header((header::LOCATION, format!("/v2/{name}/blobs/{digest}")))
        .insert_header((CONTENT_DIGEST, digest.to_string()))
        .finish()
}
