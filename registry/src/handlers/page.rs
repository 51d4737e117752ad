//! Pages of sorted lists, by `n` and `last`.

use super::query::{Query, encode};
use crate::failure::{RegistryError, Result};

/// Some of a list, and where to go on.
pub struct Page {
    /// The entries.
    pub entries: Vec<String>,
    /// The value of a `Link` header, where there are more.
    pub link: Option<String>,
}

/// The entries after `last`, which need not be one of them, and at most `n` of them. `sorted` is
/// in the order of its bytes.
pub fn page(path: &str, mut sorted: Vec<String>, query: &Query) -> Result<Page> {
    if let Some(last) = query.get("last") {
        sorted.drain(..sorted.partition_point(|entry| entry.as_str() <= last));
    }
    let Some(n) = query.get("n") else { return Ok(Page { entries: sorted, link: None }) };
    let limit: usize = n.parse().map_err(|_| RegistryError::Query("n"))?;
    let more = sorted.len() > limit;
    sorted.truncate(limit);
    let next = sorted.last().filter(|_| more);
    let link = next.map(|last| format!("<{path}?n={limit}&last={}>; rel=\"next\"", encode(last)));
    Ok(Page { entries: sorted, link })
}
