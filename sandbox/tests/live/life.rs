//! Ends, and that nothing is left after them.

use crate::support::{Lab, ended, name, until};
use sandbox::{
    Error,
    protocol::{FailureKind, Network, Spec},
};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Everything on the host that sandboxes of a supervisor leave traces in.
#[derive(Debug, PartialEq, Eq)]
struct Traces {
    processes: BTreeSet<i32>,
    mounts: usize,
    cgroups: BTreeSet<PathBuf>,
    devices: BTreeSet<String>,
    folders: BTreeSet<PathBuf>,
}

impl Traces {
    fn of(lab: &Lab) -> Self {
        let data = lab.data();
        let ours = lab.supervisor_pid();
        let folder = |name: &str| fs::read_dir(data.join(name)).expect("a folder");
        let folders = ["work", "staging", "trash"].into_iter().flat_map(folder);
        Self {
            processes: descendants(i32::try_from(ours).expect("a process id")),
            // In the supervisor's own namespace; the host's must never change.
            mounts: lines(&format!("/proc/{ours}/mountinfo")) + lines("/proc/self/mountinfo"),
            cgroups: cgroups(&lab.config.data),
            devices: devices(ours),
            folders: folders.map(|entry| entry.expect("an entry").path()).collect(),
        }
    }
}

fn lines(path: &str) -> usize {
    fs::read_to_string(path).expect("a text").lines().count()
}

fn descendants(of: i32) -> BTreeSet<i32> {
    let mut all = BTreeSet::new();
    for entry in fs::read_dir("/proc").expect("proc").flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|n| n.parse::<i32>().ok()) else {
            continue;
        };
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        let parent =
            stat.rsplit_once(") ").and_then(|(_, rest)| rest.split(' ').nth(1)?.parse().ok());
        if parent == Some(of) {
            all.insert(pid);
            all.extend(descendants(pid));
        }
    }
    all
}

/// The groups of the supervisor of a folder, by the name it gives them.
fn cgroups(data: &Path) -> BTreeSet<PathBuf> {
    let data = data.canonicalize().expect("the data folder");
    let hash = data.as_os_str().as_encoded_bytes().iter().fold(0xcbf2_9ce4_8422_2325, |hash, b| {
        (hash ^ u64::from(*b)).wrapping_mul(0x0000_0100_0000_01b3_u64)
    });
    let name = format!("trythis-{hash:016x}");
    let mut found = BTreeSet::new();
    let root = Path::new("/sys/fs/cgroup");
    for parent in
        fs::read_dir(root).expect("cgroups").flatten().map(|e| e.path()).chain([root.into()])
    {
        for group in fs::read_dir(parent.join(&name)).into_iter().flatten().flatten() {
            if group.path().is_dir() {
                found.insert(group.path());
            }
        }
    }
    found
}

fn devices(supervisor: u32) -> BTreeSet<String> {
    let all = fs::read_dir("/sys/class/net").expect("devices").flatten();
    let data = fs::read_link(format!("/proc/{supervisor}/cwd")).expect("its folder");
    let instance = fs::read_to_string(data.parent().expect("the data folder").join("instance"));
    let prefix = format!("tt{}-", instance.unwrap_or_default());
    all.filter_map(|e| e.file_name().into_string().ok())
        .filter(|n| n.starts_with(&prefix))
        .collect()
}

#[test]
fn stop_leaves_nothing_behind() {
    let lab = Lab::new();
    let mut events = lab.client.events().expect("events");
    let before = Traces::of(&lab);
    let base = lab.spec("busy", &["sh"]);
    let mut shell = lab.shell_of(Spec { network: Network::Outbound, ..base });
    // Children in sessions of their own, and one that ignores what it can.
    shell.line("(trap '' HUP TERM INT; sleep 1000) & sleep 1000 & touch /tmp/file");
    shell.expect("$ ");
    let during = Traces::of(&lab);
    assert!(during.processes.len() >= 3, "{during:?}");
    assert!(!during.cgroups.is_empty(), "{during:?}");
    assert_eq!(during.devices.len(), 1, "{during:?}");
    assert_eq!(during.mounts, before.mounts);

    lab.client.stop(&name("busy")).expect("stopped");
    assert_eq!(Traces::of(&lab), before);
    assert_eq!(ended(&mut events, &name("busy")).code, 137);
    lab.client.stop(&name("busy")).expect("stopping what does not live is no error");
    // Its name is free again.
    let (text, _) = lab.run(lab.spec("busy", &["echo", "again"]));
    assert_eq!(text, "again\n");
}

#[test]
fn a_build_step_leaves_its_layer_and_nothing_else() {
    let lab = Lab::new();
    let before = Traces::of(&lab);
    let (_, exit) = lab.run(lab.step("step", "written", "echo made > /made; sleep 1000 & exit 3"));
    assert_eq!(exit.code, 3);
    assert_eq!(Traces::of(&lab), before);
    let made = fs::read_to_string(lab.data().join("layers/written/made")).expect("it was made");
    assert_eq!(made, "made\n");
}

#[test]
fn a_failed_start_leaves_nothing_behind() {
    let lab = Lab::new();
    let before = Traces::of(&lab);
    let base = lab.spec("failing", &["no-such-program"]);
    for spec in [
        Spec { network: Network::Outbound, ..base.clone() },
        Spec { layers: vec![name("no-such-layer")], ..base.clone() },
        Spec { hostname: "not a name".to_owned(), ..base.clone() },
        Spec { hostname: "x".repeat(64), ..lab.step("failing", "upper", "true") },
    ] {
        lab.client.start(&spec).expect_err("it cannot start");
        assert_eq!(Traces::of(&lab), before);
    }
}

#[test]
fn one_name_lives_once() {
    let lab = Lab::new();
    let _shell = lab.shell("single");
    let Err(Error::Failure(failure)) = lab.client.start(&lab.spec("single", &["sh"])) else {
        panic!("it started twice");
    };
    assert_eq!(failure.kind, FailureKind::Exists);
}

#[test]
fn layers_in_use_are_kept() {
    let lab = Lab::new();
    let busy = |result: Result<(), Error>| match result {
        Err(Error::Failure(failure)) => assert_eq!(failure.kind, FailureKind::Busy, "{failure}"),
        other => panic!("{other:?}"),
    };
    let (_, _output) =
        lab.client.start(&lab.step("user", "upper", "sleep 1000")).expect("it starts");
    for layer in ["busybox", "upper"] {
        busy(lab.client.remove_layer(&name(layer)));
        busy(lab.client.rename_layer(&name(layer), &name("other")));
    }
    busy(lab.client.start(&lab.step("second", "upper", "true")).map(drop));
    lab.client.stop(&name("user")).expect("stopped");
    lab.client.rename_layer(&name("upper"), &name("final")).expect("renamed");
    lab.client.remove_layer(&name("final")).expect("removed");
    assert_eq!(lab.client.layers().expect("layers"), [name("busybox")]);
}

#[test]
fn after_a_killed_supervisor_the_next_one_cleans_up() {
    let mut lab = Lab::new();
    let before = Traces::of(&lab);
    let base = lab.spec("lost", &["sh"]);
    let shell = lab.shell_of(Spec { network: Network::Outbound, ..base });
    let (step, _output) =
        lab.client.start(&lab.step("step", "upper", "sleep 1000")).expect("it starts");
    // One that cannot even be killed as it stands.
    let frozen = lab.shell("frozen");
    lab.client.freeze(&name("frozen")).expect("it stands still");
    lab.kill_supervisor();
    assert!(!cgroups(&lab.config.data).is_empty(), "nothing to clean up");
    // What was half done when it was killed.
    fs::create_dir_all(lab.data().join("staging/half/dir")).expect("a folder");

    lab.start_supervisor();
    assert!(lab.client.list().expect("a list").is_empty());
    until("the inits are gone", || {
        [shell.pid, step, frozen.pid].iter().all(|pid| !Path::new(&format!("/proc/{pid}")).exists())
    });
    let after = Traces::of(&lab);
    assert_eq!((after.cgroups, after.devices), (before.cgroups, before.devices));
    assert_eq!((after.folders, after.processes), (before.folders, before.processes));
    assert_eq!(lab.sh("echo works"), "works\n");
    assert_eq!(lab.client.layers().expect("layers"), [name("busybox"), name("upper")]);
}

#[test]
fn shutdown_ends_everything_and_takes_the_host_parts_away() {
    let mut lab = Lab::new();
    let mut events = lab.client.events().expect("events");
    let _shells: Vec<_> = (0..5).map(|n| lab.shell(&format!("s{n}"))).collect();
    let instance = fs::read_to_string(lab.data().join("instance")).expect("an instance");
    let table = format!("trythis_{instance}");
    assert!(tables().contains(&table));
    let lost = cgroups(&lab.config.data);
    assert!(!lost.is_empty());
    lab.client.shutdown().expect("it ends");
    assert!(lab.wait_for_supervisor(), "it ended with an error");
    assert_eq!(events.by_ref().filter_map(Result::ok).count(), 5);
    assert!(!tables().contains(&table));
    assert!(lost.iter().all(|group| !group.exists() && !group.parent().expect("one").exists()));
    assert!(!lab.config.socket.exists());
    lab.start_supervisor();
}

fn tables() -> Vec<String> {
    let output = std::process::Command::new("nft").args(["list", "tables"]).output();
    let text = String::from_utf8(output.expect("nft").stdout).expect("text");
    text.lines().filter_map(|line| line.split(' ').next_back()).map(str::to_owned).collect()
}

#[test]
fn without_anybody_connected_it_ends_by_itself() {
    let mut lab = Lab::without_layers();
    lab.client.shutdown().expect("it ends");
    lab.wait_for_supervisor();
    lab.config.orphan_grace = std::time::Duration::from_secs(1);
    lab.start_supervisor();
    assert!(lab.wait_for_supervisor(), "it ended with an error");
    lab.config.orphan_grace = std::time::Duration::from_secs(60);
    lab.start_supervisor();
}

#[test]
fn launching_finds_the_one_that_runs_or_starts_one() {
    let mut lab = Lab::new();
    let mut shell = lab.shell("kept");
    let program = Path::new(crate::support::program());
    sandbox::launch::supervisor(&lab.config, program).expect("it is there");
    assert_eq!(shell.ask("echo still"), "still");
    lab.client.shutdown().expect("it ends");
    assert!(lab.wait_for_supervisor());
    sandbox::launch::supervisor(&lab.config, program).expect("it starts");
    assert_eq!(lab.sh("echo new"), "new\n");
    // Detached: it has a session of its own.
    lab.client.shutdown().expect("it ends");
    lab.start_supervisor();
    let refused = sandbox::launch::supervisor(
        &sandbox::Config {
            socket: "/proc/no/such/folder".into(),
            data: lab.folder().join("other"),
            ..lab.config.clone()
        },
        program,
    );
    assert!(refused.is_err());
}
