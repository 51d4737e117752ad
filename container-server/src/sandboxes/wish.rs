//! Whether a request for a sandbox makes sense, before anything is done for it.

use super::SandboxError;
use container_api::{CreateSandbox, ImageRef};

/// The longest a project's slug, a title or an owner may be, in bytes.
const TEXT: usize = 256;

/// # Errors
/// [`SandboxError::Invalid`] names what is wrong.
pub(super) fn check(wish: &CreateSandbox) -> Result<(), SandboxError> {
    let texts = [("project", &wish.project), ("title", &wish.title), ("owner", &wish.owner)];
    for (name, text) in texts {
        if text.is_empty() || text.len() > TEXT {
            return invalid(format!("`{name}` must be 1 to {TEXT} bytes long."));
        }
    }
    check_image(&wish.image)?;
    let limits = &wish.limits;
    let positive = [
        ("memory_bytes", limits.memory_bytes),
        ("cpu_millis", u64::from(limits.cpu_millis)),
        ("processes", u64::from(limits.processes)),
        ("disk_bytes", limits.disk_bytes),
        ("lifetime_seconds", limits.lifetime_seconds),
        ("idle_seconds", limits.idle_seconds),
    ];
    for (name, value) in positive {
        if value == 0 {
            return invalid(format!("`limits.{name}` must be more than 0."));
        }
    }
    Ok(())
}

fn check_image(image: &ImageRef) -> Result<(), SandboxError> {
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    let digest = image.digest.strip_prefix("sha256:").unwrap_or_default();
    if digest.len() != 64 || !digest.bytes().all(hex) {
        return invalid("`image.digest` must be `sha256:` and 64 hexadecimal digits.".to_owned());
    }
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-/".contains(&b);
    let repository = &image.repository;
    let parts = repository.split('/').all(|part| !part.is_empty() && !part.starts_with('.'));
    if repository.len() > TEXT || !parts || !repository.bytes().all(plain) {
        return invalid("`image.repository` is not the name of a repository.".to_owned());
    }
    Ok(())
}

fn invalid(message: String) -> Result<(), SandboxError> {
    Err(SandboxError::Invalid(message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use container_api::{Limits, TerminalSize};

    fn wish() -> CreateSandbox {
        CreateSandbox {
            project: "jq".to_owned(),
            title: "jq".to_owned(),
            owner: "guest-1".to_owned(),
            owner_quota: 1,
            image: ImageRef {
                repository: "projects/jq".to_owned(),
                digest: format!("sha256:{}", "0a".repeat(32)),
            },
            limits: Limits::default(),
            size: TerminalSize::default(),
            behind_walls: false,
        }
    }

    #[test]
    fn a_sound_wish_passes() {
        check(&wish()).unwrap();
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        type Change = fn(&mut CreateSandbox);
        let table: [(Change, &str); 8] = [
            (|w| w.project.clear(), "`project`"),
            (|w| w.owner = "x".repeat(257), "`owner`"),
            (|w| w.image.digest = "latest".to_owned(), "`image.digest`"),
            (|w| w.image.digest = format!("sha256:{}", "XX".repeat(32)), "`image.digest`"),
            (|w| w.image.repository = "../jq".to_owned(), "`image.repository`"),
            (|w| w.image.repository = "a//b".to_owned(), "`image.repository`"),
            (|w| w.limits.memory_bytes = 0, "`limits.memory_bytes`"),
            (|w| w.limits.lifetime_seconds = 0, "`limits.lifetime_seconds`"),
        ];
        for (change, named) in table {
            let mut wish = wish();
            change(&mut wish);
            let error = check(&wish).unwrap_err().to_string();
            assert!(error.contains(named), "{error}");
        }
    }
}
