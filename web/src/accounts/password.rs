//! Passwords: argon2id, off the event loop, a few at a time.

use crate::config::PasswordConfig;
use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash, Salt},
};
use std::sync::{Arc, Mutex, PoisonError};
use subtle::ConstantTimeEq;
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
    Hash(argon2::Error),
    /// A hash cannot be read, or not be written down.
    #[error("a password hash cannot be read or written: {0}")]
    Stored(argon2::password_hash::phc::Error),
    /// A stored hash is of another kind.
    #[error("a stored password hash is not one of argon2, or incomplete")]
    Foreign,
    /// The server is ending.
    #[error("hashing was cut short")]
    Cut,
}

/// Hashes and verifies.
#[derive(Clone)]
pub struct Hasher {
    params: Params,
    permits: Arc<Semaphore>,
    /// The memory that hashes are worked out in, one for each that is worked on at once. It is used
    /// again: allocators keep what large blocks they are given back, once for each of their arenas.
    memory: Arc<Mutex<Vec<Vec<Block>>>>,
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
        let nobody: [u8; 16] = rand::random();
        let decoy = hash(&params, &mut Vec::new(), &nobody)?.into();
        let permits = Arc::new(Semaphore::new(config.at_once.max(1)));
        Ok(Self { params, permits, memory: Arc::default(), decoy })
    }

    /// A PHC string for a password.
    ///
    /// # Errors
    /// When argon2 fails or the server ends.
    pub async fn hash(&self, password: &str) -> Result<String, HashError> {
        let (params, password) = (self.params.clone(), password.to_owned());
        self.work(move |memory| hash(&params, memory, password.as_bytes())).await
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
        let password = password.to_owned();
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.decoy.as_ref().to_owned());
        let right = self.work(move |memory| verify(&stored, memory, password.as_bytes()));
        Ok(right.await? && known)
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Vec<Block>) -> Result<T, HashError> + Send + 'static,
    ) -> Result<T, HashError> {
        let permit = self.permits.clone().acquire_owned().await.map_err(|_| HashError::Cut)?;
        let pool = self.memory.clone();
        let done = tokio::task::spawn_blocking(move || {
            // Held until the work is done, even when the request that asked for it is gone.
            let _permit = permit;
            let kept = || pool.lock().unwrap_or_else(PoisonError::into_inner);
            let mut memory = kept().pop().unwrap_or_default();
            let done = work(&mut memory);
            kept().push(memory);
            done
        });
        done.await.map_err(|_| HashError::Cut)?
    }
}

/// Works a hash out in `memory`, which grows to what the cost asks for.
fn digest(
    argon2: &Argon2<'_>,
    memory: &mut Vec<Block>,
    password: &[u8],
    salt: &[u8],
    out: &mut [u8],
) -> Result<(), HashError> {
    let blocks = argon2.params().block_count();
    memory.resize(memory.len().max(blocks), Block::default());
    let memory = memory.get_mut(..blocks).unwrap_or_default();
    argon2.hash_password_into_with_memory(password, salt, out, memory).map_err(HashError::Hash)
}

/// The PHC string of a password, with a new salt.
fn hash(params: &Params, memory: &mut Vec<Block>, password: &[u8]) -> Result<String, HashError> {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let salt: [u8; 16] = rand::random();
    let mut out = [0; Params::DEFAULT_OUTPUT_LEN];
    digest(&argon2, memory, password, &salt, &mut out)?;
    let phc = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).map_err(|_| HashError::Foreign)?,
        salt: Some(Salt::new(&salt).map_err(HashError::Stored)?),
        hash: Some(Output::new(&out).map_err(HashError::Stored)?),
    };
    Ok(phc.to_string())
}

/// Whether a password is the one behind a PHC string, at the cost that is written there.
fn verify(stored: &str, memory: &mut Vec<Block>, password: &[u8]) -> Result<bool, HashError> {
    let stored = PasswordHash::new(stored).map_err(HashError::Stored)?;
    let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else {
        return Err(HashError::Foreign);
    };
    let algorithm =
        Algorithm::try_from(stored.algorithm.as_str()).map_err(|_| HashError::Foreign)?;
    let version = stored.version.map_or(Ok(Version::default()), Version::try_from);
    let params = Params::try_from(&stored).map_err(|_| HashError::Foreign)?;
    let version = version.map_err(|_| HashError::Foreign)?;
    let argon2 = Argon2::new(algorithm, version, params);
    let mut out = vec![0; expected.len()];
    digest(&argon2, memory, password, salt.as_ref(), &mut out)?;
    Ok(out.ct_eq(expected.as_bytes()).into())
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

    #[tokio::test]
    async fn hashes_of_other_costs_and_programs_are_read() {
        let config = PasswordConfig { memory_kib: 64, iterations: 1, at_once: 1 };
        let hasher = Hasher::new(config).unwrap();
        let stored = reference("password");
        assert!(hasher.verify("password", Some(stored.clone())).await.unwrap());
        assert!(!hasher.verify("Password", Some(stored)).await.unwrap());
        let dear = Hasher::new(PasswordConfig { memory_kib: 256, ..config }).unwrap();
        let stored = dear.hash("correct horse").await.unwrap();
        assert!(hasher.verify("correct horse", Some(stored.clone())).await.unwrap());
        assert_eq!(hasher.memory.lock().unwrap().len(), 1);
        for bad in ["", "$argon2id$v=19$m=64,t=1,p=1", "$2b$12$abcdefghijklmnopqrstuu"] {
            assert!(hasher.verify("x", Some(bad.to_owned())).await.is_err(), "{bad}");
        }
    }

    /// What the library makes of a password by itself, with its own memory.
    fn reference(password: &str) -> String {
        use argon2::password_hash::PasswordHasher;
        let params = Params::new(256, 2, 1, None).unwrap();
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        argon2.hash_password_with_salt(password.as_bytes(), b"some salt of it").unwrap().to_string()
    }

    #[test]
    fn a_cost_out_of_range_is_refused() {
        let config = PasswordConfig { memory_kib: 1, iterations: 1, at_once: 1 };
        assert!(Hasher::new(config).is_err());
    }
}
