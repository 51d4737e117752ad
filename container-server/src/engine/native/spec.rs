//! From the engine's words to the supervisor's, and back.

use crate::engine::{
    BuildStep, EngineError, Found, Layer, Pressure, Result, RunConfig, Start, Usage,
};
use container_api::SandboxId;
use sandbox::protocol::{Io, Limits, Living, Name, Network, Probe, Process, Spec, Upper};
use std::collections::BTreeMap;

/// The label that tells sandboxes from build steps.
const KIND: &str = "engine.kind";
const SANDBOX: &str = "sandbox";
const BUILD: &str = "build";

/// Files that one process may hold open.
const SANDBOX_FILES: u32 = 4_096;
const BUILD_FILES: u32 = 65_536;
/// A file system has one inode for so many bytes, within these bounds: each takes about a
/// kilobyte of the kernel's memory.
const BYTES_PER_INODE: u64 = 4_096;
const INODES: (u64, u64) = (4_096, 1_000_000);

const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

pub(super) fn sandbox(start: &Start) -> Result<Spec> {
    let resources = &start.resources;
    let size = start.size.clamped();
    Ok(Spec {
        id: name(start.id.as_str())?,
        labels: labels(start.labels.clone()),
        hostname: start.hostname.clone(),
        layers: names(&start.image.layers)?,
        upper: Upper::Memory {
            bytes: resources.disk_bytes,
            inodes: (resources.disk_bytes / BYTES_PER_INODE).clamp(INODES.0, INODES.1),
        },
        process: process(&start.image.config, &[("TERM", "xterm-256color"), ("LANG", "C.UTF-8")]),
        io: Io::Terminal { columns: size.columns, rows: size.rows },
        limits: Limits {
            memory_bytes: resources.memory_bytes,
            cpu_millis: resources.cpu_millis,
            processes: resources.processes,
            open_files: SANDBOX_FILES,
        },
        network: Network::Outbound,
        probe: None,
    })
}

/// A sandbox's labels as the supervisor keeps them.
pub(super) fn labels(mut labels: BTreeMap<String, String>) -> BTreeMap<String, String> {
    labels.insert(KIND.to_owned(), SANDBOX.to_owned());
    labels
}

pub(super) fn build_step(step: &BuildStep) -> Result<Spec> {
    Ok(Spec {
        id: name(step.id.as_str())?,
        labels: BTreeMap::from([(KIND.to_owned(), BUILD.to_owned())]),
        hostname: "build".to_owned(),
        layers: names(&step.layers)?,
        upper: Upper::Layer(name(&step.upper.0)?),
        process: process(&step.config, &[]),
        io: Io::Output,
        limits: Limits {
            memory_bytes: step.resources.memory_bytes,
            cpu_millis: step.resources.cpu_millis,
            processes: step.resources.processes,
            open_files: BUILD_FILES,
        },
        network: Network::Outbound,
        probe: None,
    })
}

/// A look round inside, kept as a build step is: nobody's sandbox, and cleared away after a crash.
pub(super) fn probe(layer: &Name, network: Network, probe: Probe) -> Result<Spec> {
    Ok(Spec {
        id: name(SandboxId::random().as_str())?,
        labels: BTreeMap::from([(KIND.to_owned(), BUILD.to_owned())]),
        hostname: "self-test".to_owned(),
        layers: vec![layer.clone()],
        upper: Upper::Memory { bytes: 1 << 20, inodes: 256 },
        process: process(&RunConfig::default(), &[]),
        io: Io::Output,
        limits: Limits { memory_bytes: 64 << 20, cpu_millis: 1_000, processes: 8, open_files: 64 },
        network,
        probe: Some(probe),
    })
}

/// The process of an image, with what every program may expect.
fn process(config: &RunConfig, defaults: &[(&str, &str)]) -> Process {
    let mut env = config.env.clone();
    for (name, value) in defaults.iter().chain(&[("PATH", PATH)]) {
        let set = |pair: &String| pair.split_once('=').is_some_and(|(key, _)| key == *name);
        if !env.iter().any(set) {
            env.push(format!("{name}={value}"));
        }
    }
    Process {
        argv: match config.argv.as_slice() {
            [] => vec!["/bin/sh".to_owned()],
            argv => argv.to_vec(),
        },
        env,
        cwd: if config.cwd.is_empty() { "/".to_owned() } else { config.cwd.clone() },
        user: config.user.clone(),
    }
}

/// A sandbox that lives; `None` for what is none, or none of ours.
pub(super) fn found(living: Living) -> Option<Found> {
    let mut labels = living.labels;
    let kind = labels.remove(KIND)?;
    let id = living.id.as_str().parse().ok()?;
    (kind == SANDBOX).then_some(Found { id, labels, frozen: living.frozen })
}

/// What a sandbox uses.
pub(super) fn usage(told: &sandbox::protocol::Usage) -> Usage {
    Usage {
        cpu_micros: told.cpu_micros,
        memory_bytes: told.memory_bytes,
        memory_peak_bytes: told.memory_peak_bytes,
        processes: told.processes,
        disk_bytes: told.disk_bytes,
        received_bytes: told.received_bytes,
        sent_bytes: told.sent_bytes,
    }
}

/// Which limits one of ours has met.
pub(super) fn pressure(of: &sandbox::protocol::Pressure) -> Option<(SandboxId, Pressure)> {
    let pressure = Pressure {
        memory_kills: of.memory_kills,
        refused_processes: of.refused_processes,
        disk_full: of.disk_full,
        files_full: of.files_full,
    };
    Some((id(&of.id)?, pressure))
}

/// Whether it is what a build left.
pub(super) fn is_build(living: &Living) -> bool {
    living.labels.get(KIND).is_some_and(|kind| kind == BUILD)
}

pub(super) fn id(name: &Name) -> Option<SandboxId> {
    name.as_str().parse().ok()
}

pub(super) fn name(text: &str) -> Result<Name> {
    Name::try_from(text.to_owned()).map_err(|error| EngineError::Internal(error.to_string()))
}

pub(super) fn names(layers: &[Layer]) -> Result<Vec<Name>> {
    layers.iter().map(|layer| name(&layer.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{ReadyImage, Resources};
    use container_api::TerminalSize;

    fn start(config: RunConfig) -> Start {
        Start {
            id: SandboxId::random(),
            labels: BTreeMap::from([("owner".to_owned(), "guest".to_owned())]),
            hostname: "jq".to_owned(),
            image: ReadyImage { layers: vec![Layer("sha256-aa".to_owned())], config },
            resources: Resources {
                memory_bytes: 1 << 20,
                cpu_millis: 500,
                processes: 16,
                disk_bytes: 64 << 20,
            },
            size: TerminalSize { columns: 80, rows: 0 },
        }
    }

    #[test]
    fn an_image_that_says_nothing_gets_a_shell() {
        let spec = sandbox(&start(RunConfig::default())).unwrap();
        assert_eq!(spec.process.argv, ["/bin/sh"]);
        assert_eq!(spec.process.cwd, "/");
        let path = format!("PATH={PATH}");
        assert_eq!(spec.process.env, ["TERM=xterm-256color", "LANG=C.UTF-8", path.as_str()]);
        assert_eq!(spec.upper, Upper::Memory { bytes: 64 << 20, inodes: 16_384 });
        assert_eq!(spec.io, Io::Terminal { columns: 80, rows: 1 });
    }

    #[test]
    fn an_image_that_says_something_is_heard() {
        let config = RunConfig {
            argv: vec!["jq".to_owned(), ".".to_owned()],
            env: vec!["PATH=/opt/bin".to_owned(), "TERM=vt100".to_owned(), "LANG=".to_owned()],
            cwd: "/srv".to_owned(),
            user: "app".to_owned(),
        };
        let spec = sandbox(&start(config.clone())).unwrap();
        assert_eq!(spec.process.argv, config.argv);
        assert_eq!(spec.process.env, config.env);
        assert_eq!((spec.process.cwd.as_str(), spec.process.user.as_str()), ("/srv", "app"));
    }

    #[test]
    fn labels_come_back_and_builds_are_told_apart() {
        let start = start(RunConfig::default());
        let spec = sandbox(&start).unwrap();
        let living = Living { id: spec.id, labels: spec.labels, pid: 1, frozen: false };
        assert!(!is_build(&living));
        let back = found(living).unwrap();
        assert_eq!((back.id, back.labels), (start.id, start.labels));

        let step = BuildStep {
            id: SandboxId::random(),
            layers: vec![],
            upper: Layer("build-1".to_owned()),
            config: RunConfig::default(),
            resources: start.resources,
        };
        let spec = build_step(&step).unwrap();
        let living = Living { id: spec.id, labels: spec.labels, pid: 1, frozen: false };
        assert!(is_build(&living));
        assert!(found(living).is_none());
    }
}
