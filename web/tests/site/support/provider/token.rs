//! ID tokens, good ones and others.

use super::{Algorithm, Books, CLIENT, Fault, Keys};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use ring::hmac;
use serde_json::{Value, json};

fn part(value: &Value) -> String {
    BASE64.encode(value.to_string())
}

pub fn id_token(books: &Books, nonce: &str) -> String {
    let (fault, algorithm) = (books.fault, books.algorithm);
    if fault == Fault::NotAToken {
        return "not.a.token".to_owned();
    }
    let header = header(books, fault, algorithm);
    let message = format!("{}.{}", part(&header), part(&claims(books, nonce)));
    let signature = match fault {
        Fault::Unsigned => Vec::new(),
        Fault::PublicKeyAsSecret => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, books.keys.public());
            hmac::sign(&key, message.as_bytes()).as_ref().to_vec()
        }
        // Another key under the same name.
        Fault::OtherSignature => Keys::default().sign(Algorithm::ES256, message.as_bytes()),
        Fault::CutSignature => {
            let mut signature = books.keys.sign(algorithm, message.as_bytes());
            signature.truncate(10);
            signature
        }
        _ => books.keys.sign(algorithm, message.as_bytes()),
    };
    let message = match fault {
        Fault::ChangedClaims => {
            let mut claims = claims(books, nonce);
            claims["sub"] = "somebody else".into();
            format!("{}.{}", part(&header), part(&claims))
        }
        _ => message,
    };
    format!("{message}.{}", BASE64.encode(signature))
}

fn header(books: &Books, fault: Fault, algorithm: Algorithm) -> Value {
    let kid = match fault {
        Fault::UnknownKey => "unknown".to_owned(),
        _ => books.keys.name(algorithm),
    };
    let alg = match fault {
        Fault::Unsigned => "none",
        Fault::PublicKeyAsSecret => "HS256",
        _ => algorithm.name(),
    };
    json!({"alg": alg, "typ": "JWT", "kid": kid})
}

fn claims(books: &Books, nonce: &str) -> Value {
    let now = chrono::Utc::now().timestamp();
    let (number, name) = &books.who;
    let mut claims = json!({
        "iss": books.base, "aud": CLIENT, "azp": CLIENT, "sub": number.to_string(),
        "email": format!("{name}@example.org"), "email_verified": true, "name": name,
        "nonce": nonce, "iat": now, "exp": now + 300,
    });
    let fields = claims.as_object_mut().unwrap();
    let mut set = |name: &str, value: Value| drop(fields.insert(name.to_owned(), value));
    match books.fault {
        Fault::OtherIssuer => set("iss", "https://evil.example".into()),
        Fault::OtherAudience => set("aud", "another site".into()),
        Fault::OtherParty => set("azp", "another site".into()),
        Fault::ManyAudiences => {
            set("aud", json!([CLIENT, "another site"]));
            drop(fields.remove("azp"));
        }
        Fault::OtherNonce => set("nonce", "0".repeat(64).into()),
        Fault::NoNonce => drop(fields.remove("nonce")),
        Fault::Expired => set("exp", (now - 300).into()),
        Fault::NoExpiry => drop(fields.remove("exp")),
        Fault::ExpiryAsText => set("exp", "2999-01-01".into()),
        Fault::NotYet => set("nbf", (now + 300).into()),
        Fault::NoSubject => drop(fields.remove("sub")),
        Fault::SubjectList => set("sub", json!(["1"])),
        _ => {}
    }
    claims
}
