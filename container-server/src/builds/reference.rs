//! The names of images: where a build goes, and what it is based on.

/// The longest name of a repository.
const NAME_LIMIT: usize = 255;

/// Where base images without a folder are kept, as on the public registries.
const LIBRARY: &str = "library/";

/// A base image in the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Base {
    /// Its repository, such as `library/debian`.
    pub repository: String,
    /// A tag, or a digest.
    pub reference: String,
}

impl Base {
    /// Reads a name such as `debian:12`, `projects/jq` or `docker.io/library/debian@sha256:…`.
    /// `None` where it is not the name of an image.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let (rest, digest) = match name.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (name, None),
        };
        // A colon after the last slash begins a tag; before it, a port.
        let (rest, tag) = match rest.rsplit_once(':') {
            Some((rest, tag)) if !tag.contains('/') => (rest, Some(tag)),
            _ => (rest, None),
        };
        if !tag.is_none_or(is_tag) || !digest.is_none_or(is_digest) {
            return None;
        }
        let rest = ["docker.io/", "index.docker.io/"]
            .iter()
            .find_map(|host| rest.strip_prefix(host))
            .unwrap_or(rest);
        let (host, path) = match rest.split_once('/') {
            Some((first, path)) if is_host(first) => (Some(first), path),
            _ => (None, rest),
        };
        if !is_name(path) {
            return None;
        }
        let repository = match host {
            Some(host) => format!("{host}/{path}"),
            None if path.contains('/') => path.to_owned(),
            None => format!("{LIBRARY}{path}"),
        };
        let reference = digest.or(tag).unwrap_or("latest").to_owned();
        Some(Self { repository, reference })
    }

    /// Whether it names a registry of its own, which is never asked.
    pub(super) fn elsewhere(&self) -> bool {
        self.repository.split('/').next().is_some_and(is_host)
    }
}

/// Whether a build may push to a repository of this name.
pub(super) fn is_target(repository: &str) -> bool {
    is_name(repository) && !repository.starts_with(LIBRARY)
}

fn is_host(component: &str) -> bool {
    let inner = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b':' | b'-');
    component == "localhost"
        || component.contains(['.', ':'])
            && component.bytes().all(inner)
            && !component.starts_with(['.', ':', '-'])
}

/// The `name` of the OCI distribution specification: components of letters and digits, with
/// single separators within.
fn is_name(name: &str) -> bool {
    name.len() <= NAME_LIMIT && name.split('/').all(is_component)
}

fn is_component(component: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = component.as_bytes();
    let (Some(&first), Some(&last)) = (bytes.first(), bytes.last()) else { return false };
    let separators = bytes.split(|&b| plain(b)).filter(|run| !run.is_empty());
    plain(first)
        && plain(last)
        && separators.into_iter().all(|run| {
            matches!(run, [b'.'] | [b'_'] | [b'_', b'_']) || run.iter().all(|&b| b == b'-')
        })
}

fn is_tag(tag: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    tag.len() <= 128
        && tag.bytes().next().is_some_and(word)
        && tag.bytes().all(|b| word(b) || matches!(b, b'.' | b'-'))
}

fn is_digest(digest: &str) -> bool {
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    digest.strip_prefix("sha256:").is_some_and(|rest| rest.len() == 64 && rest.bytes().all(hex))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_images_are_named_as_on_the_public_registries() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let with_digest = format!("debian:12@{digest}");
        for (name, repository, reference) in [
            ("debian:12", "library/debian", "12"),
            ("debian", "library/debian", "latest"),
            ("projects/jq", "projects/jq", "latest"),
            ("docker.io/debian:12", "library/debian", "12"),
            ("docker.io/library/debian:12", "library/debian", "12"),
            ("docker.io/rust/x:1.0-a_b", "rust/x", "1.0-a_b"),
            (with_digest.as_str(), "library/debian", digest.as_str()),
            ("ghcr.io/a/b:1", "ghcr.io/a/b", "1"),
            ("localhost:5000/a", "localhost:5000/a", "latest"),
        ] {
            let base = Base::parse(name).expect(name);
            assert_eq!(
                (base.repository.as_str(), base.reference.as_str()),
                (repository, reference)
            );
            let elsewhere = name.starts_with("ghcr") || name.starts_with("localhost");
            assert_eq!(base.elsewhere(), elsewhere, "{name}");
        }
        for name in [
            "",
            ":",
            "debian:",
            "Debian",
            "a b",
            "a//b",
            "/a",
            "a/",
            "../x",
            "a:b c",
            "a@sha256:12",
            "-a",
            "a-",
            "a..b",
            "a___b",
            "a\n",
            "debian:12;rm",
        ] {
            assert_eq!(Base::parse(name), None, "{name:?}");
        }
    }

    #[test]
    fn builds_go_to_proper_names_only() {
        let long = "a".repeat(256);
        for (name, allowed) in [
            ("projects/jq", true),
            ("projects/a.b_c--d", true),
            ("library/debian", false),
            ("Projects/x", false),
            ("projects/", false),
            ("../etc", false),
            ("", false),
            (long.as_str(), false),
        ] {
            assert_eq!(is_target(name), allowed, "{name}");
        }
    }
}
