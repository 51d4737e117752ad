//! What names a manifest inside a repository: a tag or a digest.

use super::{Digest, InvalidDigest, excerpt};
use std::{fmt, str::FromStr};

/// A text that is not a tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a tag: expected at most 128 letters, digits, `_`, `.` and `-`, \
     not beginning with `.` or `-`"
)]
pub struct InvalidTag(pub String);

/// A tag that is known to be well formed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(String);

impl Tag {
    /// The tag as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Tag {
    type Err = InvalidTag;

    fn from_str(text: &str) -> Result<Self, InvalidTag> {
        let first = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        let inner = |b: u8| first(b) || b == b'.' || b == b'-';
        let begins = text.bytes().next().is_some_and(first);
        if begins && text.len() <= 128 && text.bytes().all(inner) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidTag(excerpt(text)))
        }
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A tag or a digest. A tag holds no colon and a digest always does, so they never mix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// By name; what it names may change.
    Tag(Tag),
    /// By content.
    Digest(Digest),
}

/// A text that is neither.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidReference {
    /// It has no colon, and is no tag.
    #[error(transparent)]
    Tag(#[from] InvalidTag),
    /// It has a colon, and is no digest.
    #[error(transparent)]
    Digest(#[from] InvalidDigest),
}

impl FromStr for Reference {
    type Err = InvalidReference;

    fn from_str(text: &str) -> Result<Self, InvalidReference> {
        if text.contains(':') {
            Ok(Self::Digest(text.parse()?))
        } else {
            Ok(Self::Tag(text.parse()?))
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(tag) => tag.fmt(f),
            Self::Digest(digest) => digest.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_digests_are_told_apart() {
        assert!(matches!("latest".parse(), Ok(Reference::Tag(_))));
        assert!(matches!(format!("sha256:{}", "0".repeat(64)).parse(), Ok(Reference::Digest(_))));
        assert!(matches!("sha256:bad".parse::<Reference>(), Err(InvalidReference::Digest(_))));
    }

    #[test]
    fn what_is_not_a_tag_is_refused() {
        let long = "a".repeat(129);
        for text in ["", ".", "..", "-a", "a/b", "a b", "ä", "a\n", &long] {
            assert!(text.parse::<Tag>().is_err(), "{text}");
        }
        for text in ["_", "v1.0", "A-b_c", "12"] {
            assert!(text.parse::<Tag>().is_ok(), "{text}");
        }
    }
}
