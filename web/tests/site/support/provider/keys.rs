//! Signing keys, made for each test.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use ring::{
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
        RsaKeyPair, RsaPublicKeyComponents,
    },
};
use serde_json::{Value, json};
use std::{process::Command, sync::OnceLock};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Algorithm {
    RS256,
    #[default]
    ES256,
    EdDSA,
}

impl Algorithm {
    pub fn name(self) -> &'static str {
        match self {
            Self::RS256 => "RS256",
            Self::ES256 => "ES256",
            Self::EdDSA => "EdDSA",
        }
    }
}

/// One key of each kind; their names change when they do.
pub struct Keys {
    generation: u32,
    ec: EcdsaKeyPair,
    ed: Ed25519KeyPair,
}

impl Default for Keys {
    fn default() -> Self {
        let random = SystemRandom::new();
        let kind = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let ec = EcdsaKeyPair::generate_pkcs8(kind, &random).unwrap();
        let ed = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
        Self {
            generation: 1,
            ec: EcdsaKeyPair::from_pkcs8(kind, ec.as_ref(), &random).unwrap(),
            ed: Ed25519KeyPair::from_pkcs8(ed.as_ref()).unwrap(),
        }
    }
}

/// ring signs by RSA, but makes no such keys.
fn rsa() -> &'static RsaKeyPair {
    static KEY: OnceLock<RsaKeyPair> = OnceLock::new();
    KEY.get_or_init(|| {
        let made = Command::new("openssl")
            .args(["genpkey", "-algorithm", "RSA", "-outform", "DER"])
            .args(["-pkeyopt", "rsa_keygen_bits:2048"])
            .output()
            .expect("openssl is missing: make deps-test");
        // One version of openssl writes PKCS #1, another PKCS #8.
        let bare = RsaKeyPair::from_der(&made.stdout);
        bare.or_else(|_| RsaKeyPair::from_pkcs8(&made.stdout)).unwrap()
    })
}

impl Keys {
    /// Others, under other names.
    pub fn next(&self) -> Self {
        Self { generation: self.generation + 1, ..Self::default() }
    }

    pub fn name(&self, algorithm: Algorithm) -> String {
        format!("{}-{}", algorithm.name(), self.generation)
    }

    /// The public halves.
    pub fn set(&self) -> Value {
        let name = |algorithm| self.name(algorithm);
        let text = |bytes: &[u8]| BASE64.encode(bytes);
        let point = self.ec.public_key().as_ref();
        let RsaPublicKeyComponents::<Vec<u8>> { n, e } = rsa().public().into();
        json!({"keys": [
            {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": name(Algorithm::RS256),
             "n": text(&n),
             "e": text(&e)},
            {"kty": "EC", "crv": "P-256", "kid": name(Algorithm::ES256),
             "x": text(&point[1..33]), "y": text(&point[33..])},
            {"kty": "OKP", "crv": "Ed25519", "kid": name(Algorithm::EdDSA),
             "x": text(self.ed.public_key().as_ref())},
            {"kty": "a kind of tomorrow", "kid": "new", "q": 1},
        ]})
    }

    /// The public half of the elliptic key, as an attacker would use it for a secret.
    pub fn public(&self) -> &[u8] {
        self.ec.public_key().as_ref()
    }

    pub fn sign(&self, algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match algorithm {
            Algorithm::RS256 => {
                let mut signature = vec![0; rsa().public().modulus_len()];
                rsa().sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).unwrap();
                signature
            }
            Algorithm::ES256 => self.ec.sign(&random, message).unwrap().as_ref().to_vec(),
            Algorithm::EdDSA => self.ed.sign(message).as_ref().to_vec(),
        }
    }
}
