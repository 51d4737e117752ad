//! A provider's public keys, kept, and fetched again when it signs with a new one.

use super::{error::ProviderError, http::Http};
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use url::Url;

/// How long keys are believed: a key that was withdrawn is gone after that.
const KEPT: Duration = Duration::from_secs(3_600);
/// Unknown keys make us ask again at most this often.
const ASKED_AGAIN: Duration = Duration::from_secs(30);

/// The keys of one provider.
#[derive(Debug, Default)]
pub struct Keys(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    kept: Option<(Instant, Arc<JwkSet>)>,
    /// When an unknown key last made us ask.
    asked_again: Option<Instant>,
}

impl Keys {
    /// The keys that a token with this `kid` may be signed with.
    pub async fn find(
        &self,
        http: &Http,
        url: &Url,
        kid: Option<&str>,
    ) -> Result<Vec<Jwk>, ProviderError> {
        let (set, kept) = match self.kept() {
            Some(set) => (set, true),
            None => (self.fetch(http, url).await?, false),
        };
        let found = fitting(&set, kid);
        if !found.is_empty() || !kept || !self.may_ask_again(Instant::now()) {
            return Ok(found);
        }
        let set = self.fetch(http, url).await?;
        Ok(fitting(&set, kid))
    }

    fn kept(&self) -> Option<Arc<JwkSet>> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.kept.as_ref().filter(|(at, _)| at.elapsed() < KEPT).map(|(_, set)| set.clone())
    }

    fn may_ask_again(&self, now: Instant) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.asked_again.is_some_and(|at| now.saturating_duration_since(at) < ASKED_AGAIN) {
            return false;
        }
        state.asked_again = Some(now);
        true
    }

    async fn fetch(&self, http: &Http, url: &Url) -> Result<Arc<JwkSet>, ProviderError> {
        let set: Arc<JwkSet> = Arc::new(http.json(url, None).await?);
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.kept = Some((Instant::now(), set.clone()));
        Ok(set)
    }
}

fn fitting(set: &JwkSet, kid: Option<&str>) -> Vec<Jwk> {
    let signs = |key: &&Jwk| {
        matches!(key.common.public_key_use, None | Some(PublicKeyUse::Signature))
            && kid.is_none_or(|kid| key.common.key_id.as_deref() == Some(kid))
    };
    // No provider has many; a stranger's set must not make us work.
    set.keys.iter().filter(signs).take(16).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_keys_make_us_ask_again_now_and_then() {
        let (keys, start) = (Keys::default(), Instant::now());
        assert!(keys.may_ask_again(start));
        assert!(!keys.may_ask_again(start));
        assert!(!keys.may_ask_again(start + ASKED_AGAIN / 2));
        assert!(keys.may_ask_again(start + ASKED_AGAIN));
    }

    #[test]
    fn keys_are_found_by_name_and_use() {
        let text = r#"{"keys":[
            {"kty":"OKP","crv":"Ed25519","kid":"a","x":"AA"},
            {"kty":"OKP","crv":"Ed25519","kid":"b","use":"enc","x":"AA"},
            {"kty":"new","kid":"c","z":1}]}"#;
        let set: JwkSet = serde_json::from_str(text).unwrap();
        let names = |kid| {
            let found = fitting(&set, kid);
            found.into_iter().filter_map(|key| key.common.key_id).collect::<Vec<_>>()
        };
        assert_eq!(names(Some("a")), ["a"]);
        assert_eq!(names(Some("b")), [""; 0]);
        assert_eq!(names(None), ["a", "c"]);
    }
}
