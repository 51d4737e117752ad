//! What the double says of itself: what there is, which walls stand, and the load.

use super::Shared;
use actix_web::web::Json;
use chrono::{TimeDelta, Utc};
use container_api::{
    BuildCounts, BuildState, EngineStatus, Isolation, LoadSample, NetworkPolicy, SandboxCounts,
    SandboxState, SelfTest, SelfTestCheck, Status,
};

pub async fn status(books: Shared) -> Json<Status> {
    let books = books.lock().unwrap();
    let living = |state| books.sandboxes.iter().filter(|one| one.state == state).count();
    let counts = SandboxCounts {
        starting: living(SandboxState::Starting),
        running: living(SandboxState::Running),
        frozen: living(SandboxState::Frozen),
        unreleased: 0,
    };
    let builds = |state| books.builds.iter().filter(|(one, _)| one.state == state).count();
    let (queued, running) = (builds(BuildState::Queued), builds(BuildState::Running));
    Json(Status {
        engine: EngineStatus {
            name: "double".to_owned(),
            isolation: "None at all.".to_owned(),
            facts: Some(isolation()),
            self_test: Some(self_test()),
        },
        base_images: vec!["debian:12".to_owned(), "busybox:1".to_owned()],
        sandboxes: counts.starting + counts.running + counts.frozen,
        sandboxes_by_state: counts,
        capacity: Some(if books.full { 0 } else { 100 }),
        builds: queued + running,
        builds_by_state: BuildCounts { queued, running },
        load: Some(sample(0)),
    })
}

fn isolation() -> Isolation {
    Isolation {
        user_namespace: true,
        id_mapped_mounts: true,
        seccomp: false,
        no_new_privileges: true,
        capabilities: vec!["CAP_CHOWN".to_owned(), "CAP_KILL".to_owned()],
        cgroup_version: 2,
        network: NetworkPolicy {
            enabled: true,
            closed_ranges: vec!["10.0.0.0/8".to_owned(), "169.254.0.0/16".to_owned()],
            closed_ports: vec![25],
            open_ports: vec![53, 80, 443],
            named_hosts: vec!["10.9.8.7:8080".to_owned()],
        },
    }
}

fn self_test() -> SelfTest {
    let check = |name: &str, passed, detail: &str| SelfTestCheck {
        name: name.to_owned(),
        passed,
        detail: detail.to_owned(),
    };
    SelfTest {
        at: Utc::now(),
        took_ms: 420,
        passed: false,
        checks: vec![
            check("host-unreachable", true, "The host did not answer."),
            check("metadata-unreachable", false, "169.254.169.254 answered on port 80."),
        ],
    }
}

/// Somebody has it made.
pub async fn again() -> Json<SelfTest> {
    Json(self_test())
}

/// So many samples ago, the load was this.
fn sample(ago: i64) -> LoadSample {
    LoadSample {
        at: Utc::now() - TimeDelta::seconds(5 * ago),
        cpu_busy: 0.25,
        memory_used_bytes: 3 << 30,
        memory_total_bytes: 8 << 30,
        load_average: 0.5,
        sandboxes: 2,
        builds: 1,
    }
}

pub async fn load() -> Json<Vec<LoadSample>> {
    Json((0..120).rev().map(sample).collect())
}
