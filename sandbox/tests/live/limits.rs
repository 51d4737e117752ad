//! What a sandbox may use.

use crate::support::{Lab, name};
use sandbox::protocol::{Limits, Spec, Upper};

#[test]
fn memory_is_limited_and_the_cause_is_known() {
    let lab = Lab::new();
    // A string in the shell that doubles until it does not fit.
    let eater = "x=0123456789abcdef; while true; do x=$x$x; done";
    let (_, exit) = lab.run(lab.spec("eater", &["sh", "-c", eater]));
    assert_eq!((exit.code, exit.out_of_memory), (137, true));
    // A child that goes over the limit goes alone.
    let script = format!(
        "sh -c '{eater}'; echo survived; cat /proc/1/oom_score_adj /proc/self/oom_score_adj"
    );
    let (text, exit) = lab.run(lab.spec("parent", &["sh", "-c", &script]));
    assert!(text.ends_with("survived\n0\n500\n"), "{text}");
    assert_eq!((exit.code, exit.out_of_memory), (0, true));
    let (_, exit) = lab.run(lab.spec("modest", &["true"]));
    assert!(!exit.out_of_memory);
}

#[test]
fn what_is_written_counts_as_memory_and_is_bounded() {
    let lab = Lab::new();
    let script = "dd if=/dev/zero of=/big bs=1M count=20 2>&1; echo; stat -c %s /big";
    let small = Upper::Memory { bytes: 4 << 20, inodes: 1000 };
    let (text, _) = lab.run(Spec { upper: small, ..lab.spec("disk", &["sh", "-c", script]) });
    assert!(text.contains("No space left on device"), "{text}");
    let script = "i=0; while touch /tmp/f$i 2>&1; do i=$((i+1)); done; echo $i files";
    let few = Upper::Memory { bytes: 4 << 20, inodes: 200 };
    let (text, _) = lab.run(Spec { upper: few, ..lab.spec("inodes", &["sh", "-c", script]) });
    assert!(text.contains("No space left on device"), "{text}");
}

#[test]
fn processes_and_open_files_are_limited() {
    let lab = Lab::new();
    let base = lab.spec(
        "forker",
        &[
            "sh",
            "-c",
            "i=0; while [ $i -lt 40 ]; do sleep 1000 & i=$((i+1)); done; echo all of them",
        ],
    );
    let limits = Limits { processes: 10, ..base.limits };
    let (text, exit) = lab.run(Spec { limits, ..base });
    assert!(text.contains("can't fork"), "{text}");
    assert_ne!(exit.code, 0);
    assert_eq!(lab.sh("ulimit -n; ulimit -Hn; ulimit -c"), "256\n256\n0\n");
}

#[test]
fn a_frozen_sandbox_stands_still() {
    let lab = Lab::new();
    let mut shell = lab.shell("still");
    lab.client.freeze(&name("still")).expect("frozen");
    let state = |pid: i32| {
        let text = std::fs::read_to_string(format!("/proc/{pid}/wchan")).expect("it lives");
        text.contains("refrigerator") || text.contains("freeze") || text == "0"
    };
    crate::support::until("the init is frozen", || state(shell.pid));
    shell.line("echo aw''ake");
    lab.client.thaw(&name("still")).expect("thawed");
    shell.expect("\nawake");
    // One that is frozen can be ended as well.
    lab.client.freeze(&name("still")).expect("frozen");
    lab.client.stop(&name("still")).expect("stopped");
    assert!(lab.client.freeze(&name("still")).is_err());
}
