//! Long lists for administrators: searched by a word, a page at a time.

use super::encode;
use serde::Deserialize;

/// Rows on a page.
const ROWS: usize = 50;
/// Rows to ask for: one more tells whether there is another page.
pub const LIMIT: i64 = ROWS as i64 + 1;

/// Which rows are wanted.
#[derive(Debug, Deserialize)]
pub struct Search {
    /// What they are looked for by.
    #[serde(default)]
    pub q: String,
    /// Where the page before ended.
    #[serde(default)]
    pub after: String,
}

/// Leaves a page of rows, and tells where the list at `here` goes on behind the last one's key;
/// empty on the last page.
pub fn cut<T>(rows: &mut Vec<T>, here: &str, q: &str, key: impl Fn(&T) -> &str) -> String {
    let more = rows.len() > ROWS;
    rows.truncate(ROWS);
    match rows.last() {
        Some(last) if more => format!("{here}?q={}&after={}", encode(q), encode(key(last))),
        _ => String::new(),
    }
}
