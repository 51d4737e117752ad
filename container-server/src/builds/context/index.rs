//! What a context holds, by path.

use super::{ContextError, ENTRY_LIMIT};
use std::collections::{BTreeMap, BTreeSet};

/// How many links may lead to one file.
const LINK_LIMIT: u32 = 40;

/// A file, folder or link of a context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// What it is.
    pub kind: Kind,
    /// Permission bits.
    pub mode: u32,
    /// When it was changed, in seconds since 1970.
    pub mtime: u64,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A folder.
    Folder,
    /// A file, and where its bytes are in the tar.
    File {
        /// The offset of the first byte.
        offset: u64,
        /// How many there are.
        size: u64,
    },
    /// A symbolic link.
    Link(String),
}

/// The entries of a context by path: components joined by `/`, the root is the empty path.
#[derive(Debug)]
pub(crate) struct Index {
    entries: BTreeMap<String, Entry>,
}

impl Index {
    /// An empty context.
    pub(super) fn new() -> Self {
        let root = Entry { kind: Kind::Folder, mode: 0o755, mtime: 0 };
        Self { entries: BTreeMap::from([(String::new(), root)]) }
    }

    /// Adds an entry; the later of two with one path stands. Folders above it are made up where
    /// the archive does not name them.
    pub(super) fn add(&mut self, path: String, entry: Entry) -> Result<(), ContextError> {
        let mut above = path.as_str();
        while let Some((parent, _)) = above.rsplit_once('/') {
            match self.entries.get(parent) {
                Some(Entry { kind: Kind::Folder, .. }) => break,
                Some(_) => {
                    // Writing through a link is how archives escape.
                    return Err(ContextError::Entry { path, why: "below what is no folder" });
                }
                None => {
                    let folder = Entry { kind: Kind::Folder, mode: 0o755, mtime: entry.mtime };
                    self.entries.insert(parent.to_owned(), folder);
                }
            }
            above = parent;
        }
        if entry.kind != Kind::Folder
            && matches!(self.entries.get(&path), Some(Entry { kind: Kind::Folder, .. }))
        {
            return Err(ContextError::Entry { path, why: "both a folder and a file" });
        }
        self.entries.insert(path, entry);
        if self.entries.len() > ENTRY_LIMIT {
            return Err(ContextError::TooMany);
        }
        Ok(())
    }

    /// Takes away what is to be left out, but for the folders that lead to what stays.
    pub(super) fn leave_out(&mut self, out: impl Fn(&str) -> bool) {
        let kept: Vec<String> =
            self.entries.keys().filter(|path| path.is_empty() || !out(path)).cloned().collect();
        let mut stay: BTreeSet<&str> = BTreeSet::new();
        for path in &kept {
            let mut path = path.as_str();
            // What is above a path that stays has been put there with it.
            while stay.insert(path) {
                let Some((parent, _)) = path.rsplit_once('/') else { break };
                path = parent;
            }
        }
        self.entries.retain(|path, _| stay.contains(path.as_str()));
    }

    /// The entry of this very path; links are not followed.
    pub(super) fn get(&self, path: &str) -> Option<&Entry> {
        self.entries.get(path)
    }

    /// The path, where a folder is there; links are not followed.
    pub(super) fn folder(&self, path: String) -> Option<String> {
        matches!(self.get(&path)?.kind, Kind::Folder).then_some(path)
    }

    /// Everything below a folder, as path below it and entry; folders before what they hold.
    pub(super) fn below<'a>(
        &'a self,
        folder: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a Entry)> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let length = prefix.len();
        let from = prefix.clone();
        self.entries
            .range(from..)
            .take_while(move |(path, _)| path.starts_with(&prefix))
            .filter(move |(path, _)| path.len() > length)
            .map(move |(path, entry)| (&path[length..], entry))
    }

    /// When an entry, and what is below it, was changed. The root has no time of its own.
    pub(super) fn times<'a>(&'a self, path: &'a str) -> impl Iterator<Item = u64> {
        let own = self.get(path).map(|entry| entry.mtime);
        own.into_iter().chain(self.below(path).map(|(_, entry)| entry.mtime))
    }

    /// The names in a folder.
    pub(super) fn names<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a str> {
        self.below(folder).map(|(path, _)| path).filter(|path| !path.contains('/'))
    }

    /// Follows the links of a path, as if the context were the whole file system. `None` where
    /// nothing is there.
    pub(super) fn follow(&self, path: &str) -> Option<String> {
        let mut todo: Vec<String> = components(path);
        let mut done: Vec<String> = Vec::new();
        let mut links = 0;
        while let Some(name) = todo.pop() {
            if name == ".." {
                done.pop();
                continue;
            }
            done.push(name);
            let here = done.join("/");
            if let Kind::Link(target) = &self.entries.get(&here)?.kind {
                links += 1;
                if links > LINK_LIMIT {
                    return None;
                }
                done.pop();
                if target.starts_with('/') {
                    done.clear();
                }
                todo.extend(components(target));
            }
        }
        let path = done.join("/");
        self.entries.contains_key(&path).then_some(path)
    }
}

/// The components of a path, the last one first, so that the next one can be popped.
fn components(path: &str) -> Vec<String> {
    let named = |name: &&str| !matches!(*name, "" | ".");
    path.split('/').rev().filter(named).map(str::to_owned).collect()
}

/// The path of an archive's entry in the index's form. What would leave the context is refused.
pub(super) fn normalise(bytes: &[u8]) -> Result<String, ContextError> {
    let refuse = |why| {
        let path = String::from_utf8_lossy(bytes).chars().take(200).collect();
        Err(ContextError::Entry { path, why })
    };
    let Ok(path) = std::str::from_utf8(bytes) else {
        return refuse("whose name is not UTF-8");
    };
    if path.starts_with('/') {
        return refuse("an absolute path: pack the context with relative ones");
    }
    if path.contains('\0') {
        return refuse("whose name holds a NUL byte");
    }
    if path.len() > 4_000 {
        return refuse("whose path is too long");
    }
    if path.split('/').any(|name| name == "..") {
        return refuse("which leads out of it");
    }
    let named = |name: &&str| !matches!(*name, "" | ".");
    Ok(path.split('/').filter(named).collect::<Vec<_>>().join("/"))
}
