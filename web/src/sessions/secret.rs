//! What a browser's cookie carries.

use sha2::{Digest, Sha256};
use std::fmt;

const LENGTH: usize = 32;

/// 256 random bits that log a browser in. They are never shown by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; LENGTH]);

impl Secret {
    /// A new one.
    #[must_use]
    pub fn random() -> Self {
        Self(rand::random())
    }

    /// Reads what [`Secret::reveal`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        hex::decode(text).ok()?.try_into().ok().map(Self)
    }

    /// For the cookie, which is encrypted.
    #[must_use]
    pub fn reveal(&self) -> String {
        hex::encode(self.0)
    }

    /// What the server keeps of it: SHA-256, in hex. Nothing slower is needed against 256 random
    /// bits, and it can be looked up without comparing secrets.
    #[must_use]
    pub fn id(&self) -> String {
        hex::encode(Sha256::digest(self.0))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_goes_through_the_cookie() {
        let secret = Secret::random();
        assert_eq!(Secret::parse(&secret.reveal()), Some(secret.clone()));
        assert_ne!(secret.id(), secret.reveal());
        assert_ne!(Secret::random(), secret);
        for bad in ["", "zz", "00", &"00".repeat(LENGTH + 1)] {
            assert_eq!(Secret::parse(bad), None, "{bad}");
        }
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }
}
