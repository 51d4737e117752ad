//! Passwords: argon2id, off the event loop, a few at a time.

use crate::config::PasswordConfig;
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Passwords longer than this, in bytes, are wrong without being hashed.
const LONGEST: usize = 4 * 256;

/// Why a password was not hashed. For the log only.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// The configured cost is out of argon2's range.
    #[error("the password cost is out of range: {0}")]
    Cost(argon2::Error),
    /// argon2 failed.
    #[error("a password cannot be hashed: {0}")]
    Hash(argon2::password_hash::Error),
    /// A stored hash cannot be read.
    #[error("a stored password hash cannot be read: {0}")]
    Stored(argon2::password_hash::phc::Error),
    /// The server is ending.
    #[error("hashing was cut short")]
    Cut,
}

/// Hashes and verifies.
#[derive(Clone)]
pub struct Hasher {
    argon2: Arc<Argon2<'static>>,
    permits: Arc<Semaphore>,
    /// What a password is compared with where there is no account.
    decoy: Arc<str>,
}

impl Hasher {
    /// A hasher of this cost.
    ///
    /// # Errors
    /// When the cost is out of range.
    pub fn new(config: PasswordConfig) -> Result<Self, HashError> {
        let params = Params::new(config.memory_kib, config.iterations, 1, None);
        let params = params.map_err(HashError::Cost)?;
        let argon2 = Arc::new(Argon2::new(Algorithm::Argon2id, Version::V0x13, params));
        let nobody: [u8; 16] = rand::random();
        let decoy = hash(&argon2, &nobody)?.into();
        let permits = Arc::new(Semaphore::new(config.at_once.max(1)));
        Ok(Self { argon2, permits, decoy })
    }

    /// A PHC string for a password.
    ///
    /// # Errors
    /// When argon2 fails or the server ends.
    pub async fn hash(&self, password: &str) -> Result<String, HashError> {
        let (argon2, password) = (self.argon2.clone(), password.to_owned());
        self.work(move || hash(&argon2, password.as_bytes())).await
    }

    /// Whether a password is the one behind a PHC string. Without one the work is the same and the
    /// answer no.
    ///
    /// # Errors
    /// When argon2 fails or the server ends.
    pub async fn verify(&self, password: &str, stored: Option<String>) -> Result<bool, HashError> {
        if password.len() > LONGEST {
            return Ok(false);
        }
        let (argon2, password) = (self.argon2.clone(), password.to_owned());
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.decoy.as_ref().to_owned());
        let right = self.work(move || {
            let stored = PasswordHash::new(&stored).map_err(HashError::Stored)?;
            Ok(argon2.verify_password(password.as_bytes(), &stored).is_ok())
        });
        Ok(right.await? && known)
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, HashError> + Send + 'static,
    ) -> Result<T, HashError> {
        let permit = self.permits.clone().acquire_owned().await.map_err(|_| HashError::Cut)?;
        let done = tokio::task::spawn_blocking(move || {
            // Held until the work is done, even when the request that asked for it is gone.
            let _permit = permit;
            work()
        });
        done.await.map_err(|_| HashError::Cut)?
    }
}

fn hash(argon2: &Argon2<'_>, password: &[u8]) -> Result<String, HashError> {
    Ok(argon2.hash_password(password).map_err(HashError::Hash)?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_right_password_and_no_other() {
        let config = PasswordConfig { memory_kib: 64, iterations: 1, at_once: 1 };
        let hasher = Hasher::new(config).unwrap();
        let stored = hasher.hash("correct horse").await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{stored}");
        assert!(hasher.verify("correct horse", Some(stored.clone())).await.unwrap());
        assert!(!hasher.verify("wrong horse", Some(stored.clone())).await.unwrap());
        assert!(!hasher.verify("correct horse", None).await.unwrap());
        assert!(!hasher.verify(&"x".repeat(LONGEST + 1), Some(stored)).await.unwrap());
        assert_ne!(hasher.hash("same").await.unwrap(), hasher.hash("same").await.unwrap());
    }

    #[test]
    fn a_cost_out_of_range_is_refused() {
        let config = PasswordConfig { memory_kib: 1, iterations: 1, at_once: 1 };
        assert!(Hasher::new(config).is_err());
    }
}
