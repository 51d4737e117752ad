//! The isolation in force, in plain words: what each wall means, and what it is not.

use crate::i18n::{fill, t};
use container_api::Isolation;

/// One wall.
#[derive(Debug)]
pub struct Wall {
    /// What it is called.
    pub name: &'static str,
    /// Whether it stands.
    pub stands: bool,
    /// How it stands, in a few words.
    pub state: String,
    /// What that means.
    pub means: String,
}

/// The walls that these facts tell of.
#[must_use]
pub fn walls(facts: &Isolation) -> Vec<Wall> {
    let yes = |stands: bool| if stands { t("in force") } else { t("not in force") };
    let plain = |name, stands, means: &str| Wall {
        name,
        stands,
        state: yes(stands).to_owned(),
        means: means.to_owned(),
    };
    vec![
        plain(
            t("User namespaces"),
            facts.user_namespace,
            t("Root inside a sandbox is an ordinary, powerless user of this machine."),
        ),
        plain(
            t("System call filter (seccomp)"),
            facts.seccomp,
            t("Programs reach only those parts of the kernel that ordinary programs need."),
        ),
        plain(
            t("No new privileges"),
            facts.no_new_privileges,
            t("Programs such as sudo win nothing that their caller does not have."),
        ),
        capabilities(facts),
        Wall {
            name: t("Control groups"),
            stands: facts.cgroup_version > 0,
            state: match facts.cgroup_version {
                0 => t("not in force").to_owned(),
                version => fill(t("version {n}"), &[("n", &version)]),
            },
            means: t(
                "Memory, processor time and the number of processes are limited for each sandbox.",
            )
            .to_owned(),
        },
        plain(
            t("Id-mapped layers"),
            facts.id_mapped_mounts,
            t(
                "Images are shown to sandboxes read-only and with shifted owners; nothing of one is seen by another.",
            ),
        ),
        network(facts),
    ]
}

fn capabilities(facts: &Isolation) -> Wall {
    let few = facts.capabilities.len();
    let names: Vec<String> = facts
        .capabilities
        .iter()
        .map(|name| name.trim_start_matches("CAP_").to_ascii_lowercase())
        .collect();
    let means = t("What root may do inside, and only there: {names}.");
    Wall {
        name: t("Capabilities"),
        // All of them would be about forty.
        stands: few < 20,
        state: fill(t("{n} kept"), &[("n", &few)]),
        means: match few {
            0 => t("Root inside has no special rights at all.").to_owned(),
            _ => fill(means, &[("names", &names.join(", "))]),
        },
    }
}

fn network(facts: &Isolation) -> Wall {
    let policy = &facts.network;
    if !policy.enabled {
        return Wall {
            name: t("Network"),
            stands: true,
            state: t("none").to_owned(),
            means: t("Sandboxes reach nobody.").to_owned(),
        };
    }
    let ports: Vec<String> = policy.closed_ports.iter().map(u16::to_string).collect();
    let list = |items: &[String]| match items {
        [] => t("none").to_owned(),
        items => items.join(", "),
    };
    let open: Vec<String> = policy.open_ports.iter().map(u16::to_string).collect();
    let means = match policy.named_hosts.as_slice() {
        [] => t(
            "The internet is open at these TCP ports: {open}; except for these ranges: {ranges}; and these ports: {ports}.",
        ),
        _ => t(
            "The internet is open at these TCP ports: {open}; except for these ranges: {ranges}; and these ports: {ports}. The operator opened besides: {hosts}.",
        ),
    };
    let (ranges, hosts) = (list(&policy.closed_ranges), list(&policy.named_hosts));
    Wall {
        name: t("Network"),
        stands: !policy.closed_ranges.is_empty(),
        state: t("filtered").to_owned(),
        means: fill(
            means,
            &[
                ("open", &list(&open)),
                ("ranges", &ranges),
                ("ports", &list(&ports)),
                ("hosts", &hosts),
            ],
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use container_api::NetworkPolicy;

    #[test]
    fn a_wall_that_is_missing_is_told() {
        let mut facts = Isolation {
            user_namespace: true,
            id_mapped_mounts: true,
            seccomp: false,
            no_new_privileges: true,
            capabilities: vec!["CAP_CHOWN".to_owned()],
            cgroup_version: 2,
            network: NetworkPolicy {
                enabled: true,
                closed_ranges: vec!["10.0.0.0/8".to_owned()],
                closed_ports: vec![25],
                open_ports: vec![80, 443],
                named_hosts: Vec::new(),
            },
        };
        let missing = |facts: &Isolation| -> Vec<&str> {
            walls(facts).iter().filter(|wall| !wall.stands).map(|wall| wall.name).collect()
        };
        assert_eq!(missing(&facts), ["System call filter (seccomp)"]);
        assert!(walls(&facts)[6].means.contains("ports: 80, 443; except"));
        assert!(walls(&facts)[6].means.ends_with("10.0.0.0/8; and these ports: 25."));
        facts.network.named_hosts.push("10.9.8.7:80".to_owned());
        assert!(walls(&facts)[6].means.ends_with("The operator opened besides: 10.9.8.7:80."));
        facts.network.closed_ranges.clear();
        facts.cgroup_version = 0;
        facts.seccomp = true;
        assert_eq!(missing(&facts), ["Control groups", "Network"]);
        facts.network.enabled = false;
        assert_eq!(missing(&facts), ["Control groups"]);
    }
}
