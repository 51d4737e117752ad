//! Is an ID token the provider's, for us, for this log-in, and fresh? (OpenID Connect Core 3.1.3.7)

use super::{error::ProviderError, signatures::ALGORITHMS};
use jsonwebtoken::{DecodingKey, Header, Validation, decode, jwk::Jwk};
use serde::Deserialize;
use serde_json::{Map, Value};
use subtle::ConstantTimeEq;

/// How far clocks may be apart, in seconds.
const LEEWAY: u64 = 60;
/// The longest token that is looked at, in bytes.
const LONGEST: usize = 32 << 10;

/// What a token must say.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// Who issued it. Google writes its own name in two ways.
    pub issuers: &'a [String],
    /// Whom it is for: our client id.
    pub client_id: &'a str,
    /// Which log-in it belongs to.
    pub nonce: &'a str,
}

#[derive(Deserialize)]
struct Claims {
    aud: Audience,
    azp: Option<String>,
    // Required, and a number: what is missing or of another kind never expires elsewhere.
    #[serde(rename = "exp")]
    _exp: u64,
    nonce: Option<String>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(#[allow(dead_code)] String),
    Many(Vec<String>),
}

/// The header of a token, whose signature is still to be verified.
pub fn header(token: &str) -> Result<Header, ProviderError> {
    if token.len() > LONGEST {
        return Err(wrong("it is too long"));
    }
    let header = jsonwebtoken::decode_header(token).map_err(wrong)?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(wrong(format!("it is signed by {:?}", header.alg)));
    }
    Ok(header)
}

/// What a token says of its holder, if it holds under one of these keys.
pub fn verify(
    token: &str,
    header: &Header,
    keys: &[Jwk],
    expected: Expected<'_>,
) -> Result<Map<String, Value>, ProviderError> {
    let mut validation = Validation::new(header.alg);
    validation.leeway = LEEWAY;
    validation.validate_nbf = true;
    validation.set_audience(&[expected.client_id]);
    validation.set_issuer(expected.issuers);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    let mut why = wrong("it is signed with an unknown key");
    for key in keys {
        let Ok(key) = DecodingKey::from_jwk(key) else { continue };
        match decode::<Claims>(token, &key, &validation) {
            Ok(token) => return check(token.claims, expected),
            Err(error) => why = wrong(error),
        }
    }
    Err(why)
}

fn check(claims: Claims, expected: Expected<'_>) -> Result<Map<String, Value>, ProviderError> {
    let many = matches!(&claims.aud, Audience::Many(all) if all.len() > 1);
    match &claims.azp {
        Some(azp) if azp != expected.client_id => return Err(wrong("it was made for another")),
        None if many => return Err(wrong("it is for several, and does not say for whom")),
        _ => {}
    }
    let nonce = claims.nonce.unwrap_or_default();
    if !bool::from(nonce.as_bytes().ct_eq(expected.nonce.as_bytes())) {
        return Err(wrong("its nonce is that of another log-in"));
    }
    Ok(claims.rest)
}

fn wrong(why: impl ToString) -> ProviderError {
    ProviderError::IdToken(why.to_string())
}
