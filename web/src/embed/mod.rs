//! A project's terminal within a page of somebody else's, such as its documentation.
//!
//! ```text
//! parent page ── iframe ──> GET  /p/{slug}/embed         a button, with a pass for whoever presses it
//!                           POST /p/{slug}/embed/start   pass in, sandbox started; the terminal, with
//!                                                        a key to this one sandbox
//!                           the page's calls             X-Trythis-Embed: key
//!                           POST /p/{slug}/embed/stop    key in, sandbox stopped; the button again
//! ```
//!
//! Browsers send no cookies into other sites' frames, so none are used: nobody is logged in there, and
//! the frame's forms carry no session's token. What they carry instead is signed here:
//!
//! - a **pass** names a project, a moment and a guest of its own, made up by chance. It starts that
//!   project's sandbox for that guest within half an hour. One guest has one sandbox, and every start
//!   counts against its network like any other, so a pass that is used again wins nothing.
//! - a **key** names one sandbox and its guest. Its bearer is that guest, for the calls that concern
//!   that sandbox, and for nothing else.
//!
//! Only the parents that the maintainer listed may frame the pages: `frame-ancestors` says so to
//! browsers. A page elsewhere cannot send the form either: [`crate::http::fetch_site`] holds for these
//! forms as for all others. Both words are in the body of pages only, never in an address.

pub mod settings;

use chrono::{DateTime, TimeDelta, Utc};
use container_api::SandboxId;
use ring::hmac::{self, HMAC_SHA256};

/// How long a page may be open until its button is pressed.
const VALID: TimeDelta = TimeDelta::minutes(30);
/// Under which header the page's calls carry the key.
pub const HEADER: &str = "x-trythis-embed";

/// Signs passes and keys.
pub struct Embeds(hmac::Key);

impl Embeds {
    /// Signs by a key of its own, made from the session's.
    #[must_use]
    pub fn new(session: &[u8; 64]) -> Self {
        let root = hmac::Key::new(HMAC_SHA256, session);
        Self(hmac::Key::new(HMAC_SHA256, hmac::sign(&root, b"embed").as_ref()))
    }

    /// A pass for a new guest.
    #[must_use]
    pub fn pass(&self, slug: &str, now: DateTime<Utc>) -> String {
        let (guest, time) = (format!("g:{:032x}", rand::random::<u128>()), now.timestamp());
        self.signed(&format!("{time}.{guest}"), &["pass", slug])
    }

    /// The guest of a pass for this project that is in force.
    #[must_use]
    pub fn guest(&self, pass: &str, slug: &str, now: DateTime<Utc>) -> Option<String> {
        let (time, guest) = self.believed(pass, &["pass", slug])?.split_once('.')?;
        let age = now.signed_duration_since(DateTime::from_timestamp(time.parse().ok()?, 0)?);
        (TimeDelta::zero() <= age && age < VALID).then(|| guest.to_owned())
    }

    /// The key to a guest's sandbox.
    #[must_use]
    pub fn key(&self, id: &SandboxId, guest: &str) -> String {
        self.signed(&format!("{id}.{guest}"), &["key"])
    }

    /// Which sandbox a key opens, and as which guest.
    #[must_use]
    pub fn opened(&self, key: &str) -> Option<(SandboxId, String)> {
        let (id, guest) = self.believed(key, &["key"])?.split_once('.')?;
        Some((id.parse().ok()?, guest.to_owned()))
    }

    /// The guest whose sandbox a call concerns, if its key is to that sandbox.
    #[must_use]
    pub fn caller(&self, key: &str, path: &str) -> Option<String> {
        let (id, guest) = self.opened(key)?;
        let rest = path.strip_prefix("/api/v1/sandboxes/")?.strip_prefix(id.as_str())?;
        (rest.is_empty() || rest.starts_with('/')).then_some(guest)
    }

    fn signed(&self, text: &str, purpose: &[&str]) -> String {
        let tag = hmac::sign(&self.0, &message(text, purpose));
        format!("{text}.{}", hex::encode(tag))
    }

    fn believed<'a>(&self, signed: &'a str, purpose: &[&str]) -> Option<&'a str> {
        let (text, tag) = signed.rsplit_once('.')?;
        hmac::verify(&self.0, &message(text, purpose), &hex::decode(tag).ok()?).ok()?;
        Some(text)
    }
}

/// None of the parts holds a NUL, so none passes for two.
fn message(text: &str, purpose: &[&str]) -> Vec<u8> {
    [purpose, &[text]].concat().join("\0").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_starts_one_project_for_a_while() {
        let (embeds, now) = (Embeds::new(&[7; 64]), Utc::now());
        let pass = embeds.pass("jq", now);
        let guest = embeds.guest(&pass, "jq", now).expect("in force");
        assert!(guest.starts_with("g:") && guest.len() == 34);
        assert_eq!(
            embeds.guest(&pass, "jq", now + VALID - TimeDelta::seconds(1)),
            Some(guest.clone())
        );
        assert_eq!(embeds.guest(&pass, "jq", now + VALID), None, "too old");
        assert_eq!(embeds.guest(&pass, "jq", now - TimeDelta::seconds(2)), None, "from tomorrow");
        assert_eq!(embeds.guest(&pass, "fzf", now), None, "another project's");
        assert_eq!(Embeds::new(&[8; 64]).guest(&pass, "jq", now), None, "another server's");
        let other = embeds.guest(&embeds.pass("jq", now), "jq", now);
        assert_ne!(other, Some(guest.clone()));
        let forged = pass.replace(&guest, "u:1");
        for bad in ["", ".", "..", "1.g:0.00", &pass[1..], &forged, &format!("{pass}0"), "1.2.zz"] {
            assert_eq!(embeds.guest(bad, "jq", now), None, "{bad}");
        }
    }

    #[test]
    fn a_key_opens_one_sandbox() {
        let (embeds, id) = (Embeds::new(&[7; 64]), SandboxId::random());
        let key = embeds.key(&id, "g:1");
        assert_eq!(embeds.opened(&key), Some((id.clone(), "g:1".to_owned())));
        assert_eq!(Embeds::new(&[8; 64]).opened(&key), None);
        let other = SandboxId::random();
        assert_eq!(embeds.opened(&key.replace(id.as_str(), other.as_str())), None);
        assert_eq!(embeds.opened(&embeds.pass("jq", Utc::now())), None, "a pass is no key");
        for (path, opens) in [
            (format!("/api/v1/sandboxes/{id}"), true),
            (format!("/api/v1/sandboxes/{id}/freeze"), true),
            (format!("/api/v1/sandboxes/{id}0"), false),
            (format!("/api/v1/sandboxes/{other}"), false),
            ("/api/v1/sandboxes".to_owned(), false),
            ("/api/v1/sandboxes/".to_owned(), false),
            (format!("/s/{id}"), false),
            ("/".to_owned(), false),
        ] {
            assert_eq!(embeds.caller(&key, &path).is_some(), opens, "{path}");
        }
    }
}
