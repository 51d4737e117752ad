//! Whom a quota is for, in the words that administrators type.

use crate::{http::address::Prefix, i18n::t};
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// Whom a quota is for. The text is the row's key: `guest`, `user`, `prefix`, `user:ada`,
/// `prefix:192.0.2.0/24`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// Everybody without an account.
    Guest,
    /// Every account.
    User,
    /// Every network.
    Prefix,
    /// One account, by its name.
    OneUser(String),
    /// One network, and what lies in it.
    OneNetwork(Network),
}

/// A text that names nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSubject {
    /// Of no known form.
    #[error(
        "{}",
        t("Write guest, user, prefix, user:NAME or prefix:NETWORK, such as prefix:192.0.2.0/24.")
    )]
    Form,
    /// Not a network.
    #[error(
        "{}",
        t("The network is not of the form address/length, such as 192.0.2.0/24 or 2001:db8::/48.")
    )]
    Network,
    /// Smaller than what counts as one network.
    #[error(
        "{}",
        t(
            "Visitors are told apart by /24 (IPv4) and /64 (IPv6): give a network of that size or larger."
        )
    )]
    TooSmall,
}

/// A network in CIDR notation, without the bits behind its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Network {
    address: IpAddr,
    length: u8,
}

impl Network {
    /// How many bits are the network's.
    #[must_use]
    pub const fn length(self) -> u8 {
        self.length
    }

    /// Whether it is of IPv4 addresses, or else of IPv6 ones.
    #[must_use]
    pub const fn is_ipv4(self) -> bool {
        self.address.is_ipv4()
    }

    /// Whether a visitor's network lies in this one.
    #[must_use]
    pub fn contains(self, prefix: Prefix) -> bool {
        let there = match prefix {
            Prefix::V4([a, b, c]) => IpAddr::V4(Ipv4Addr::new(a, b, c, 0)),
            Prefix::V6([a, b, c, d]) => IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0)),
        };
        there.is_ipv4() == self.address.is_ipv4() && cut(there, self.length) == self.address
    }
}

/// The address without the bits behind `length`.
fn cut(address: IpAddr, length: u8) -> IpAddr {
    let length = u32::from(length);
    match address {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
            Ipv4Addr::from_bits(v4.to_bits() & mask).into()
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
            Ipv6Addr::from_bits(v6.to_bits() & mask).into()
        }
    }
}

impl FromStr for Network {
    type Err = InvalidSubject;

    fn from_str(text: &str) -> Result<Self, InvalidSubject> {
        let (address, length) = text.split_once('/').ok_or(InvalidSubject::Network)?;
        let address: IpAddr = address.parse().map_err(|_| InvalidSubject::Network)?;
        let length: u8 = length.parse().map_err(|_| InvalidSubject::Network)?;
        let (smallest, bits) = if address.is_ipv4() { (24, 32) } else { (64, 128) };
        match length {
            _ if length > bits => Err(InvalidSubject::Network),
            _ if length > smallest => Err(InvalidSubject::TooSmall),
            _ => Ok(Self { address: cut(address, length), length }),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.length)
    }
}

impl FromStr for Subject {
    type Err = InvalidSubject;

    fn from_str(text: &str) -> Result<Self, InvalidSubject> {
        match text.split_once(':') {
            None => match text {
                "guest" => Ok(Self::Guest),
                "user" => Ok(Self::User),
                "prefix" => Ok(Self::Prefix),
                _ => Err(InvalidSubject::Form),
            },
            Some(("user", name)) if !name.is_empty() && name.len() <= 64 => {
                Ok(Self::OneUser(name.to_ascii_lowercase()))
            }
            Some(("prefix", network)) => network.parse().map(Self::OneNetwork),
            Some(_) => Err(InvalidSubject::Form),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Guest => f.write_str("guest"),
            Self::User => f.write_str("user"),
            Self::Prefix => f.write_str("prefix"),
            Self::OneUser(name) => write!(f, "user:{name}"),
            Self::OneNetwork(network) => write!(f, "prefix:{network}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_read_and_written() {
        for (text, canonical) in [
            ("guest", "guest"),
            ("user", "user"),
            ("prefix", "prefix"),
            ("user:Ada", "user:ada"),
            ("prefix:192.0.2.77/24", "prefix:192.0.2.0/24"),
            ("prefix:10.1.2.3/8", "prefix:10.0.0.0/8"),
            ("prefix:0.0.0.0/0", "prefix:0.0.0.0/0"),
            ("prefix:2001:db8:1:2::5/48", "prefix:2001:db8:1::/48"),
            ("prefix:::/0", "prefix:::/0"),
        ] {
            let subject: Subject = text.parse().unwrap();
            assert_eq!(subject.to_string(), canonical);
            assert_eq!(canonical.parse(), Ok(subject));
        }
        use InvalidSubject::{Form, Network, TooSmall};
        for (text, error) in [
            ("", Form),
            ("everybody", Form),
            ("user:", Form),
            ("guest:1", Form),
            ("prefix:", Network),
            ("prefix:192.0.2.0", Network),
            ("prefix:192.0.2/24", Network),
            ("prefix:192.0.2.0/33", Network),
            ("prefix:192.0.2.0/-1", Network),
            ("prefix:192.0.2.1/32", TooSmall),
            ("prefix:2001:db8::/65", TooSmall),
        ] {
            assert_eq!(text.parse::<Subject>(), Err(error), "{text}");
        }
    }

    #[test]
    fn networks_contain_what_lies_in_them() {
        let prefix = |text: &str| Prefix::from(text.parse::<IpAddr>().unwrap());
        for (network, address, inside) in [
            ("192.0.2.0/24", "192.0.2.9", true),
            ("192.0.2.0/24", "192.0.3.9", false),
            ("192.0.0.0/16", "192.0.3.9", true),
            ("0.0.0.0/0", "8.8.8.8", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("::/0", "192.0.2.1", false),
        ] {
            let network: Network = network.parse().unwrap();
            assert_eq!(network.contains(prefix(address)), inside, "{network} {address}");
        }
    }
}
