//! `POST /api/v1/contexts`: the files that a Dockerfile copies, as a tar archive.

use super::ApiResult;
use crate::{
    error::Error,
    http::visitor::Visitor,
    policy::{self, Action},
    service::Services,
};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use std::io;
use tokio::sync::mpsc;

/// Pages of other sites cannot send these without asking first, and are refused then.
const KINDS: [&str; 3] = ["application/x-tar", "application/gzip", "application/octet-stream"];
/// Chunks on their way to the container server.
const AHEAD: usize = 4;

/// The upload. The container server says what is too large and what is no archive.
pub async fn create(
    request: HttpRequest,
    services: web::Data<Services>,
    visitor: Visitor,
    mut body: web::Payload,
) -> ApiResult {
    policy::check(visitor.actor(), Action::PublishProject, "/", Error::NoSuchPage)?;
    if !KINDS.contains(&request.content_type()) {
        return Err(Error::WrongMediaType(KINDS[0]).into());
    }
    let (to, from) = mpsc::channel::<io::Result<Bytes>>(AHEAD);
    let chunks = stream::unfold(from, async |mut from| {
        let chunk = from.recv().await?;
        Some((chunk, from))
    });
    let feed = async move {
        while let Some(chunk) = body.next().await {
            // An error tells the other side that what it has is not the whole.
            if to.send(chunk.map_err(io::Error::other)).await.is_err() {
                break;
            }
        }
    };
    let upload = services.containers.upload_context(chunks);
    let (view, ()) = futures_util::join!(upload, feed);
    Ok(HttpResponse::Created().json(view?))
}
