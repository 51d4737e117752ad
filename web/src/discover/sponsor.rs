//! Whose banner does the operator show?
//!
//! A TOML file: `text`, `link`, and `image`, the path of a PNG, JPEG or WebP beside it. The image is
//! served from this site, and nothing but the link leads away: no script, no counting.

use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::path::Path;
use url::Url;

/// The longest text, in characters.
const TEXT: usize = 120;
/// The largest image, in bytes: the home page stays below its budget with it.
const IMAGE: usize = 40 << 10;

/// A banner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sponsor {
    /// What it says.
    pub text: String,
    /// Where it leads.
    pub link: String,
    /// Its picture.
    pub image: Option<Image>,
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Its hash, for its address.
    pub tag: String,
    /// `Content-Type`.
    pub media_type: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Why a banner cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum SponsorError {
    /// A file is not there.
    #[error("{0} cannot be read: {1}")]
    Unreadable(String, std::io::Error),
    /// It is not TOML, or says something else.
    #[error("{0}")]
    Format(#[from] toml::de::Error),
    /// The text does not fit.
    #[error("`text` has 1 to {TEXT} characters on one line")]
    Text,
    /// The link is none.
    #[error("`link` is an address such as https://example.org/")]
    Link,
    /// The picture does not fit.
    #[error("`image` is a PNG, JPEG or WebP file of at most {} KiB", IMAGE >> 10)]
    Image,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    text: String,
    link: String,
    image: Option<String>,
}

impl Sponsor {
    /// Reads the file.
    ///
    /// # Errors
    /// See [`SponsorError`].
    pub fn read(path: &Path) -> Result<Self, SponsorError> {
        let load = |path: &Path| {
            let told = |cause| SponsorError::Unreadable(path.display().to_string(), cause);
            std::fs::read(path).map_err(told)
        };
        let file: File = toml::from_str(&String::from_utf8_lossy(&load(path)?))?;
        let text = file.text.trim().to_owned();
        if !(1..=TEXT).contains(&text.chars().count()) || text.contains(char::is_control) {
            return Err(SponsorError::Text);
        }
        let link = Url::parse(&file.link).map_err(|_| SponsorError::Link)?;
        if !matches!(link.scheme(), "https" | "http") || !link.has_host() {
            return Err(SponsorError::Link);
        }
        let beside = path.parent().unwrap_or(Path::new("."));
        let image = match file.image {
            Some(image) => Some(Image::of(load(&beside.join(image))?)?),
            None => None,
        };
        Ok(Self { text, link: link.into(), image })
    }
}

impl Image {
    fn of(bytes: Vec<u8>) -> Result<Self, SponsorError> {
        let media_type = media_type(&bytes).filter(|_| bytes.len() <= IMAGE);
        let media_type = media_type.ok_or(SponsorError::Image)?;
        let tag = hex::encode(&Sha256::digest(&bytes)[..8]);
        Ok(Self { tag, media_type, bytes })
    }
}

/// By how it begins, whatever it is called.
fn media_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(toml: &str) -> Result<Sponsor, SponsorError> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("banner.png"), b"\x89PNG\r\n").unwrap();
        std::fs::write(folder.path().join("banner.svg"), b"<svg/>").unwrap();
        let huge = [b"\x89PNG".as_slice(), &[0; IMAGE]].concat();
        std::fs::write(folder.path().join("huge.png"), huge).unwrap();
        let path = folder.path().join("sponsor.toml");
        std::fs::write(&path, toml).unwrap();
        Sponsor::read(&path)
    }

    #[test]
    fn a_banner_is_read() {
        let plain = read("text = ' We build it '\nlink = 'https://example.org'").unwrap();
        assert_eq!((plain.text.as_str(), plain.image), ("We build it", None));
        let toml = "text = 'x'\nlink = 'https://example.org'\nimage = 'banner.png'";
        assert_eq!(read(toml).unwrap().image.unwrap().media_type, "image/png");
    }

    #[test]
    fn what_does_not_fit_is_told() {
        let with = |rest: &str| format!("text = 'x'\nlink = 'https://example.org'\n{rest}");
        for (toml, says) in [
            ("link = 'https://example.org'".to_owned(), "missing field `text`"),
            (with("script = 'x'"), "unknown field `script`"),
            ("text = ''\nlink = 'https://example.org'".to_owned(), "1 to 120"),
            ("text = 'x'\nlink = 'javascript:alert(1)'".to_owned(), "an address"),
            ("text = 'x'\nlink = '/here'".to_owned(), "an address"),
            (with("image = 'gone.png'"), "gone.png cannot be read"),
            (with("image = 'banner.svg'"), "PNG, JPEG or WebP"),
            (with("image = 'huge.png'"), "at most 40 KiB"),
        ] {
            let told = read(&toml).unwrap_err().to_string();
            assert!(told.contains(says), "{toml}: {told}");
        }
    }
}
