//! What the web service is told at its start, one struct per concern.

use crate::{
    db::DatabaseUrl, discover::sponsor::Sponsor, import::ImportConfig, oauth::config::OAuthConfig,
};
use container_api::{ContainerClient, Limits};
use std::{fmt, time::Duration};

/// Everything that the web service is told at its start.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the data is.
    pub database: DatabaseUrl,
    /// How visitors are remembered.
    pub session: SessionConfig,
    /// Where sandboxes and builds run.
    pub containers: ContainerClient,
    /// Which address people use.
    pub address: AddressConfig,
    /// What hashing a password may cost.
    pub passwords: PasswordConfig,
    /// How many accounts may be made.
    pub accounts: AccountConfig,
    /// What one try may use, and how many there may be.
    pub tries: TryConfig,
    /// How long what was done is remembered.
    pub audit: AuditConfig,
    /// Which other sites people may log in with.
    pub oauth: OAuthConfig,
    /// Which sites are asked what a repository says of itself.
    pub imports: ImportConfig,
    /// What the home page and the search show.
    pub discover: DiscoverConfig,
}

/// What the home page and the search show.
#[derive(Debug, Clone)]
pub struct DiscoverConfig {
    /// A banner on the home page.
    pub sponsor: Option<Sponsor>,
    /// How long lists and counts of the whole catalogue are kept, which every visitor shares.
    pub keep: Duration,
}

impl Default for DiscoverConfig {
    fn default() -> Self {
        Self { sponsor: None, keep: Duration::from_secs(5) }
    }
}

/// How long what was done is remembered.
#[derive(Debug, Clone, Copy)]
pub struct AuditConfig {
    /// Days until a row of the audit log is removed.
    pub days: u32,
}

impl Default for AuditConfig {
    fn default() -> Self {
        Self { days: 400 }
    }
}

/// How many accounts may be made.
#[derive(Debug, Clone, Copy)]
pub struct AccountConfig {
    /// From one network (/24, /48) in an hour.
    pub sign_ups_per_hour: u32,
}

impl Default for AccountConfig {
    /// A class that signs up together has to fit.
    fn default() -> Self {
        Self { sign_ups_per_hour: 100 }
    }
}

/// How visitors are remembered.
#[derive(Debug, Clone)]
pub struct SessionConfig {
    /// Signs and encrypts the session cookie.
    pub key: SessionKey,
    /// Whether the cookie travels over HTTPS only.
    pub secure_cookies: bool,
    /// Where sessions and throttles are kept when several web servers share them, such as
    /// `redis://127.0.0.1/`. Without it, sessions are in the database and throttles in memory. The
    /// text may hold a password: it goes to no log.
    pub redis: Option<RedisUrl>,
}

/// A Redis server's URL.
#[derive(Clone)]
pub struct RedisUrl(pub String);

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedisUrl(…)")
    }
}

/// The secret behind the session cookie.
#[derive(Clone)]
pub struct SessionKey(pub [u8; 64]);

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKey(…)")
    }
}

/// Which address people use.
#[derive(Debug, Clone, Default)]
pub struct AddressConfig {
    /// Such as `https://try.example.org`; without it, the request's own host is taken.
    pub public_url: Option<String>,
    /// Whether a proxy stands in front and its `X-Forwarded-For` and `X-Forwarded-Proto` hold.
    pub behind_proxy: bool,
}

/// What hashing a password with argon2id may cost.
#[derive(Debug, Clone, Copy)]
pub struct PasswordConfig {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub iterations: u32,
    /// How many hashes are worked on at once; the others wait.
    pub at_once: usize,
}

impl Default for PasswordConfig {
    /// The first choice of OWASP's cheat sheet, two at once.
    fn default() -> Self {
        Self { memory_kib: 19_456, iterations: 2, at_once: 2 }
    }
}

/// What one try may use, and how many there may be. An administrator's quotas override the numbers.
#[derive(Debug, Clone, Copy)]
pub struct TryConfig {
    /// What one sandbox may use.
    pub limits: Limits,
    /// How many sandboxes a visitor may have at once.
    pub per_owner: u32,
    /// How many sandboxes may be started in a minute from one address prefix (/24, /64).
    pub per_minute: u32,
    /// How many sandboxes of one address prefix may live at once.
    pub per_prefix: u32,
    /// How many projects an account may have.
    pub projects: u32,
    /// How many builds of an account's projects may be under way at once.
    pub builds: u32,
    /// By how much a visitor's wish for more time moves a sandbox's end away.
    pub extend_seconds: u64,
    /// How long a sandbox lives at the most, however often its visitor wishes for more time.
    pub longest_seconds: u64,
}

impl Default for TryConfig {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            per_owner: 1,
            per_minute: 10,
            per_prefix: 100,
            projects: 100,
            builds: 4,
            extend_seconds: 900,
            longest_seconds: 2 * Limits::default().lifetime_seconds,
        }
    }
}
