//! Tokens that programs come with, in the product's own form: `trythis_`, 43 letters and digits,
//! and 6 that are their checksum.

use sha2::{Digest, Sha256};

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The token of the account of this number. Not secret: it opens a database that is thrown away.
pub fn number(number: u64) -> String {
    let body = format!("{number:043}");
    format!("trythis_{body}{}", checksum(&body))
}

/// What the database keeps of a token.
pub fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}

fn checksum(body: &str) -> String {
    let [a, b, c, d, ..]: [u8; 32] = Sha256::digest(body).into();
    let number = u32::from_be_bytes([a, b, c, d]);
    (0..6)
        .rev()
        .map(|place| char::from(DIGITS[(number / 62_u32.pow(place) % 62) as usize]))
        .collect()
}
