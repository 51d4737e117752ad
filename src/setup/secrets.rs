//! One secret on disk; every key is derived from it, so that there is one file to guard.

use anyhow::{Context, Result, bail};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

/// The root secret of an installation.
pub struct Secrets([u8; 32]);

impl Secrets {
    /// Reads the secret, or makes it at the first start.
    pub fn open(path: &Path) -> Result<Self> {
        match fs::read(path) {
            Ok(bytes) => match bytes.try_into() {
                Ok(secret) => Ok(Self(secret)),
                Err(_) => bail!(
                    "{} does not hold 32 bytes: restore it, or remove it (everybody is then \
                     logged out)",
                    path.display()
                ),
            },
            Err(error) if error.kind() == ErrorKind::NotFound => Self::create(path),
            Err(error) => Err(error).with_context(|| format!("reading {}", path.display())),
        }
    }

    fn create(path: &Path) -> Result<Self> {
        let secret: [u8; 32] = rand::random();
        let temporary = path.with_extension("new");
        let write = || -> std::io::Result<()> {
            // What a start that was cut short left here.
            let _ = fs::remove_file(&temporary);
            let mut file =
                OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
            file.write_all(&secret)?;
            file.sync_all()?;
            fs::rename(&temporary, path)
        };
        write().with_context(|| format!("writing {}", path.display()))?;
        Ok(Self(secret))
    }

    /// The key for one purpose.
    pub fn key(&self, purpose: &str) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes any key length");
        mac.update(purpose.as_bytes());
        mac.finalize().into_bytes().into()
    }

    /// The same as text.
    pub fn token(&self, purpose: &str) -> String {
        hex::encode(self.key(purpose))
    }
}

#[cfg(test)]
mod tests {
    use super::Secrets;

    #[test]
    fn keys_stay_the_same_and_differ_by_purpose() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret.key");
        let first = Secrets::open(&path).unwrap();
        let again = Secrets::open(&path).unwrap();
        assert_eq!(first.key("a"), again.key("a"));
        assert_ne!(first.key("a"), first.key("b"));
    }

    #[test]
    fn a_damaged_secret_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret.key");
        std::fs::write(&path, b"short").unwrap();
        let error = Secrets::open(&path).err().expect("refused").to_string();
        assert!(error.contains("32 bytes"), "{error}");
    }
}
