//! Repository names, such as `projects/jq`.

use super::excerpt;
use std::{fmt, str::FromStr};

/// Longest name; the specification advises clients to expect no more.
const MAX_LENGTH: usize = 255;

/// A text that is not a repository's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a repository name: expected components such as `projects/jq`, \
     of lower-case letters and digits joined by `.`, `_`, `__` or dashes"
)]
pub struct InvalidName(pub String);

/// A repository name that is known to be well formed. It holds no `..`, no empty component and
/// none that begins with `_`, `.` or `-`, so it is safe as a path.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RepositoryName(String);

impl RepositoryName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RepositoryName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        if text.len() <= MAX_LENGTH && text.split('/').all(is_component) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidName(excerpt(text)))
        }
    }
}

/// Whether `text` matches `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`.
fn is_component(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let joint =
        |joint: &[u8]| matches!(joint, b"." | b"_" | b"__") || joint.iter().all(|&b| b == b'-');
    let bytes = text.as_bytes();
    let ends =
        bytes.first().copied().is_some_and(plain) && bytes.last().copied().is_some_and(plain);
    ends && bytes.chunk_by(|&a, &b| plain(a) == plain(b)).all(|run| plain(run[0]) || joint(run))
}

impl fmt::Display for RepositoryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RepositoryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_specification_are_taken() {
        for text in ["jq", "projects/jq", "a.b", "a_b", "a__b", "a---b", "0/1/2", "library/debian"]
        {
            assert!(text.parse::<RepositoryName>().is_ok(), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_name_is_refused() {
        let long = "a".repeat(256);
        for text in [
            "", "/", "a/", "/a", "a//b", ".", "..", "a/../b", "A", "a b", "a..b", "a___b", "_a",
            "a_", "a._b", "-a", "a-", "a/_tags", "a%2fb", "ä", "a\0b", &long,
        ] {
            assert!(text.parse::<RepositoryName>().is_err(), "{text}");
        }
    }
}
