//! The token that shows that a form came from a page of ours.
//!
//! The session keeps a secret; a page gets it masked by fresh random bytes, so that a compressed
//! page gives nothing away to somebody who can guess at its parts.

use actix_session::Session;
use subtle::ConstantTimeEq;

const LENGTH: usize = 16;
const KEY: &str = "csrf";

/// Why a form is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the form does not carry this session's token")]
pub struct Forged;

/// A token for a form, made anew for each page.
///
/// # Errors
/// When the session cannot be written.
pub fn token(session: &Session) -> Result<String, actix_session::SessionInsertError> {
    let secret = match secret(session) {
        Some(secret) => secret,
        None => {
            let secret: [u8; LENGTH] = rand::random();
            session.insert(KEY, hex::encode(secret))?;
            secret
        }
    };
    Ok(mask(secret, rand::random()))
}

/// Whether a form's token is this session's.
///
/// # Errors
/// When it is not.
pub fn check(session: &Session, token: &str) -> Result<(), Forged> {
    let secret = secret(session).ok_or(Forged)?;
    let shown = unmask(token).ok_or(Forged)?;
    if bool::from(secret.ct_eq(&shown)) { Ok(()) } else { Err(Forged) }
}

fn secret(session: &Session) -> Option<[u8; LENGTH]> {
    let text: String = session.get(KEY).ok()??;
    hex::decode(text).ok()?.try_into().ok()
}

fn mask(secret: [u8; LENGTH], pad: [u8; LENGTH]) -> String {
    let covered: Vec<u8> = secret.iter().zip(pad).map(|(a, b)| a ^ b).collect();
    hex::encode(pad) + &hex::encode(covered)
}

fn unmask(token: &str) -> Option<[u8; LENGTH]> {
    let bytes = hex::decode(token).ok()?;
    let (pad, covered) = bytes.split_at_checked(LENGTH)?;
    let plain: Vec<u8> = covered.iter().zip(pad).map(|(a, b)| a ^ b).collect();
    plain.try_into().ok().filter(|_| covered.len() == LENGTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_come_off() {
        let secret = [7; LENGTH];
        assert_eq!(unmask(&mask(secret, rand::random())), Some(secret));
        assert_ne!(mask(secret, [1; LENGTH]), mask(secret, [2; LENGTH]));
        for bad in ["", "zz", "00", &"00".repeat(LENGTH), &"00".repeat(LENGTH * 2 + 1)] {
            assert_eq!(unmask(bad), None, "{bad}");
        }
    }
}
