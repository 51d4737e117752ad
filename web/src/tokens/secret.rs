//! What a token looks like: `trythis_`, 43 random letters and digits (256 bits), and 6 that are a
//! checksum of them. Scanners of repositories find it by its beginning, and a typing error is told
//! from a token that was revoked, both without asking anybody.

use rand::{RngExt, distr::Alphanumeric};
use sha2::{Digest, Sha256};
use std::fmt;

const PREFIX: &str = "trythis_";
const RANDOM: usize = 43;
const CHECKSUM: usize = 6;
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A text that is not a token, whoever made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is not a token of trythis: one begins with trythis_ and has 57 characters, of which the \
     last six must fit the others. Copy it again, whole"
)]
pub struct InvalidToken;

/// A token, in order as far as can be told by looking at it. It is never shown by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenSecret(String);

impl TokenSecret {
    /// A new one.
    #[must_use]
    pub fn random() -> Self {
        let random = rand::rng().sample_iter(Alphanumeric).take(RANDOM).map(char::from);
        let random: String = random.collect();
        Self(format!("{PREFIX}{random}{}", checksum(&random)))
    }

    /// Reads one.
    ///
    /// # Errors
    /// When it cannot be one.
    pub fn parse(text: &str) -> Result<Self, InvalidToken> {
        let body = text.strip_prefix(PREFIX).ok_or(InvalidToken)?;
        let plain = body.len() == RANDOM + CHECKSUM
            && body.bytes().all(|byte| byte.is_ascii_alphanumeric());
        match body.split_at_checked(RANDOM) {
            Some((random, told)) if plain && told == checksum(random) => Ok(Self(text.to_owned())),
            _ => Err(InvalidToken),
        }
    }

    /// What is kept of it: SHA-256, in hex. Nothing slower is needed against 256 random bits.
    #[must_use]
    pub fn hash(&self) -> String {
        hex::encode(Sha256::digest(&self.0))
    }

    /// The token itself, for its holder.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for TokenSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenSecret(…)")
    }
}

fn checksum(random: &str) -> String {
    let [a, b, c, d, ..]: [u8; 32] = Sha256::digest(random).into();
    let mut rest = u32::from_be_bytes([a, b, c, d]);
    let mut digits = [DIGITS[0]; CHECKSUM];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(rest % 62) as usize];
        rest /= 62;
    }
    digits.map(char::from).iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_as_itself_and_shows_nothing() {
        let token = TokenSecret::random();
        assert_eq!(token.reveal().len(), 57);
        assert_eq!(TokenSecret::parse(token.reveal()).as_ref(), Ok(&token));
        assert_ne!(token, TokenSecret::random());
        assert_eq!(token.hash().len(), 64);
        assert!(!format!("{token:?}").contains(&token.reveal()[8..]));
    }

    #[test]
    fn every_typing_error_is_seen() {
        let token = TokenSecret::random().reveal().to_owned();
        for at in 0..token.len() {
            let mut wrong = token.clone().into_bytes();
            wrong[at] = if wrong[at] == b'x' { b'y' } else { b'x' };
            let wrong = String::from_utf8(wrong).unwrap();
            assert_eq!(TokenSecret::parse(&wrong), Err(InvalidToken), "{at}");
        }
        for wrong in ["", "trythis_", &token[..56], &format!("{token}0"), &token[1..], "trythis_ä"]
        {
            assert_eq!(TokenSecret::parse(wrong), Err(InvalidToken), "{wrong}");
        }
    }
}
