//! What a sandbox may use.

use crate::support::{Lab, name};
use sandbox::protocol::{Io, Limits, Spec, Upper};

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

/// What a sandbox's cgroup says, wherever it is mounted.
fn cgroup(lab: &Lab, controller: &str, id: &str, file: &str) -> String {
    let pid = lab.client.list().expect("a list").into_iter().find(|one| one.id == name(id));
    let pid = pid.expect("it lives").pid;
    let groups = std::fs::read_to_string(format!("/proc/{pid}/cgroup")).expect("its cgroups");
    let line = groups.lines().find(|line| {
        let controllers = line.split(':').nth(1).unwrap_or_default();
        controllers.is_empty() || controllers.split(',').any(|one| one == controller)
    });
    let path = line.and_then(|line| line.splitn(3, ':').nth(2)).expect("a path").to_owned();
    let places = [format!("/sys/fs/cgroup/{controller}{path}"), format!("/sys/fs/cgroup{path}")];
    let place = places.iter().find(|place| std::path::Path::new(place).exists());
    std::fs::read_to_string(format!("{}/{file}", place.expect("it is mounted"))).expect("the file")
}

#[test]
fn a_fork_bomb_stays_in_its_sandbox_and_can_be_ended() {
    let lab = Lab::new();
    let base = lab.spec("bomb", &["sh"]);
    let limits = Limits { processes: 40, ..base.limits };
    let mut shell = lab.shell_of(Spec { limits, ..base });
    shell.line("b() { b | b & }; b");
    crate::support::until("it has met its limit", || {
        let seen = lab.client.pressure(&[name("bomb")]).expect("asked");
        seen[0].refused_processes > 0
    });
    let tasks = cgroup(&lab, "pids", "bomb", "pids.current");
    assert!(tasks.trim().parse::<u32>().expect("a number") <= 41, "{tasks}");
    // Others start as ever, and the bomb goes when it is told to.
    assert_eq!(lab.sh("echo next door"), "next door\n");
    lab.client.stop(&name("bomb")).expect("stopped");
    assert!(lab.client.list().expect("a list").is_empty());
    assert!(lab.client.pressure(&[name("bomb")]).expect("asked").is_empty());
}

#[test]
fn who_takes_all_the_processor_is_held_back() {
    let lab = Lab::new();
    let base = lab.spec("busy", &["sh"]);
    let limits = Limits { cpu_millis: 50, ..base.limits };
    let mut shell = lab.shell_of(Spec { limits, ..base });
    shell.line("while true; do :; done");
    crate::support::until("it was made to wait", || {
        let stat = cgroup(&lab, "cpu", "busy", "cpu.stat");
        let waited = stat.lines().find_map(|line| line.strip_prefix("nr_throttled "));
        waited.is_some_and(|count| count != "0")
    });
}

#[test]
fn a_million_empty_files_and_all_bytes_end_at_the_limit() {
    let lab = Lab::new();
    let base = lab.spec("full", &["sh"]);
    let upper = Upper::Memory { bytes: 8 << 20, inodes: 3_000 };
    let io = Io::Terminal { columns: 400, rows: 24 };
    let mut shell = lab.shell_of(Spec { upper, io, ..base });
    let pressure = || lab.client.pressure(&[name("full")]).expect("asked").remove(0);
    let before = pressure();
    assert!(!before.disk_full && !before.files_full, "{before:?}");
    shell.ask("fill() { i=0; mkdir -p $1; while (: > $1/f$i) 2>/dev/null; do i=$((i+1)); done; }");
    // Wherever they are made: root inside may write in all of these.
    for place in ["/dev/many", "/dev/shm/many", "/many"] {
        shell.ask(&format!("fill {place}"));
        let made = shell.ask("echo $i").parse::<u32>().expect("a number");
        assert!((100..5_000).contains(&made), "{made} in {place}");
        assert_eq!(pressure().files_full, place == "/many", "{place}");
    }
    shell.ask("rm -r /many");
    assert!(!pressure().files_full);
    shell.ask("dd if=/dev/zero of=/big bs=64k count=1000 2>/dev/null; echo");
    assert!(pressure().disk_full);
    shell.ask("rm /big");
    assert_eq!(pressure(), before);
    // More than the memory allows cannot be had by the shared memory either.
    let shared = shell.ask("dd if=/dev/zero of=/dev/shm/big bs=1M count=500 2>&1 | tail -n 1");
    assert!(!shared.contains("500+0"), "{shared}");
}

#[test]
fn open_files_end_at_the_limit_and_nobody_raises_it() {
    let lab = Lab::new();
    assert_eq!(lab.sh("ulimit -n 4096 2>/dev/null || echo refused; ulimit -n"), "refused\n256\n");
    // With room for five, the sixth is one too many.
    let script =
        "ulimit -n 5; (exec 3</dev/null 4</dev/null; exec 5</dev/null) 2>&1 || echo refused";
    let text = lab.sh(script);
    assert!(text.contains("Too many open files") && text.ends_with("refused\n"), "{text}");
}

#[test]
fn swap_is_no_way_round_the_memory_limit() {
    let lab = Lab::new();
    let _shell = lab.shell("swapper");
    let bytes = (64u64 << 20).to_string();
    let groups = std::fs::read_to_string("/proc/self/mountinfo").expect("mounts");
    if groups.contains("rw,memory") {
        // Together with swap, where the kernel counts it.
        let both = std::path::Path::new("/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes");
        if both.exists() {
            assert_eq!(
                cgroup(&lab, "memory", "swapper", "memory.memsw.limit_in_bytes").trim(),
                bytes
            );
        }
        assert_eq!(cgroup(&lab, "memory", "swapper", "memory.limit_in_bytes").trim(), bytes);
    } else {
        assert_eq!(cgroup(&lab, "memory", "swapper", "memory.swap.max").trim(), "0");
        assert_eq!(cgroup(&lab, "memory", "swapper", "memory.max").trim(), bytes);
    }
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
