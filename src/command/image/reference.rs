//! Names of base images: `debian:12` is `library/debian`, tag `12`.

use anyhow::{Result, bail};

/// A base image's repository and tag in the embedded registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    pub repository: String,
    pub tag: String,
}

impl Reference {
    /// Reads `name`, `name:tag` or `space/name:tag`.
    pub fn parse(text: &str) -> Result<Self> {
        let (name, tag) = text.rsplit_once(':').unwrap_or((text, "latest"));
        let part = |part: &str| {
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
            part.bytes().next().is_some_and(plain)
                && part.bytes().all(|b| plain(b) || matches!(b, b'.' | b'_' | b'-'))
        };
        let tag_fits = tag.len() <= 128
            && tag.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_')
            && tag.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
        if name.len() > 200 || !name.split('/').all(part) || !tag_fits {
            bail!("`{text}` is not an image name: write it like debian:12 or tools/jq:1.7");
        }
        let repository =
            if name.contains('/') { name.to_owned() } else { format!("library/{name}") };
        Ok(Self { repository, tag: tag.to_owned() })
    }

    /// How people write it.
    pub fn familiar(repository: &str, tag: &str) -> String {
        format!("{}:{tag}", repository.strip_prefix("library/").unwrap_or(repository))
    }
}

#[cfg(test)]
mod tests {
    use super::Reference;

    #[test]
    fn names_are_read_as_people_write_them() {
        for (text, repository, tag) in [
            ("debian:12", "library/debian", "12"),
            ("debian", "library/debian", "latest"),
            ("tools/jq:1.7", "tools/jq", "1.7"),
        ] {
            let read = Reference::parse(text).unwrap();
            assert_eq!((read.repository.as_str(), read.tag.as_str()), (repository, tag));
            if text.contains(':') {
                assert_eq!(Reference::familiar(repository, tag), text);
            }
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in ["", ":", "Debian:12", "../x:1", "a//b", "a:b c", "a/:1", "-a"] {
            assert!(Reference::parse(text).is_err(), "{text}");
        }
    }
}
