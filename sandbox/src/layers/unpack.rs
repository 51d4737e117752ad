//! A tar stream becomes files, below the root of this process.
//!
//! It runs in a [`super::Worker`], whose root is the tree it writes. So a path or a link that leads
//! anywhere leads somewhere in that tree.

use super::{OPAQUE, OPAQUE_WHITEOUT, WHITEOUT, xattr};
use crate::{fault::Fault, protocol::FailureKind};
use rustix::{
    fs::{
        AtFlags, CWD, FileType, Gid, Mode, OFlags, Timespec, Timestamps, UTIME_OMIT, Uid, chownat,
        mkdir, mknodat, utimensat,
    },
    io::Errno,
};
use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fs::{self, File, Permissions},
    io::{self, Read, Write},
    os::unix::{
        ffi::{OsStrExt, OsStringExt},
        fs::{PermissionsExt, symlink},
    },
    path::{Component, Path, PathBuf},
};
use tar::{Archive, Entry, EntryType};

/// What an archive means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A layer: `.wh.` files are white-outs, and directories are as the archive says.
    Layer,
    /// Files to copy into a tree: a directory that is there already stays as it is, also where a
    /// link leads to it.
    Copy,
}

/// What one archive may make, in bytes and in entries: more than any image's layer.
const MOST_BYTES: u64 = 16 << 30;
const MOST_ENTRIES: u64 = 2_000_000;
/// A file of this size is unpacked only if it leaves so much of the disk to others.
const LARGE: u64 = 1 << 20;
const RESERVE: u64 = 256 << 20;

/// What goes wrong with an archive: the message may be shown to whoever made it.
fn refused(path: &Path, what: impl std::fmt::Display) -> Fault {
    let text = format!("The archive's entry `{}` {what}.", path.display());
    Fault::told(FailureKind::Archive, text)
}

/// Unpacks everything below `into`, an absolute path.
pub(super) fn unpack(tar: impl Read, into: &Path, meaning: Meaning) -> Result<(), Fault> {
    let unreadable = |e: io::Error| {
        let text = format!("The archive is not a readable tar stream: {e}.");
        Fault::told(FailureKind::Archive, text)
    };
    let mut unpacking = Unpacking { into, meaning, times: BTreeMap::new(), bytes: 0, entries: 0 };
    let mut archive = Archive::new(tar);
    for entry in archive.entries().map_err(unreadable)? {
        unpacking.entry(&mut entry.map_err(unreadable)?)?;
    }
    // What comes after the end, such as padding, is read as well: who writes it must not get a
    // broken pipe.
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(unreadable)?;
    // Last, because every entry changed the time of its directory.
    for (path, time) in unpacking.times.iter().rev() {
        set_time(path, *time).map_err(|e| refused(path, e))?;
    }
    Ok(())
}

struct Unpacking<'a> {
    into: &'a Path,
    meaning: Meaning,
    /// Of directories.
    times: BTreeMap<PathBuf, i64>,
    /// What was made so far, and how much.
    bytes: u64,
    entries: u64,
}

impl Unpacking<'_> {
    fn entry(&mut self, entry: &mut Entry<'_, impl Read>) -> Result<(), Fault> {
        let relative = harmless(&entry.path_bytes());
        let path = self.into.join(&relative);
        let name = path.file_name().unwrap_or_default().to_owned();
        let problem = |e: io::Error| refused(&relative, format!("cannot be unpacked: {e}"));

        self.afford(entry.size(), &relative)?;
        let is_top = relative.as_os_str().is_empty();
        if is_top && !entry.header().entry_type().is_dir() {
            return Ok(());
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(problem)?;
        }
        if let Some(hidden) = name.as_bytes().strip_prefix(WHITEOUT.as_bytes()) {
            return match self.meaning {
                Meaning::Layer => whiteout(&path, &name, hidden).map_err(problem),
                Meaning::Copy => {
                    Err(refused(&relative, "has a name that image layers keep for themselves"))
                }
            };
        }
        match entry.header().entry_type() {
            EntryType::Directory => self.directory(entry, &path, is_top).map_err(problem),
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
                clear(&path).and_then(|()| file(entry, &path)).map_err(problem)
            }
            EntryType::Symlink => {
                let target = entry.link_name_bytes().unwrap_or_default().into_owned();
                clear(&path)
                    .and_then(|()| symlink(OsStr::from_bytes(&target), &path))
                    .and_then(|()| dress(entry, &path, false))
                    .map_err(problem)
            }
            EntryType::Link => {
                let target = harmless(&entry.link_name_bytes().unwrap_or_default());
                link(&self.into.join(target), &path).map_err(problem)
            }
            EntryType::Fifo => clear(&path)
                .and_then(|()| make_node(&path, FileType::Fifo))
                .and_then(|()| dress(entry, &path, true))
                .map_err(problem),
            // Devices: a sandbox makes its own. The rest is of no meaning here.
            _ => Ok(()),
        }
    }

    /// Refuses what asks for too much, by its header, before any of it is written. A sparse file
    /// counts whole.
    fn afford(&mut self, size: u64, path: &Path) -> Result<(), Fault> {
        self.entries += 1;
        self.bytes = self.bytes.saturating_add(size);
        if self.bytes > MOST_BYTES {
            let most = MOST_BYTES >> 30;
            return Err(refused(
                path,
                format!("makes the archive larger than {most} GiB unpacked"),
            ));
        }
        if self.entries > MOST_ENTRIES {
            return Err(refused(path, format!("is one more than the {MOST_ENTRIES} it may hold")));
        }
        if size >= LARGE {
            let disk = rustix::fs::statvfs(self.into).map_err(|e| refused(path, e))?;
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            if size.saturating_add(RESERVE) > free {
                return Err(refused(path, "is larger than the space that this server has left"));
            }
        }
        Ok(())
    }

    fn directory(
        &mut self,
        entry: &mut Entry<'_, impl Read>,
        path: &Path,
        is_top: bool,
    ) -> io::Result<()> {
        let there = match self.meaning {
            Meaning::Layer => path.symlink_metadata().is_ok_and(|m| m.is_dir()),
            Meaning::Copy => path.is_dir(),
        };
        if there && (self.meaning == Meaning::Copy || is_top && self.into != Path::new("/")) {
            return Ok(());
        }
        if !there {
            clear(path)?;
            mkdir(path, Mode::from_raw_mode(0o755))?;
        }
        dress(entry, path, true)?;
        self.times.insert(path.to_owned(), seconds(entry)?);
        Ok(())
    }
}

/// A path without a root and without `..`, as if the archive's own top were the root.
fn harmless(bytes: &[u8]) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in Path::new(OsStr::from_bytes(bytes)).components() {
        match component {
            Component::Normal(name) => clean.push(name),
            Component::ParentDir => {
                clean.pop();
            }
            _ => {}
        }
    }
    clean
}

/// Makes room for what comes: the archive's later word counts.
fn clear(path: &Path) -> io::Result<()> {
    match path.symlink_metadata() {
        Ok(there) if there.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(e),
    }
}

fn whiteout(path: &Path, name: &OsStr, hidden: &[u8]) -> io::Result<()> {
    let parent = path.parent().unwrap_or(Path::new("/"));
    if name == OPAQUE_WHITEOUT {
        return xattr::set(parent, OPAQUE, b"y");
    }
    // `.wh..wh.…` is bookkeeping of other tools; and a white-out of nothing is nothing.
    if hidden.is_empty()
        || hidden.starts_with(WHITEOUT.as_bytes())
        || hidden == b"."
        || hidden == b".."
    {
        return Ok(());
    }
    let hidden = parent.join(OsString::from_vec(hidden.to_vec()));
    clear(&hidden)?;
    make_node(&hidden, FileType::CharacterDevice)
}

/// Makes a FIFO or, as a character device 0:0, a white-out.
fn make_node(path: &Path, kind: FileType) -> io::Result<()> {
    Ok(mknodat(CWD, path, kind, Mode::empty(), 0)?)
}

fn file(entry: &mut Entry<'_, impl Read>, path: &Path) -> io::Result<()> {
    let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut file = File::from(rustix::fs::open(path, flags, Mode::from_raw_mode(0o600))?);
    let copied = io::copy(entry, &mut file)?;
    if copied < entry.size() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    file.flush()?;
    drop(file);
    dress(entry, path, true)
}

fn link(target: &Path, path: &Path) -> io::Result<()> {
    // A link to itself would clear what it links to.
    if target == path {
        return Ok(());
    }
    let kind = target.symlink_metadata()?.file_type();
    if kind.is_dir() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "a hard link to a directory"));
    }
    clear(path)?;
    fs::hard_link(target, path)
}

/// Gives a file its owner, mode, attributes and time. The order matters: a change of owner clears
/// set-user-id bits and capabilities.
fn dress(entry: &mut Entry<'_, impl Read>, path: &Path, has_mode: bool) -> io::Result<()> {
    let id = |number: u64| {
        u32::try_from(number).map_err(|_| io::Error::other(format!("the owner {number}")))
    };
    let header = entry.header();
    let (uid, gid) = (Uid::from_raw(id(header.uid()?)?), Gid::from_raw(id(header.gid()?)?));
    chownat(CWD, path, Some(uid), Some(gid), AtFlags::SYMLINK_NOFOLLOW)?;
    if has_mode {
        fs::set_permissions(path, Permissions::from_mode(header.mode()? & 0o7777))?;
    }
    for (name, value) in attributes(entry)? {
        match xattr::set(path, &name, &value) {
            // Such as user attributes of links, which the file system refuses.
            Err(e) if matches!(Errno::from_io_error(&e), Some(Errno::PERM | Errno::NOTSUP)) => {}
            other => other?,
        }
    }
    set_time(path, seconds(entry)?)
}

fn attributes(entry: &mut Entry<'_, impl Read>) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut found = Vec::new();
    if let Some(extensions) = entry.pax_extensions()? {
        for extension in extensions {
            let extension = extension?;
            let name = extension.key().ok().and_then(|key| key.strip_prefix("SCHILY.xattr."));
            if let Some(name) = name.filter(|name| xattr::is_kept(name)) {
                found.push((name.to_owned(), extension.value_bytes().to_vec()));
            }
        }
    }
    Ok(found)
}

fn seconds(entry: &Entry<'_, impl Read>) -> io::Result<i64> {
    Ok(i64::try_from(entry.header().mtime()?).unwrap_or(0))
}

fn set_time(path: &Path, seconds: i64) -> io::Result<()> {
    let times = Timestamps {
        last_access: Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT },
        last_modification: Timespec { tv_sec: seconds, tv_nsec: 0 },
    };
    Ok(utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_above_the_top() {
        let table = [
            ("usr/bin/jq", "usr/bin/jq"),
            ("./usr//bin/./jq", "usr/bin/jq"),
            ("/etc/shadow", "etc/shadow"),
            ("../../etc/shadow", "etc/shadow"),
            ("a/../../b", "b"),
            ("..", ""),
            ("./", ""),
        ];
        for (given, expected) in table {
            assert_eq!(harmless(given.as_bytes()), Path::new(expected), "{given}");
        }
    }
}
