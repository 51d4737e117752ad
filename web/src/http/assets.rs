//! What runs in the browser, embedded: `static/dist`, served under `/static/{version}/…`.
//!
//! The version is a hash over all files, so that files may name each other by relative paths and
//! browsers may keep them for a year.

use super::cached::Cached;
use crate::{error::Error, pages::PageResult};
use actix_web::{HttpRequest, web};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};
use std::sync::OnceLock;

#[derive(RustEmbed)]
#[folder = "../static/dist"]
struct Assets;

fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let mut names: Vec<_> = Assets::iter().collect();
        names.sort();
        let mut hash = Sha256::new();
        for name in names {
            hash.update(name.as_bytes());
            if let Some(file) = Assets::get(&name) {
                hash.update(file.metadata.sha256_hash());
            }
        }
        hex::encode(&hash.finalize()[..6])
    })
}

/// The URL of a file, for templates.
#[must_use]
pub fn asset(path: &str) -> String {
    format!("/static/{}/{path}", version())
}

/// `GET /static/{version}/{path}`
pub async fn serve(request: HttpRequest, path: web::Path<(String, String)>) -> PageResult {
    let (wanted, path) = path.into_inner();
    let file = Assets::get(&path).ok_or(Error::NoSuchPage)?;
    // In development files change under the same version; an older page may ask for an older one.
    let keep = if wanted == version() && !cfg!(debug_assertions) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let tag = hex::encode(&file.metadata.sha256_hash()[..12]);
    Ok(Cached { tag, keep, media_type: media_type(&path), body: file.data }.respond(&request))
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        Some("json" | "map") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
