//! `trythis doctor`: do the walls around sandboxes stand on this machine, and what is weak?
//!
//! It starts a supervisor of its own in a temporary folder, tries the walls from inside two empty
//! sandboxes as the server does at its start, and takes everything away again.

use crate::{cli::Doctor, setup::privilege};
use anyhow::{Context, Result};
use container_api::{Isolation, SelfTest};
use container_server::{
    engine::{Engine, Examination, native::NativeEngine},
    remote::{RegistryConfig, Remote},
};
use std::{process::ExitCode, time::Duration};

/// The supervisor ends by itself where this command is killed.
const GRACE: Duration = Duration::from_secs(10);

/// Tells what it finds; fails while a wall does not stand.
pub fn run(options: &Doctor) -> Result<ExitCode> {
    privilege::require_root()?;
    let folder = tempfile::Builder::new().prefix("trythis-doctor-").tempdir_in(&options.scratch);
    let folder = folder.with_context(|| format!("using {}", options.scratch.display()))?;
    let config = sandbox::Config {
        data: folder.path().join("native"),
        socket: folder.path().join("sandboxd.sock"),
        owner: (0, 0),
        subnet: None,
        orphan_grace: GRACE,
    };
    let program = std::env::current_exe().context("finding the trythis binary")?;
    let started = sandbox::launch::supervisor(&config, &program);
    if let Err(error) = started {
        println!("FAIL  supervisor: it does not start here: {error}");
        println!("      {}", advice("supervisor"));
        return Ok(ExitCode::FAILURE);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let examined = runtime.block_on(examine(&config));
    // Whatever came of it, nothing stays.
    let ended = sandbox::Client::new(&config.socket).shutdown();
    let Examination { facts, self_test } = examined?;
    ended.context("ending the supervisor of the test")?;
    print!("{}", report(&facts, &self_test));
    Ok(if self_test.passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn examine(config: &sandbox::Config) -> Result<Examination> {
    // No image is pulled, so nobody is asked there.
    let registry = RegistryConfig {
        host: "127.0.0.1:1".to_owned(),
        plain_http: true,
        credentials: None,
        upstream: None,
    };
    let engine = NativeEngine::start(&config.socket, Remote::new(&registry)?).await?;
    engine.examine().await.context("trying the walls from inside a sandbox")
}

/// Each wall on a line, then what is weaker than it could be, then the sum.
fn report(facts: &Isolation, test: &SelfTest) -> String {
    let mut lines = Vec::new();
    for check in &test.checks {
        let word = if check.passed { "pass" } else { "FAIL" };
        lines.push(format!("{word}  {}: {}", check.name, check.detail));
        if !check.passed {
            lines.push(format!("      {}", advice(&check.name)));
        }
    }
    for weakness in weaknesses(facts) {
        lines.push(format!("weak  {weakness}"));
    }
    let failed = test.checks.iter().filter(|check| !check.passed).count();
    lines.push(match failed {
        0 => "Every wall stands.".to_owned(),
        1 => "One wall does not stand: the server refuses guests until it does.".to_owned(),
        n => format!("{n} walls do not stand: the server refuses guests until they do."),
    });
    lines.join("\n") + "\n"
}

/// What holds, but less than it could, and what to do.
fn weaknesses(facts: &Isolation) -> Vec<&'static str> {
    let all = [
        (
            facts.seccomp,
            "System calls are not filtered: every part of the kernel is within a sandbox's reach. \
             Use a kernel with CONFIG_SECCOMP_FILTER.",
        ),
        (
            facts.id_mapped_mounts,
            "Layers are not shown by id-mapped mounts. Use Linux 5.19 or later, and a data folder \
             on ext4, xfs or btrfs.",
        ),
        (
            facts.cgroup_version != 1,
            "Control groups are of version 1: swap counts only where the kernel was started with \
             swapaccount=1. Start the machine with systemd.unified_cgroup_hierarchy=1.",
        ),
        (
            facts.network.enabled,
            "Sandboxes have no network here, and builds can install nothing. Install nftables, and \
             look above for what the supervisor says.",
        ),
    ];
    all.into_iter().filter_map(|(strong, words)| (!strong).then_some(words)).collect()
}

/// What to do about a wall that does not stand.
fn advice(check: &str) -> &'static str {
    match check {
        "host-unreachable" | "neighbour-unreachable" | "metadata-unreachable" => {
            "Another firewall on this machine may let it pass before ours looks: compare \
             `nft list ruleset` with the table `trythis_*` while the server runs."
        }
        "root-is-nobody" => {
            "Allow user namespaces: set user.max_user_namespaces with sysctl, and lift what your \
             distribution forbids."
        }
        "supervisor" => {
            "It needs root, cgroups that can be written, and a file system that overlayfs takes. \
             In a container, give it all privileges."
        }
        _ => "The machine may be overloaded: try again. If it stays so, please report it.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use container_api::NetworkPolicy;

    #[test]
    fn every_wall_is_named_with_what_to_do() {
        let facts = Isolation {
            user_namespace: true,
            id_mapped_mounts: true,
            seccomp: false,
            no_new_privileges: true,
            capabilities: Vec::new(),
            cgroup_version: 2,
            network: NetworkPolicy {
                enabled: true,
                closed_ranges: Vec::new(),
                closed_ports: Vec::new(),
                open_ports: Vec::new(),
                named_hosts: Vec::new(),
            },
        };
        let check = |name: &str, passed: bool| serde_json::json!({"name": name, "passed": passed, "detail": "So it was."});
        let test = serde_json::json!({
            "at": "2027-01-15T08:00:00Z", "took_ms": 1, "passed": false,
            "checks": [check("probe-works", true), check("host-unreachable", false)],
        });
        let test: SelfTest = serde_json::from_value(test).expect("a self-test");
        let report = report(&facts, &test);
        let starts = [
            "pass  probe-works: So",
            "FAIL  host-unreachable: So",
            "      Another",
            "weak  System",
            "One wall",
        ];
        let lines: Vec<&str> = report.lines().collect();
        assert_eq!(lines.len(), starts.len(), "{report}");
        for (line, start) in lines.iter().zip(starts) {
            assert!(line.starts_with(start), "{line}");
        }
    }
}
