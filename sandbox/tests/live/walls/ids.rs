//! Root inside is nobody outside, and no two sandboxes share ids.

use crate::support::Lab;
use std::{fs, ops::Range};

const MAPS: [&str; 2] = ["uid_map", "gid_map"];

fn range(pid: i32, map: &str) -> Range<u32> {
    let text = fs::read_to_string(format!("/proc/{pid}/{map}")).expect("a map");
    let numbers: Vec<u32> = text.split_whitespace().map(|n| n.parse().expect("number")).collect();
    let [inside, outside, length] = numbers[..] else { panic!("more than one range: {text}") };
    assert_eq!(inside, 0);
    outside..outside + length
}

#[test]
fn ranges_are_apart() {
    let lab = Lab::new();
    let shells: Vec<_> = (0..8).map(|n| lab.shell(&format!("s{n}"))).collect();
    for map in MAPS {
        let mut ranges: Vec<_> = shells.iter().map(|shell| range(shell.pid, map)).collect();
        ranges.sort_by_key(|range| range.start);
        assert!(ranges[0].start >= 0x4000_0000, "{ranges:?}");
        for pair in ranges.windows(2) {
            assert!(pair[0].end <= pair[1].start, "{map}: {pair:?}");
        }
    }
    // One that comes after another has ended gets ids of its own, while there are any.
    let first = range(shells[0].pid, "uid_map");
    lab.client.stop(&crate::support::name("s0")).expect("stopped");
    assert_ne!(range(lab.shell("late").pid, "uid_map"), first);
}

/// Whoever is anybody inside, by set-uid, group or a user of the image, is in the range outside.
#[test]
fn every_process_is_in_its_range() {
    let lab = Lab::new();
    let mut shell = lab.shell("many");
    shell.ask("sleep 1000 &");
    let mut spec = lab.spec("user", &["sh", "-c", "echo '$ '; sleep 1000; true"]);
    spec.process.user = "fresh".to_owned();
    let other = lab.shell_of(spec);
    for init in [shell.pid, other.pid] {
        let inside = fs::read_link(format!("/proc/{init}/ns/pid")).expect("a namespace");
        let pids = fs::read_dir("/proc").expect("/proc").filter_map(Result::ok);
        let members: Vec<_> = pids
            .map(|entry| entry.path())
            .filter(|path| fs::read_link(path.join("ns/pid")).is_ok_and(|ns| ns == inside))
            .collect();
        assert!(members.len() >= 2, "{members:?}");
        for member in members {
            let status = fs::read_to_string(member.join("status")).expect("status");
            for (field, map) in ["Uid:", "Gid:", "Groups:"].iter().zip([MAPS[0], MAPS[1], MAPS[1]])
            {
                let line = status.lines().find_map(|l| l.strip_prefix(field)).expect("a field");
                let range = range(init, map);
                for id in line.split_whitespace().map(|id| id.parse().expect("an id")) {
                    assert!(range.contains(&id), "{field} {id} is not in {range:?}");
                }
            }
        }
    }
}

/// What root inside makes belongs to nobody outside, and what is root's outside is not its.
#[test]
fn ids_beyond_the_range_do_not_exist() {
    let lab = Lab::new();
    let text = lab.sh("touch /f; for id in 65536 1073741824 4294967294; do \
                       chown $id /f 2>/dev/null && echo $id; done; stat -c %u /proc/sys /f");
    // What the host owns is shown as nobody's.
    assert_eq!(text, "65534\n0\n");
}
