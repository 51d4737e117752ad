//! One file for each kind of thing that a URL names.

pub mod base;
pub mod blobs;
pub mod catalog;
pub mod manifests;
mod page;
mod query;
pub mod referrers;
pub mod tags;
pub mod uploads;

use actix_web::http::header::HeaderName;

/// Says by which digest the content is known.
const CONTENT_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");
