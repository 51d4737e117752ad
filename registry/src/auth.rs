//! Who may write. Reading is open to all; writing asks for one user name and password.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use sha2::{Digest as _, Sha256};
use std::fmt;
use subtle::ConstantTimeEq as _;

/// The user name and password that writing asks for.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The user name; it holds no colon.
    pub user: String,
    /// The password.
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("user", &self.user).finish_non_exhaustive()
    }
}

/// What a request's `Authorization` header amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It has none, or an empty user name and password, which some clients send for none.
    Anonymous,
    /// It has the right ones.
    Known,
    /// It has wrong ones.
    Refused,
}

impl Credentials {
    /// Judges an `Authorization` header.
    pub(crate) fn judge(&self, header: Option<&str>) -> Standing {
        let Some(header) = header else { return Standing::Anonymous };
        let Some(given) = parse_basic(header) else { return Standing::Refused };
        if given == b":" {
            return Standing::Anonymous;
        }
        // Hashes are compared, so that not even the length can be measured.
        let expected = Sha256::digest(format!("{}:{}", self.user, self.password));
        if bool::from(Sha256::digest(&given).as_slice().ct_eq(expected.as_slice())) {
            Standing::Known
        } else {
            Standing::Refused
        }
    }
}

/// The `user:password` of a Basic header (RFC 7617).
fn parse_basic(header: &str) -> Option<Vec<u8>> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("basic").then(|| BASE64_STANDARD.decode(token.trim()).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_words_are_known() {
        let credentials = Credentials { user: "builder".into(), password: "s3cret".into() };
        let basic = |text: &str| format!("Basic {}", BASE64_STANDARD.encode(text));
        let judge = |header: &str| credentials.judge(Some(header));
        assert_eq!(credentials.judge(None), Standing::Anonymous);
        assert_eq!(judge(&basic(":")), Standing::Anonymous);
        assert_eq!(judge(&basic("builder:s3cret")), Standing::Known);
        assert_eq!(judge(&basic("builder:s3cret").replace("Basic", "bAsIc")), Standing::Known);
        for wrong in ["builder:", "builder:s3cret2", "other:s3cret", "builder"] {
            assert_eq!(judge(&basic(wrong)), Standing::Refused, "{wrong}");
        }
        for wrong in ["", "Basic", "Basic ???", "Bearer abc"] {
            assert_eq!(judge(wrong), Standing::Refused, "{wrong}");
        }
    }

    #[test]
    fn the_password_is_not_printed() {
        let credentials = Credentials { user: "u".into(), password: "s3cret".into() };
        assert!(!format!("{credentials:?}").contains("s3cret"));
    }
}
