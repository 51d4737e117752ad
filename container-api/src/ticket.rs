//! Tickets: what a browser shows to attach to a terminal.
//!
//! `<expiry, seconds since 1970>.<HMAC-SHA-256 of "sandbox.expiry", base64url>`, bound to one
//! sandbox and valid for a minute. The key never leaves the servers.

use crate::SandboxId;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// How long a ticket opens its terminal.
pub const LIFETIME: Duration = Duration::from_secs(60);

/// The secret that signs tickets.
#[derive(Clone)]
pub struct TicketKey([u8; 32]);

impl fmt::Debug for TicketKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TicketKey(…)")
    }
}

/// Why a ticket does not open a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    /// Not of a ticket's form.
    #[error("the ticket is malformed")]
    Malformed,
    /// Not signed by us, or for another sandbox.
    #[error("the ticket does not open this terminal")]
    Forged,
    /// Too old.
    #[error("the ticket has expired: reload the page for a new one")]
    Expired,
}

/// A signed ticket, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket(pub String);

impl TicketKey {
    /// A key from 32 secret bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A ticket for a sandbox, valid for [`LIFETIME`] from `now`.
    #[must_use]
    pub fn sign(&self, sandbox: &SandboxId, now: SystemTime) -> Ticket {
        let expiry = seconds(now + LIFETIME);
        let tag = self.mac(sandbox, expiry).finalize().into_bytes();
        Ticket(format!("{expiry}.{}", URL_SAFE_NO_PAD.encode(tag)))
    }

    /// Whether this ticket opens this sandbox's terminal at `now`.
    ///
    /// # Errors
    /// [`TicketError`] says why it does not.
    pub fn verify(
        &self,
        ticket: &str,
        sandbox: &SandboxId,
        now: SystemTime,
    ) -> Result<(), TicketError> {
        let (expiry, tag) = ticket.split_once('.').ok_or(TicketError::Malformed)?;
        let expiry: u64 = expiry.parse().map_err(|_| TicketError::Malformed)?;
        let tag = URL_SAFE_NO_PAD.decode(tag).map_err(|_| TicketError::Malformed)?;
        // Compares in constant time.
        self.mac(sandbox, expiry).verify_slice(&tag).map_err(|_| TicketError::Forged)?;
        if seconds(now) > expiry { Err(TicketError::Expired) } else { Ok(()) }
    }

    fn mac(&self, sandbox: &SandboxId, expiry: u64) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes any key length");
        mac.update(format!("{sandbox}.{expiry}").as_bytes());
        mac
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_opens_its_own_sandbox_for_a_minute() {
        let key = TicketKey::new([7; 32]);
        let (mine, other) = (SandboxId::random(), SandboxId::random());
        let now = SystemTime::now();
        let ticket = key.sign(&mine, now).0;
        assert_eq!(key.verify(&ticket, &mine, now), Ok(()));
        assert_eq!(key.verify(&ticket, &other, now), Err(TicketError::Forged));
        let later = now + LIFETIME + Duration::from_secs(2);
        assert_eq!(key.verify(&ticket, &mine, later), Err(TicketError::Expired));
        let stretched = format!("9{ticket}");
        assert_eq!(key.verify(&stretched, &mine, now), Err(TicketError::Forged));
        let other_key = TicketKey::new([8; 32]);
        assert_eq!(other_key.verify(&ticket, &mine, now), Err(TicketError::Forged));
        for bad in ["", ".", "1", "x.y", "1.!!"] {
            assert_eq!(key.verify(bad, &mine, now), Err(TicketError::Malformed), "{bad}");
        }
    }
}
