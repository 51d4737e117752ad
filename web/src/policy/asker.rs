//! Who asks, as use cases are told: enough to decide, to count and to write down.

use super::Actor;
use crate::http::address::Prefix;

/// Whoever asks for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asker {
    /// Who it is, for the policy.
    pub actor: Actor,
    /// Who it is, for the audit log: `user:ada`, `guest` or `system`.
    pub name: String,
    /// The network that the request came from, if one is known.
    pub prefix: Option<Prefix>,
    /// The opaque word under which sandboxes are counted. A guest who never started one has none.
    pub key: Option<String>,
}

impl Asker {
    /// The program itself: the catalogue, the reconciler, the command line.
    #[must_use]
    pub fn system() -> Self {
        Self { actor: Actor::System, name: "system".to_owned(), prefix: None, key: None }
    }

    /// The network that the request came from, for a row; empty where none is known.
    #[must_use]
    pub fn address(&self) -> String {
        self.prefix.map(|prefix| prefix.to_string()).unwrap_or_default()
    }

    /// Whether what this key started is the asker's own.
    #[must_use]
    pub fn is(&self, key: &str) -> bool {
        self.key.as_deref().is_some_and(|own| own == key)
    }
}
