//! As whom a program runs: names are those of the image's own /etc/passwd and /etc/group.

use super::IDS;
use crate::{fault::Fault, protocol::FailureKind};
use rustix::fs::{FileType, Mode, OFlags};
use std::{fs::File, io::Read};

/// More of /etc/passwd is not read.
const LIMIT: u64 = 1 << 20;

/// As whom a program runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub uid: u32,
    pub gid: u32,
    /// Further groups that the user is in.
    pub groups: Vec<u32>,
    /// The user's home, where the image says.
    pub home: Option<String>,
}

/// Looks `user` up in the root that this process is in: `name`, `uid`, `name:group`, `uid:gid`;
/// empty is root.
pub(crate) fn find(user: &str) -> Result<Identity, Fault> {
    resolve(user, &read("/etc/passwd"), &read("/etc/group"))
}

/// The text of a file, as far as it is one: an image may hold anything under this name.
fn read(path: &str) -> String {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let mut bytes = Vec::new();
    if let Ok(fd) = rustix::fs::open(path, flags, Mode::empty())
        && let Ok(stat) = rustix::fs::fstat(&fd)
        && FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
    {
        // What was read before an error is as good as a shorter file.
        let _ = File::from(fd).take(LIMIT).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn resolve(user: &str, passwd: &str, group: &str) -> Result<Identity, Fault> {
    let (name, group_name) = match user.split_once(':') {
        Some((name, group_name)) => (name, Some(group_name).filter(|g| !g.is_empty())),
        None => (user, None),
    };
    let name = if name.is_empty() { "0" } else { name };
    let entry =
        passwd.lines().map(fields).find(|entry| entry.first() == Some(&name)).or_else(|| {
            let number: u32 = name.parse().ok()?;
            passwd
                .lines()
                .map(fields)
                .find(|e| e.get(2).and_then(|u| u.parse().ok()) == Some(number))
        });
    let field = |at: usize| entry.as_ref().and_then(|entry| entry.get(at).copied());
    let uid = field(2).or(Some(name)).and_then(id);
    let uid = uid.ok_or_else(|| unknown("user", name, "/etc/passwd"))?;
    let gid = match group_name {
        Some(wanted) => group
            .lines()
            .map(fields)
            .find(|entry| entry.first() == Some(&wanted))
            .and_then(|entry| entry.get(2).copied().and_then(id))
            .or_else(|| id(wanted))
            .ok_or_else(|| unknown("group", wanted, "/etc/group"))?,
        None => field(3).and_then(id).unwrap_or(0),
    };
    // As Docker has it: a group that is asked for stands alone.
    let groups = match (group_name, field(0)) {
        (None, Some(member)) => groups_of(member, group),
        _ => Vec::new(),
    };
    let home = field(5).filter(|home| home.starts_with('/')).unwrap_or("/");
    Ok(Identity { uid, gid, groups, home: Some(home.to_owned()) })
}

fn groups_of(member: &str, group: &str) -> Vec<u32> {
    group
        .lines()
        .map(fields)
        .filter(|entry| entry.get(3).is_some_and(|users| users.split(',').any(|u| u == member)))
        .filter_map(|entry| entry.get(2).copied().and_then(id))
        .collect()
}

fn fields(line: &str) -> Vec<&str> {
    line.trim_end().split(':').collect()
}

/// A number that is in the sandbox's range.
fn id(text: &str) -> Option<u32> {
    text.parse().ok().filter(|id| *id < IDS)
}

fn unknown(what: &str, name: &str, file: &str) -> Fault {
    let text = format!("The {what} `{name}` is not in the image's {file}.");
    Fault::told(FailureKind::Program, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/sh\nfresh:x:1000:1001::/home/fresh:/bin/sh\n\
                          broken\n7:x:70:70::/:\nfar:x:70000:0::/:\n";
    const GROUP: &str = "root:x:0:\naudio:x:29:fresh,other\nfresh:x:1001:\nvideo:x:44:fresh\n";

    fn identity(uid: u32, gid: u32, groups: &[u32], home: &str) -> Identity {
        Identity { uid, gid, groups: groups.to_vec(), home: Some(home.to_owned()) }
    }

    #[test]
    fn users_are_those_of_the_image() {
        let table = [
            ("", identity(0, 0, &[], "/root")),
            ("root", identity(0, 0, &[], "/root")),
            ("fresh", identity(1000, 1001, &[29, 44], "/home/fresh")),
            ("1000", identity(1000, 1001, &[29, 44], "/home/fresh")),
            ("fresh:audio", identity(1000, 29, &[], "/home/fresh")),
            ("fresh:5", identity(1000, 5, &[], "/home/fresh")),
            ("1234", identity(1234, 0, &[], "/")),
            ("1234:5678", identity(1234, 5678, &[], "/")),
            // A name that looks like a number is a name first.
            ("7", identity(70, 70, &[], "/")),
        ];
        for (user, expected) in table {
            assert_eq!(resolve(user, PASSWD, GROUP).expect(user), expected, "{user}");
        }
        assert_eq!(resolve("", "", "").expect("root needs no file"), identity(0, 0, &[], "/"));
    }

    #[test]
    fn who_is_not_there_is_named() {
        for user in ["nobody", "fresh:nogroup", "-1", "65536", "far", "broken"] {
            let Err(Fault::Told(failure)) = resolve(user, PASSWD, GROUP) else {
                panic!("{user} was found");
            };
            assert_eq!(failure.kind, FailureKind::Program, "{user}");
        }
    }
}
