//! How a supervisor is set up, and how that crosses a command line.

use std::{ffi::OsString, fmt, net::Ipv4Addr, path::PathBuf, str::FromStr, time::Duration};

/// How a supervisor is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The folder of layers and scratch; it is made root's own, closed to everybody else.
    pub data: PathBuf,
    /// Where the supervisor listens.
    pub socket: PathBuf,
    /// The user and group that may connect, besides root.
    pub owner: (u32, u32),
    /// The sandboxes' addresses; chosen to overlap with nothing where this is `None`.
    pub subnet: Option<Subnet>,
    /// With nobody connected for this long, everything is ended.
    pub orphan_grace: Duration,
}

/// A private network of 65,536 addresses, such as `10.213.0.0/16`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subnet {
    first: u8,
    second: u8,
}

/// A text that is not a [`Subnet`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a private /16 network; write it like 10.213.0.0/16")]
pub struct InvalidSubnet(pub String);

/// A command line that is not a [`Config`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidArguments {
    /// An option is missing, unknown, or has no value.
    #[error("the option {0} is missing, unknown, or has no value")]
    Option(String),
    /// An option's value makes no sense.
    #[error("the value of {0} makes no sense")]
    Value(String),
}

impl Subnet {
    /// The network `first.second.0.0/16`.
    pub(crate) const fn new(first: u8, second: u8) -> Self {
        Self { first, second }
    }

    /// The address of the host's end, which is every sandbox's gateway and resolver.
    pub(crate) const fn gateway(self) -> Ipv4Addr {
        Ipv4Addr::new(self.first, self.second, 0, 1)
    }

    /// The address of the sandbox in this place.
    pub(crate) fn address(self, slot: u16) -> Ipv4Addr {
        let [a, b] = (slot + 2).to_be_bytes();
        Ipv4Addr::new(self.first, self.second, a, b)
    }

    /// Whether a network and this one have an address in common.
    pub(crate) fn overlaps(self, network: Ipv4Addr, prefix: u8) -> bool {
        let shorter = u32::from(prefix.min(16));
        let mask = if shorter == 0 { 0 } else { u32::MAX << (32 - shorter) };
        u32::from(network) & mask == u32::from(self.gateway()) & mask
    }
}

impl fmt::Display for Subnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.0.0/16", self.first, self.second)
    }
}

impl FromStr for Subnet {
    type Err = InvalidSubnet;
    fn from_str(text: &str) -> Result<Self, InvalidSubnet> {
        let address = text.strip_suffix("/16").and_then(|a| a.parse::<Ipv4Addr>().ok());
        match address.filter(Ipv4Addr::is_private).map(|a| a.octets()) {
            Some([first, second, 0, 0]) => Ok(Self { first, second }),
            _ => Err(InvalidSubnet(text.chars().take(64).collect())),
        }
    }
}

impl Config {
    /// The command line that [`Config::from_arguments`] reads, without the program and the
    /// subcommand.
    #[must_use]
    pub fn to_arguments(&self) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = vec![
            "--data".into(),
            self.data.clone().into(),
            "--socket".into(),
            self.socket.clone().into(),
            "--owner-uid".into(),
            self.owner.0.to_string().into(),
            "--owner-gid".into(),
            self.owner.1.to_string().into(),
            "--orphan-grace".into(),
            self.orphan_grace.as_secs().to_string().into(),
        ];
        if let Some(subnet) = self.subnet {
            arguments.extend(["--subnet".into(), subnet.to_string().into()]);
        }
        arguments
    }

    /// Reads what [`Config::to_arguments`] wrote. The grace is in seconds, 60 where it is missing.
    ///
    /// # Errors
    /// When an option is unknown, missing or makes no sense.
    pub fn from_arguments(
        arguments: impl IntoIterator<Item = OsString>,
    ) -> Result<Self, InvalidArguments> {
        let (mut data, mut socket, mut subnet) = (None, None, None);
        let (mut uid, mut gid, mut grace) = (None, None, 60);
        let mut arguments = arguments.into_iter();
        while let Some(option) = arguments.next() {
            let option = option.to_string_lossy().into_owned();
            let value = arguments.next();
            let value = value.ok_or_else(|| InvalidArguments::Option(option.clone()))?;
            match option.as_str() {
                "--data" => data = Some(PathBuf::from(value)),
                "--socket" => socket = Some(PathBuf::from(value)),
                "--subnet" => subnet = Some(parsed(&option, &value)?),
                "--owner-uid" => uid = Some(parsed(&option, &value)?),
                "--owner-gid" => gid = Some(parsed(&option, &value)?),
                "--orphan-grace" => grace = parsed(&option, &value)?,
                _ => return Err(InvalidArguments::Option(option)),
            }
        }
        let missing = |option: &str| InvalidArguments::Option(option.to_owned());
        Ok(Self {
            data: data.ok_or_else(|| missing("--data"))?,
            socket: socket.ok_or_else(|| missing("--socket"))?,
            owner: (
                uid.ok_or_else(|| missing("--owner-uid"))?,
                gid.ok_or_else(|| missing("--owner-gid"))?,
            ),
            subnet,
            orphan_grace: Duration::from_secs(grace),
        })
    }
}

fn parsed<T: FromStr>(option: &str, value: &OsString) -> Result<T, InvalidArguments> {
    let value = value.to_str().and_then(|v| v.parse().ok());
    value.ok_or_else(|| InvalidArguments::Value(option.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_brings_the_same_configuration_back() {
        let config = Config {
            data: "/var/lib/trythis/native".into(),
            socket: "/var/lib/trythis/run/sandboxd.sock".into(),
            owner: (990, 991),
            subnet: Some(Subnet::new(10, 213)),
            orphan_grace: Duration::from_secs(7),
        };
        assert_eq!(Config::from_arguments(config.to_arguments()), Ok(config.clone()));
        let automatic = Config { subnet: None, ..config };
        assert_eq!(Config::from_arguments(automatic.to_arguments()), Ok(automatic));
        let lacking = ["--data".into(), "/d".into()];
        let missing = InvalidArguments::Option("--socket".into());
        assert_eq!(Config::from_arguments(lacking), Err(missing));
    }

    #[test]
    fn only_private_networks_of_the_right_size_are_subnets() {
        assert_eq!("10.213.0.0/16".parse(), Ok(Subnet::new(10, 213)));
        for bad in ["10.213.0.0", "10.213.1.0/16", "8.8.0.0/16", "10.0.0.0/8", "x/16", ""] {
            assert!(bad.parse::<Subnet>().is_err(), "{bad}");
        }
    }

    #[test]
    fn overlap_is_seen_from_both_sides() {
        let subnet = Subnet::new(10, 200);
        let v4 = |text: &str| text.parse::<Ipv4Addr>().expect("an address");
        assert!(subnet.overlaps(v4("10.0.0.0"), 8));
        assert!(subnet.overlaps(v4("10.200.77.0"), 24));
        assert!(subnet.overlaps(v4("10.200.255.53"), 32));
        assert!(!subnet.overlaps(v4("10.255.255.53"), 32));
        assert!(!subnet.overlaps(v4("192.168.0.0"), 16));
    }

    #[test]
    fn places_have_addresses_of_their_own() {
        let subnet = Subnet::new(10, 200);
        assert_eq!(subnet.gateway(), Ipv4Addr::new(10, 200, 0, 1));
        assert_eq!(subnet.address(0), Ipv4Addr::new(10, 200, 0, 2));
        assert_eq!(subnet.address(300), Ipv4Addr::new(10, 200, 1, 46));
    }
}
