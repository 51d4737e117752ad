//! What a provider says of somebody, cut down to what is used here.

use super::{config::Fields, error::ProviderError};
use serde_json::{Map, Value};

/// The longest subject, in bytes: OpenID Connect allows 255.
const LONGEST_SUBJECT: usize = 255;
/// The longest other text, in characters.
const LONGEST: usize = 100;

/// Somebody at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// What never changes.
    pub subject: String,
    /// What its holder calls it: for a person's eyes.
    pub label: String,
    /// What a user name here may be made of; empty where nothing is known.
    pub name: String,
    /// Its e-mail address; empty where none is known. Never proof of anything.
    pub email: String,
}

impl Profile {
    /// From the claims of OpenID Connect.
    pub fn of_claims(claims: &Map<String, Value>) -> Result<Self, ProviderError> {
        let subject = subject(claims, "sub")?;
        let email = match claims.get("email_verified") {
            Some(Value::Bool(false)) => String::new(),
            _ => text(claims, "email"),
        };
        let nick = [text(claims, "preferred_username"), text(claims, "nickname")];
        let nick = nick.into_iter().find(|text| !text.is_empty()).unwrap_or_default();
        let full = text(claims, "name");
        let local = email.split('@').next().unwrap_or_default().to_owned();
        let label = first([&nick, &email, &full, &subject]);
        Ok(Self { name: first([&nick, &local, &full, ""]), label, subject, email })
    }

    /// From the answer of an OAuth 2 provider of this shape.
    pub fn of_answer(answer: &Map<String, Value>, fields: &Fields) -> Result<Self, ProviderError> {
        let subject = subject(answer, &fields.subject)?;
        let (name, email) = (text(answer, &fields.name), text(answer, &fields.email));
        Ok(Self { label: first([&name, &email, &subject, ""]), subject, name, email })
    }

    /// Whether a person would not recognise it.
    pub fn is_bare(&self) -> bool {
        self.name.is_empty()
    }
}

fn first(texts: [&str; 4]) -> String {
    let found = texts.into_iter().find(|text| !text.is_empty());
    found.unwrap_or_default().chars().take(LONGEST).collect()
}

/// A text or a whole number, such as GitHub's.
fn subject(fields: &Map<String, Value>, key: &str) -> Result<String, ProviderError> {
    let subject = match fields.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) if number.is_u64() => number.to_string(),
        Some(_) => return Err(ProviderError::NoSubject("it is neither a text nor a number")),
        None => return Err(ProviderError::NoSubject("it is missing")),
    };
    if subject.is_empty() || subject.len() > LONGEST_SUBJECT {
        return Err(ProviderError::NoSubject("it is empty or too long"));
    }
    if subject.chars().any(char::is_control) {
        return Err(ProviderError::NoSubject("it holds control characters"));
    }
    Ok(subject)
}

fn text(fields: &Map<String, Value>, key: &str) -> String {
    let text = fields.get(key).and_then(Value::as_str).unwrap_or_default();
    text.chars().filter(|c| !c.is_control()).take(LONGEST).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn claims_become_a_profile() {
        let profile = |value| Profile::of_claims(&map(value)).unwrap();
        let google = profile(json!({"sub": "1", "email": "ada@x.example", "name": "Ada L"}));
        assert_eq!((google.label.as_str(), google.name.as_str()), ("ada@x.example", "ada"));
        let nick = profile(json!({"sub": "1", "preferred_username": "ad\u{7}a"}));
        assert_eq!((nick.label.as_str(), nick.email.as_str()), ("ada", ""));
        let bare = profile(json!({"sub": "x", "email": "a@b", "email_verified": false}));
        assert_eq!((bare.label.as_str(), bare.is_bare()), ("x", true));
    }

    #[test]
    fn answers_become_a_profile() {
        let fields = Fields {
            subject: "id".to_owned(),
            name: "login".to_owned(),
            email: "email".to_owned(),
        };
        let profile = |value| Profile::of_answer(&map(value), &fields);
        let ada = profile(json!({"id": 583_231, "login": "ada", "email": null})).unwrap();
        assert_eq!((ada.subject.as_str(), ada.label.as_str()), ("583231", "ada"));
        for bad in [
            json!({}),
            json!({"id": null}),
            json!({"id": ""}),
            json!({"id": 1.5}),
            json!({"id": -1}),
            json!({"id": ["1"]}),
            json!({"id": "x".repeat(256)}),
            json!({"id": "a\nb"}),
        ] {
            assert!(profile(bad.clone()).is_err(), "{bad}");
        }
    }
}
