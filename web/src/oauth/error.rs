//! What goes wrong between us and a provider.

/// Why a provider's word is not taken. For the log only: no secrets, no tokens.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// It cannot be reached, or not in time.
    #[error("it cannot be reached: {}", chain(.0))]
    Unreachable(#[from] reqwest::Error),
    /// It takes too long altogether.
    #[error("it takes too long")]
    TooSlow,
    /// An answer over the limit.
    #[error("an answer of more than {0} bytes")]
    TooLong(usize),
    /// A status that does not fit.
    #[error("{0} answers with status {1}")]
    Status(String, u16),
    /// Not the JSON that was expected.
    #[error("{0} answers with something else than the JSON expected: {1}")]
    Json(String, String),
    /// Its description of itself is not to be believed.
    #[error("its discovery document does not hold: {0}")]
    Discovery(String),
    /// It did not take the code.
    #[error("the code was not exchanged: {0}")]
    Exchange(String),
    /// No ID token, or one that does not hold.
    #[error("the ID token does not hold: {0}")]
    IdToken(String),
    /// It does not say who it is.
    #[error("its answer does not name the account: {0}")]
    NoSubject(&'static str),
}

/// An error with its causes: reqwest's own words hide them.
fn chain(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
