//! Who is kept out, and from what? Pure: the rows of bans in, the one that holds out.
//!
//! Whoever is banned goes on looking, and may log out, leave and take their data along. All else
//! that changes something is refused, whatever it is: what a ban lets through is listed here.

use super::{
    Actor, Asker, Role, is_the_sites_own,
    subject::{Network, Subject},
};
use crate::http::address::Prefix;
use chrono::{DateTime, Utc};

/// Somebody who is kept out: an account or a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ban {
    /// Whom: [`Subject::OneUser`] or [`Subject::OneNetwork`].
    pub subject: Subject,
    /// Why, in words that the banned read too.
    pub reason: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Until when; nothing: until it is lifted.
    pub ends_at: Option<DateTime<Utc>>,
}

impl Ban {
    /// Whether it still holds.
    #[must_use]
    pub fn is_in_force(&self, now: DateTime<Utc>) -> bool {
        self.ends_at.is_none_or(|end| now < end)
    }
}

/// Somebody, as bans see them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Suspect<'a> {
    /// The account, and whether it looks after the site.
    pub account: Option<(&'a str, Role)>,
    /// The network that they come from.
    pub prefix: Option<Prefix>,
}

impl<'a> Suspect<'a> {
    /// Whoever asks. The program itself is nobody.
    #[must_use]
    pub fn of(asker: &'a Asker) -> Self {
        let name = asker.name.strip_prefix("user:").unwrap_or(&asker.name);
        match asker.actor {
            Actor::System => Self::default(),
            Actor::Guest => Self { account: None, prefix: asker.prefix },
            Actor::User { role, .. } => Self { account: Some((name, role)), prefix: asker.prefix },
        }
    }
}

/// The ban that holds for somebody. Administrators have none: who looks after the site is not kept
/// out by a network that others share with them.
#[must_use]
pub fn in_force<'a>(bans: &'a [Ban], who: Suspect<'_>, now: DateTime<Utc>) -> Option<&'a Ban> {
    if matches!(who.account, Some((_, Role::Administrator))) {
        return None;
    }
    let concerns = |ban: &&Ban| match &ban.subject {
        Subject::OneUser(name) => who.account.is_some_and(|(account, _)| account == name),
        Subject::OneNetwork(network) => who.prefix.is_some_and(|prefix| network.contains(prefix)),
        Subject::Guest | Subject::User | Subject::Prefix => false,
    };
    let holding = bans.iter().filter(concerns).filter(|ban| ban.is_in_force(now));
    // The longest: what is told of it is true to its end.
    holding.max_by_key(|ban| ban.ends_at.unwrap_or(DateTime::<Utc>::MAX_UTC))
}

/// Whether an account of this role can be kept out: who looks after the site loses that role first,
/// and behind the site's own is nobody.
#[must_use]
pub fn can_be_banned(name: &str, role: Role) -> bool {
    role != Role::Administrator && !is_the_sites_own(name)
}

/// Whether a network is so wide that a ban of it would keep out a good part of all people. Its own
/// network tells an administrator nothing here: who comes by IPv4 may come by IPv6 tomorrow.
#[must_use]
pub const fn is_too_wide(network: Network) -> bool {
    network.length() < if network.is_ipv4() { 8 } else { 16 }
}

/// Whether somebody who is banned may send this change all the same.
#[must_use]
pub fn lets_through(path: &str) -> bool {
    let ends_a_session = |rest: &str| rest == "revoke-others" || rest.ends_with("/revoke");
    matches!(path, "/logout" | "/language" | "/account/leave")
        || path.strip_prefix("/account/sessions/").is_some_and(ends_a_session)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::CATALOGUE;
    use std::net::IpAddr;

    fn ban(subject: &str, ends_at: Option<i64>) -> Ban {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        Ban {
            subject: subject.parse().unwrap(),
            reason: "Spam.".to_owned(),
            created_at: at(0),
            ends_at: ends_at.map(at),
        }
    }

    #[test]
    fn who_is_banned() {
        let bans = [
            ban("user:ada", None),
            ban("user:bob", Some(100)),
            ban("user:root", None),
            ban("prefix:192.0.2.0/24", Some(200)),
            ban("prefix:192.0.0.0/16", Some(150)),
            ban("prefix:2001:db8::/32", None),
        ];
        let user = |name| Some((name, Role::User));
        for (account, address, second, expected) in [
            (None, "198.51.100.1", 50, None),
            (None, "192.0.2.9", 50, Some(3)),
            (None, "192.0.2.9", 200, None),
            (None, "192.0.9.9", 50, Some(4)),
            (None, "192.0.9.9", 150, None),
            (None, "2001:db8:7::1", 999, Some(5)),
            (user("ada"), "198.51.100.1", 999, Some(0)),
            (user("ada"), "192.0.2.9", 50, Some(0)),
            (user("bob"), "198.51.100.1", 99, Some(1)),
            (user("bob"), "198.51.100.1", 100, None),
            (user("bob"), "192.0.2.9", 50, Some(3)),
            (user("adam"), "198.51.100.1", 50, None),
            (Some(("root", Role::Administrator)), "192.0.2.9", 50, None),
        ] {
            let prefix = Some(Prefix::from(address.parse::<IpAddr>().unwrap()));
            let now = DateTime::from_timestamp(second, 0).unwrap();
            let found = in_force(&bans, Suspect { account, prefix }, now);
            assert_eq!(found, expected.map(|n: usize| &bans[n]), "{account:?} {address} {second}");
        }
        let system = Asker::system();
        assert_eq!(in_force(&bans, Suspect::of(&system), Utc::now()), None);
    }

    #[test]
    fn what_a_ban_lets_through() {
        for path in [
            "/logout",
            "/language",
            "/account/leave",
            "/account/sessions/revoke-others",
            "/account/sessions/x/revoke",
        ] {
            assert!(lets_through(path), "{path}");
        }
        for path in ["/", "/login", "/signup", "/p/jq/try", "/account/password", "/logout/x"] {
            assert!(!lets_through(path), "{path}");
        }
    }

    #[test]
    fn a_good_part_of_all_people_is_too_many() {
        for (network, expected) in [
            ("0.0.0.0/0", true),
            ("10.0.0.0/7", true),
            ("10.0.0.0/8", false),
            ("192.0.2.0/24", false),
            ("::/0", true),
            ("2000::/3", true),
            ("2001::/15", true),
            ("2001::/16", false),
            ("2001:db8::/64", false),
        ] {
            assert_eq!(is_too_wide(network.parse().unwrap()), expected, "{network}");
        }
    }

    #[test]
    fn who_looks_after_the_site_is_not_kept_out() {
        assert!(can_be_banned("ada", Role::User));
        assert!(!can_be_banned("ada", Role::Administrator));
        assert!(!can_be_banned(CATALOGUE, Role::User));
    }
}
