//! Other processes: of the host, of other sandboxes, and the sandbox's own init.

use super::Siege;
use std::{fs, process};

#[test]
fn processes_outside_are_not_there() {
    let siege = Siege::new();
    let neighbour = siege.lab.shell("neighbour");
    // Numbers of the host: this test, the supervisor, the neighbour's init. Inside, all are small.
    let outside = [process::id(), siege.lab.supervisor_pid(), neighbour.pid.cast_unsigned()];
    for pid in outside.into_iter().filter(|pid| *pid > 20) {
        for attack in ["signal", "pidfd", "ptrace", "read-memory"] {
            let outcome = siege.try_one(&format!("{attack}={pid}"));
            assert_eq!(outcome, "refused ESRCH", "{attack}={pid}");
        }
    }
    // Its init and itself.
    assert_eq!(siege.try_one("processes"), "done sees 2");
}

#[test]
fn signals_to_everybody_stay_inside() {
    let siege = Siege::new();
    let mut neighbour = siege.lab.shell("neighbour");
    neighbour.ask("sleep 1000 &");
    let (_, exit) = siege.lab.run(siege.lab.spec("killer", &["sh", "-c", "kill -9 -1; exit 3"]));
    // A process's own signal to everybody spares it, and the init is not to be killed from inside.
    assert_eq!(exit.code, 3);
    assert_eq!(neighbour.ask("kill -0 $! && echo lives"), "lives");
    siege.lab.client.list().expect("the supervisor lives");
}

#[test]
fn the_init_is_not_looked_into() {
    let siege = Siege::new();
    siege.refuses(&[("ptrace=1", "EPERM"), ("read-memory=1", "EPERM")]);
    // It is behind the filter too, and has no capability left.
    let shell = siege.lab.shell("one");
    let status = fs::read_to_string(format!("/proc/{}/status", shell.pid)).expect("status");
    for line in ["Seccomp:\t2", "NoNewPrivs:\t1", "CapPrm:\t0000000000000000"] {
        assert!(status.contains(line), "{line}: {status}");
    }
    // A debugger has its own children.
    let script = "sleep 1000 & /attacker ptrace=$!";
    let mut spec = siege.lab.spec("debugger", &["sh", "-c", script]);
    spec.layers = siege.layers();
    let (text, _) = siege.lab.run(spec);
    assert!(text.contains(": done"), "{text}");
}
