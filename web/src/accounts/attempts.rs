//! How often may somebody try a password?
//!
//! Every attempt is paid for before the password is looked at, so that many at once get no further,
//! and what a right one paid is given back. Names that nobody has are counted just the same. Three
//! allowances stand side by side:
//!
//! - of one network for one account: what stops guessing at a password;
//! - of one network for all accounts: what stops trying one password on everybody;
//! - of one account from everywhere: what stops a botnet. It locks nobody out: where it is used up,
//!   each network still has a few attempts of its own at the account. So whoever attacks an account
//!   can keep its holder out only from within the same network, and there for as long as one of
//!   [`PAIR`] takes to come back. Who is logged in stays so in any case.

use crate::{
    error::Error,
    http::address::Prefix,
    throttle::{Rate, Throttle, ThrottleError},
};
use sha2::{Digest, Sha256};
use std::time::Duration;

const QUARTER: Duration = Duration::from_secs(15 * 60);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// Of one network for one account: one more every 90 seconds.
const PAIR: Rate = Rate::new(10, QUARTER);
/// Of one network for all accounts. A class that logs in behind one address has to fit.
const NETWORK: Rate = Rate::new(200, QUARTER);
/// Of one account from everywhere.
const NAME: Rate = Rate::new(100, HOUR);
/// Of one network for one account, while the account's own allowance is used up.
const PAIR_UNDER_ATTACK: Rate = Rate::new(2, HOUR);
/// Of an account's holder who changes the password or leaves: it takes a session to get here.
const CONFIRM: Rate = Rate::new(10, QUARTER);

/// An attempt that is paid for.
pub struct Attempt<'a> {
    throttle: &'a Throttle,
    paid: Vec<(String, Rate)>,
}

impl<'a> Attempt<'a> {
    /// Pays for an attempt to log in.
    ///
    /// # Errors
    /// [`Error::TooOften`] when there were too many.
    pub async fn to_log_in(
        throttle: &'a Throttle,
        name: &str,
        prefix: Option<Prefix>,
    ) -> Result<Self, Error> {
        let (name, network) = (digest(name), network(prefix));
        let mut attempt = Self { throttle, paid: Vec::new() };
        let paid = attempt.pay_to_log_in(&name, &network).await;
        attempt.or_give_back(paid).await
    }

    /// Pays for an attempt of an account's holder to show that they are it.
    ///
    /// # Errors
    /// [`Error::TooOften`] when there were too many.
    pub async fn to_confirm(throttle: &'a Throttle, user_id: i64) -> Result<Self, Error> {
        let mut attempt = Self { throttle, paid: Vec::new() };
        let paid = attempt.pay(format!("confirm:{user_id}"), CONFIRM).await;
        attempt.or_give_back(paid).await
    }

    async fn pay_to_log_in(&mut self, name: &str, network: &str) -> Result<(), ThrottleError> {
        self.pay(format!("login:network:{network}"), NETWORK).await?;
        self.pay(format!("login:pair:{name}:{network}"), PAIR).await?;
        match self.pay(format!("login:name:{name}"), NAME).await {
            Err(ThrottleError::Refused { .. }) => {
                self.pay(format!("login:attacked:{name}:{network}"), PAIR_UNDER_ATTACK).await
            }
            done => done,
        }
    }

    async fn pay(&mut self, key: String, rate: Rate) -> Result<(), ThrottleError> {
        self.throttle.take(&key, rate).await?;
        self.paid.push((key, rate));
        Ok(())
    }

    async fn or_give_back(self, paid: Result<(), ThrottleError>) -> Result<Self, Error> {
        match paid {
            Ok(()) => Ok(self),
            Err(error) => {
                // What is refused costs nothing.
                self.give_back().await?;
                Err(error.into())
            }
        }
    }

    /// Gives back what was paid: the password was right.
    ///
    /// # Errors
    /// When Redis fails.
    pub async fn give_back(self) -> Result<(), Error> {
        for (key, rate) in &self.paid {
            self.throttle.give_back(key, *rate).await?;
        }
        Ok(())
    }
}

/// Pays for an account that is made from a network.
///
/// # Errors
/// [`Error::TooOften`] when there were too many.
pub async fn sign_up(
    throttle: &Throttle,
    prefix: Option<Prefix>,
    per_hour: u32,
) -> Result<(), Error> {
    let key = format!("signup:{}", network(prefix));
    Ok(throttle.take(&key, Rate::new(per_hour, HOUR)).await?)
}

/// Whether refused log-ins from a network are to be written down: once in a while.
///
/// # Errors
/// When Redis fails.
pub async fn is_news(throttle: &Throttle, prefix: Option<Prefix>) -> Result<bool, Error> {
    let key = format!("login:news:{}", network(prefix));
    match throttle.take(&key, Rate::new(1, QUARTER)).await {
        Ok(()) => Ok(true),
        Err(ThrottleError::Refused { .. }) => Ok(false),
        Err(ThrottleError::Redis(error)) => Err(error.into()),
    }
}

/// A network as attackers have them: with IPv6 a customer gets a /48 as easily as a /64.
fn network(prefix: Option<Prefix>) -> String {
    match prefix {
        Some(Prefix::V6([a, b, c, _])) => format!("{a:x}:{b:x}:{c:x}::/48"),
        Some(v4) => v4.to_string(),
        None => "unknown".to_owned(),
    }
}

/// What was typed as a name may be anything of any length.
fn digest(name: &str) -> String {
    hex::encode(&Sha256::digest(name)[..16])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::throttle::Memory;

    fn at(number: u8) -> Option<Prefix> {
        Some(Prefix::V4([10, 0, number]))
    }

    async fn wrong(throttle: &Throttle, name: &str, prefix: Option<Prefix>) -> bool {
        Attempt::to_log_in(throttle, name, prefix).await.is_ok()
    }

    #[tokio::test]
    async fn guessing_ends_soon_and_hurts_nobody_else() {
        let throttle = Throttle::Memory(Memory::default());
        for _ in 0..10 {
            assert!(wrong(&throttle, "ada", at(1)).await);
        }
        let refused = Attempt::to_log_in(&throttle, "ada", at(1)).await;
        assert!(matches!(refused, Err(Error::TooOften { retry_after: 80..=91 })));
        assert!(wrong(&throttle, "ada", at(2)).await, "another network");
        assert!(wrong(&throttle, "bob", at(1)).await, "another account");
    }

    #[tokio::test]
    async fn right_passwords_cost_nothing() {
        let throttle = Throttle::Memory(Memory::default());
        for _ in 0..300 {
            let attempt = Attempt::to_log_in(&throttle, "ada", at(1)).await.unwrap();
            attempt.give_back().await.unwrap();
        }
    }

    #[tokio::test]
    async fn one_password_on_everybody_ends_too() {
        let throttle = Throttle::Memory(Memory::default());
        for number in 0..200 {
            assert!(wrong(&throttle, &format!("user{number}"), at(1)).await);
        }
        assert!(!wrong(&throttle, "user200", at(1)).await);
        assert!(wrong(&throttle, "user200", at(2)).await);
    }

    #[tokio::test]
    async fn a_botnet_locks_nobody_out() {
        let throttle = Throttle::Memory(Memory::default());
        for number in 0..100 {
            assert!(wrong(&throttle, "ada", at(number)).await);
        }
        for number in 100..110 {
            assert!(wrong(&throttle, "ada", at(number)).await);
            assert!(wrong(&throttle, "ada", at(number)).await);
            assert!(!wrong(&throttle, "ada", at(number)).await, "guessing goes slower now");
        }
        // The holder, at home.
        let attempt = Attempt::to_log_in(&throttle, "ada", at(200)).await.unwrap();
        attempt.give_back().await.unwrap();
    }

    #[test]
    fn networks() {
        let v6 = |last| Some(Prefix::V6([0x2001, 0xdb8, 1, last]));
        assert_eq!(network(v6(1)), network(v6(2)));
        assert_eq!(network(at(1)), "10.0.1.0/24");
    }
}
