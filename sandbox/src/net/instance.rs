//! Which of the 32 instances on this host a supervisor is.
//!
//! What an instance is claimed by is bound to the network namespace, as devices and rules are.

use crate::{claim::claim, config::Subnet};
use std::{io, os::fd::OwnedFd};

/// How many supervisors one host takes.
pub(crate) const INSTANCES: u8 = 32;

/// A taken instance; dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Instance {
    /// Below [`INSTANCES`].
    pub number: u8,
    /// The addresses of its sandboxes.
    pub subnet: Subnet,
    _lock: OwnedFd,
}

impl Instance {
    /// Takes the first instance that is free and that `fits`, beginning with the one that was
    /// held `before`.
    pub fn find(
        subnet: Option<Subnet>,
        before: Option<u8>,
        mut fits: impl FnMut(&Self) -> io::Result<bool>,
    ) -> io::Result<Self> {
        let first = before.filter(|number| *number < INSTANCES);
        for number in first.into_iter().chain(0..INSTANCES) {
            let Some(lock) = claim(&format!("trythis-net-{number}"))? else { continue };
            let subnet = subnet.unwrap_or(Subnet::new(10, 200 + number));
            let instance = Self { number, subnet, _lock: lock };
            if fits(&instance)? {
                return Ok(instance);
            }
        }
        let text = match subnet {
            Some(subnet) => format!("{subnet} overlaps with a network of this host"),
            None => "10.200.0.0/16 to 10.231.0.0/16 are all taken; choose one by --subnet".into(),
        };
        Err(io::Error::new(io::ErrorKind::AddrInUse, text))
    }

    /// What the names of its devices begin with.
    pub fn device_prefix(&self) -> String {
        format!("tt{}-", self.number)
    }

    /// The name of its nftables table.
    pub fn table(&self) -> String {
        format!("trythis_{}", self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_is_held_by_one_and_given_back_when_dropped() {
        // The highest, away from supervisors that run now.
        let highest = Some(INSTANCES - 1);
        let held = Instance::find(None, highest, |_| Ok(true)).expect("an instance");
        let other = Instance::find(None, Some(held.number), |_| Ok(true)).expect("another");
        assert_ne!(held.number, other.number);
        let number = held.number;
        drop(held);
        let again = Instance::find(None, Some(number), |_| Ok(true)).expect("the first again");
        assert_eq!(again.number, number);
    }

    #[test]
    fn where_nothing_fits_the_subnet_is_named() {
        let subnet = Some(Subnet::new(10, 213));
        let error = Instance::find(subnet, None, |_| Ok(false)).expect_err("nothing fits");
        assert!(error.to_string().contains("10.213.0.0/16"), "{error}");
    }
}
