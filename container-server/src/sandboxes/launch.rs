//! The way from a request to a running program. Runs in a task of its own.

use super::{books::About, labels, standing::Standing};
use crate::engine::{Engine, EngineError, Resources, Start};
use container_api::{ImageRef, SandboxId};
use std::{os::fd::OwnedFd, sync::Arc};
use tokio_util::sync::CancellationToken;

/// The longest host name that a DNS label may be.
const HOSTNAME: usize = 63;

/// How a launch came out.
#[derive(Debug)]
pub(super) enum Launched {
    /// The program runs; this is the master of its terminal.
    Running(OwnedFd),
    /// It was told to give up before the engine was asked to start anything.
    GivenUp,
    /// It failed; the engine may hold something of it.
    Failed(EngineError),
}

/// Makes the image ready and starts it. Giving up is possible while the image is made ready; a
/// start is quick, and is seen through so that nobody loses sight of it.
pub(super) async fn launch(
    engine: Arc<dyn Engine>,
    id: SandboxId,
    about: About,
    image: ImageRef,
    cancel: CancellationToken,
) -> Launched {
    let ready = tokio::select! {
        biased;
        () = cancel.cancelled() => return Launched::GivenUp,
        ready = engine.prepare(&image) => ready,
    };
    let image = match ready {
        Ok(image) => image,
        Err(error) => return Launched::Failed(error),
    };
    if cancel.is_cancelled() {
        return Launched::GivenUp;
    }
    let start = Start {
        id,
        labels: labels::write(&about, Standing::Going),
        hostname: hostname(&about.project),
        image,
        resources: Resources {
            memory_bytes: about.limits.memory_bytes,
            cpu_millis: about.limits.cpu_millis,
            processes: about.limits.processes,
            disk_bytes: about.limits.disk_bytes,
        },
        size: about.size,
    };
    match engine.start(start).await {
        Ok(master) => Launched::Running(master),
        Err(error) => Launched::Failed(error),
    }
}

/// A host name that reminds of the project: a DNS label.
fn hostname(project: &str) -> String {
    let plain = |c: char| match c.to_ascii_lowercase() {
        c @ ('a'..='z' | '0'..='9') => c,
        _ => '-',
    };
    let name: String = project.chars().take(HOSTNAME).map(plain).collect();
    match name.trim_matches('-') {
        "" => "sandbox".to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::hostname;

    #[test]
    fn host_names_are_dns_labels() {
        let table = [
            ("jq", "jq"),
            ("Python REPL", "python-repl"),
            ("-x-", "x"),
            ("…", "sandbox"),
            ("a.b", "a-b"),
        ];
        for (project, expected) in table {
            assert_eq!(hostname(project), expected);
        }
        assert_eq!(hostname(&"x".repeat(100)).len(), 63);
    }
}
