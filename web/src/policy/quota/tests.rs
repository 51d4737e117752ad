//! The quotas as one table: which row holds for whom.

use super::*;
use std::net::IpAddr;

const CONFIGURED: Quota =
    Quota { sandboxes: 1, projects: 100, builds: 2, network_sandboxes: 50, starts_per_minute: 10 };

fn rows(list: &[(&str, Numbers)]) -> Vec<Override> {
    let row = |(subject, numbers): &(&str, Numbers)| Override {
        subject: subject.parse().unwrap(),
        numbers: *numbers,
    };
    list.iter().map(row).collect()
}

fn from(address: &str) -> Option<Prefix> {
    Some(Prefix::from(address.parse::<IpAddr>().unwrap()))
}

fn sandboxes(number: u32) -> Numbers {
    Numbers { sandboxes: Some(number), ..Numbers::default() }
}

fn starts(number: u32) -> Numbers {
    Numbers { starts_per_minute: Some(number), ..Numbers::default() }
}

#[test]
fn the_most_special_row_holds() {
    // In no order: the database gives none.
    let rows = rows(&[
        ("prefix:10.1.0.0/16", starts(100)),
        ("user:ada", sandboxes(5)),
        ("prefix:10.0.0.0/8", Numbers { sandboxes: Some(7), ..starts(0) }),
        ("user", Numbers { projects: Some(9), ..sandboxes(3) }),
        ("user:mallory", Numbers { projects: Some(0), builds: Some(0), ..sandboxes(0) }),
        ("guest", sandboxes(2)),
        ("prefix", starts(20)),
        ("prefix:2001:db8::/32", sandboxes(0)),
    ]);
    let quota = |sandboxes, projects, builds, network_sandboxes, starts_per_minute| Quota {
        sandboxes,
        projects,
        builds,
        network_sandboxes,
        starts_per_minute,
    };
    for (who, prefix, expected) in [
        (Who::Guest, from("192.0.2.1"), quota(2, 100, 2, 50, 20)),
        (Who::Guest, None, quota(2, 100, 2, 50, 10)),
        (Who::Guest, from("10.9.0.1"), quota(2, 100, 2, 7, 0)),
        (Who::Guest, from("10.1.9.1"), quota(2, 100, 2, 7, 100)),
        (Who::Guest, from("2001:db8:7::1"), quota(2, 100, 2, 0, 20)),
        (Who::User("bob"), from("192.0.2.1"), quota(3, 9, 2, 50, 20)),
        (Who::User("ada"), from("192.0.2.1"), quota(5, 9, 2, 50, 20)),
        (Who::User("ada"), from("10.9.0.1"), quota(5, 9, 2, 7, 0)),
        (Who::User("mallory"), from("192.0.2.1"), quota(0, 0, 0, 50, 20)),
        (Who::System, from("10.9.0.1"), Quota::NONE),
    ] {
        assert_eq!(effective(CONFIGURED, &rows, who, prefix), expected, "{who:?} {prefix:?}");
    }
    assert_eq!(effective(CONFIGURED, &[], Who::Guest, from("192.0.2.1")), CONFIGURED);
}

#[test]
fn zero_keeps_out() {
    let guest = |change: Quota| change.admits(Who::Guest);
    let ada = |change: Quota| change.admits(Who::User("ada"));
    assert_eq!(guest(CONFIGURED), Ok(()));
    let none = Quota { sandboxes: 0, ..CONFIGURED };
    assert_eq!((guest(none), ada(none)), (Err(Refusal::Guests), Err(Refusal::Account)));
    let closed = Quota { starts_per_minute: 0, ..CONFIGURED };
    assert_eq!((guest(closed), ada(closed)), (Err(Refusal::Network), Err(Refusal::Network)));
    let closed = Quota { network_sandboxes: 0, ..CONFIGURED };
    assert_eq!(ada(closed), Err(Refusal::Network));
}

#[test]
fn one_more_counts_what_is_there() {
    let Quota { projects, builds, network_sandboxes, .. } = CONFIGURED;
    for (has, may) in [(0, true), (1, true), (99, true), (100, false), (1_000, false)] {
        let answer = CONFIGURED.one_more_project(has);
        assert_eq!(answer, if may { Ok(()) } else { Err(Refusal::Projects { limit: projects }) });
    }
    assert_eq!(CONFIGURED.one_more_build(1), Ok(()));
    assert_eq!(CONFIGURED.one_more_build(2), Err(Refusal::Builds { limit: builds }));
    let full = Err(Refusal::NetworkFull { limit: network_sandboxes });
    assert_eq!(CONFIGURED.one_more_in_network(50), full);
}

#[test]
fn a_refusal_names_the_limit_and_the_way_on() {
    for (refusal, passes, says) in [
        (Refusal::Guests, false, "Log in or sign up"),
        (Refusal::Account, false, "write to them"),
        (Refusal::Network, false, "another network"),
        (Refusal::NetworkFull { limit: 50 }, true, "50 sandboxes"),
        (Refusal::NetworkFull { limit: 1 }, true, "1 sandbox "),
        (Refusal::Projects { limit: 3 }, true, "3 projects"),
        (Refusal::Projects { limit: 0 }, false, "write to them"),
        (Refusal::Builds { limit: 2 }, true, "2 builds"),
        (Refusal::Builds { limit: 0 }, false, "write to them"),
    ] {
        assert_eq!(refusal.passes(), passes, "{refusal:?}");
        let (_, text) = refusal.words();
        assert!(text.contains(says), "{text}");
    }
}
