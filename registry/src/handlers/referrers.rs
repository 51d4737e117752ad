//! `/v2/<name>/referrers/<digest>`: signatures, bills of materials and the like.

use super::query::{Query, encode};
use crate::{
    Registry,
    failure::Result,
    model::{Descriptor, Digest, INDEX, MAX_MANIFEST_BYTES, RepositoryName},
};
use actix_web::{HttpRequest, HttpResponse, http::header, web};
use serde_json::{Value, json};

/// What one page may hold, so that the whole stays within what clients take for a manifest.
const PAGE_BYTES: usize = MAX_MANIFEST_BYTES - 4096;

/// The manifests that refer to a digest, as an image index; empty where there are none.
pub async fn list(
    request: HttpRequest,
    registry: web::Data<Registry>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse> {
    let (name, digest) = path.into_inner();
    let (name, digest): (RepositoryName, Digest) = (name.parse()?, digest.parse()?);
    let query = Query::of(&request)?;
    let kind = query.get("artifactType");
    let found = registry.store().referrers(&name, &digest, kind).await?;
    let (page, last) = cut(found, query.get("last"));
    let mut response = HttpResponse::Ok();
    response.content_type(INDEX);
    if kind.is_some() {
        response.insert_header(("OCI-Filters-Applied", "artifactType"));
    }
    if let Some(last) = last {
        let kind = kind.map(|kind| format!("&artifactType={}", encode(kind))).unwrap_or_default();
        let link = format!("<{}?last={}{kind}>; rel=\"next\"", request.path(), encode(&last));
        response.insert_header((header::LINK, link));
    }
    let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": page });
    Ok(response.body(index.to_string()))
}

/// The descriptors after `last` that fit on a page, and the last of them where more follow.
/// A page has at least one, however large.
fn cut(sorted: Vec<Descriptor>, last: Option<&str>) -> (Vec<Value>, Option<String>) {
    let (mut page, mut bytes) = (Vec::new(), 0);
    let mut previous = None;
    for descriptor in sorted {
        if last.is_some_and(|last| descriptor.digest.as_str() <= last) {
            continue;
        }
        let value = json!(descriptor);
        bytes += value.to_string().len() + 1;
        if bytes > PAGE_BYTES && !page.is_empty() {
            return (page, previous);
        }
        page.push(value);
        previous = Some(descriptor.digest);
    }
    (page, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_large_descriptors_are_cut_into_pages_without_loss() {
        let large = |n: u8| Descriptor {
            media_type: "application/x".into(),
            digest: format!("sha256:{}", hex::encode([n; 32])),
            size: 1,
            artifact_type: None,
            annotations: Some([("note".into(), "x".repeat(1 << 20))].into()),
        };
        let all: Vec<_> = (0..10).map(large).collect();
        let (mut seen, mut last) = (0, None::<String>);
        loop {
            let (page, next) = cut(all.clone(), last.as_deref());
            assert!((1..=3).contains(&page.len()));
            seen += page.len();
            match next {
                Some(next) => last = Some(next),
                None => break,
            }
        }
        assert_eq!(seen, all.len());
    }
}
