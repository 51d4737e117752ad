//! What COPY takes out of a context, and under which name it goes into the image.

use super::{
    Archive, ContextError,
    index::{Entry, Index, Kind},
    pattern,
};
use std::{
    collections::BTreeSet,
    io::{self, Write},
};
use tar::{Builder, EntryType, Header};

/// The sources of a COPY, found in the context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Selection {
    /// Paths in the context, links followed, with the name that each goes by.
    found: Vec<Found>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    path: String,
    name: String,
    folder: bool,
}

/// Where a COPY goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Destination {
    /// Into this folder, names kept.
    Folder(String),
    /// To be this file, in this folder.
    File {
        /// The folder.
        folder: String,
        /// The file's name in it.
        name: String,
    },
}

/// Whose the copied files are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Ownership {
    /// The user's number.
    pub uid: u32,
    /// The group's number.
    pub gid: u32,
    /// The permissions, where they are not the file's own.
    pub mode: Option<u32>,
}

impl Selection {
    /// Finds the sources, which may be patterns.
    pub(crate) fn find(index: &Index, sources: &[String]) -> Result<Self, ContextError> {
        let mut found = Vec::new();
        for source in sources {
            let paths = resolve(index, source)?;
            if paths.is_empty() {
                return Err(ContextError::Missing(source.clone()));
            }
            found.extend(paths);
        }
        Ok(Self { found })
    }

    /// Whether it is one file, which may be given another name.
    pub(crate) fn single_file(&self) -> bool {
        matches!(self.found[..], [Found { folder: false, .. }])
    }

    /// How many sources it has.
    pub(crate) fn len(&self) -> usize {
        self.found.len()
    }

    /// Writes everything selected as a tar, to be unpacked in the destination's folder.
    pub(crate) fn write(
        &self,
        archive: &Archive,
        destination: &Destination,
        owner: Ownership,
        to: impl Write,
    ) -> Result<(), ContextError> {
        let mut tar = Builder::new(to);
        let mut put = |path: &str, entry: &Entry| put(&mut tar, archive, path, entry, owner);
        for found in &self.found {
            let missing = || ContextError::Missing(found.path.clone());
            if found.folder {
                for (path, entry) in archive.index().below(&found.path) {
                    put(path, entry)?;
                }
            } else {
                let entry = archive.index().get(&found.path).ok_or_else(missing)?;
                match destination {
                    Destination::Folder(_) => put(&found.name, entry)?,
                    Destination::File { name, .. } => put(name, entry)?,
                }
            }
        }
        tar.into_inner()?.flush()?;
        Ok(())
    }
}

/// The paths that one source stands for.
fn resolve(index: &Index, source: &str) -> Result<Vec<Found>, ContextError> {
    // A leading slash is the context's own root.
    let named = |name: &&str| !matches!(*name, "" | ".");
    let components: Vec<&str> = source.split('/').filter(named).collect();
    if components.contains(&"..") {
        let message = format!("`{source}` leads out of the context: copy what is in it");
        return Err(ContextError::Copy(message));
    }
    // Each candidate as it is written, and as it is once links are followed.
    let mut candidates = BTreeSet::from([(String::new(), String::new())]);
    for component in components {
        let mut next = BTreeSet::new();
        for (written, real) in &candidates {
            let join = |folder: &str, name: &str| match folder {
                "" => name.to_owned(),
                folder => format!("{folder}/{name}"),
            };
            // A pattern does not match hidden names any less than others: neither does Docker's.
            let names: Vec<&str> = if pattern::is_pattern(component) {
                index.names(real).filter(|name| pattern::matches(component, name)).collect()
            } else {
                vec![component]
            };
            for name in names {
                if let Some(followed) = index.follow(&join(real, name)) {
                    next.insert((join(written, name), followed));
                }
            }
        }
        candidates = next;
    }
    let found = |(written, path): (String, String)| {
        let folder = matches!(index.get(&path), Some(Entry { kind: Kind::Folder, .. }));
        let name = written.rsplit('/').next().unwrap_or_default().to_owned();
        Found { path, name, folder }
    };
    Ok(candidates.into_iter().map(found).collect())
}

fn put<W: Write>(
    tar: &mut Builder<W>,
    archive: &Archive,
    path: &str,
    entry: &Entry,
    owner: Ownership,
) -> io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_mode(owner.mode.unwrap_or(entry.mode));
    header.set_mtime(entry.mtime);
    header.set_uid(owner.uid.into());
    header.set_gid(owner.gid.into());
    match &entry.kind {
        Kind::Folder => {
            header.set_entry_type(EntryType::Directory);
            header.set_size(0);
            tar.append_data(&mut header, format!("{path}/"), io::empty())
        }
        Kind::File { offset, size } => {
            header.set_entry_type(EntryType::Regular);
            header.set_size(*size);
            tar.append_data(&mut header, path, archive.read(*offset, *size)?)
        }
        Kind::Link(target) => {
            header.set_entry_type(EntryType::Symlink);
            header.set_size(0);
            header.set_mode(0o777);
            tar.append_link(&mut header, path, target)
        }
    }
}

impl Destination {
    /// Where a COPY with this destination goes. `is_folder` tells whether a path is a folder in
    /// the image already.
    ///
    /// # Errors
    /// When several sources would become one file.
    pub(crate) fn new(
        path: &str,
        workdir: &str,
        selection: &Selection,
        is_folder: bool,
    ) -> Result<Self, ContextError> {
        let folder_named = names_folder(path);
        let path = absolute(path, workdir);
        if folder_named || is_folder {
            return Ok(Self::Folder(path));
        }
        if selection.len() > 1 {
            return Err(ContextError::Copy(format!(
                "several sources need a folder as their destination: write `{path}/`"
            )));
        }
        if !selection.single_file() {
            return Ok(Self::Folder(path));
        }
        match path.rsplit_once('/') {
            Some((folder, name)) if !name.is_empty() => {
                let folder = if folder.is_empty() { "/" } else { folder };
                Ok(Self::File { folder: folder.to_owned(), name: name.to_owned() })
            }
            _ => Ok(Self::Folder(path)),
        }
    }

    /// The folder that the tar is unpacked in.
    pub(crate) fn folder(&self) -> &str {
        match self {
            Self::Folder(folder) | Self::File { folder, .. } => folder,
        }
    }
}

/// Whether a destination is a folder by the way it is written.
pub(crate) fn names_folder(path: &str) -> bool {
    matches!(path.rsplit('/').next(), Some("" | "." | ".."))
}

/// A path in the image as an absolute one, without `.` and `..`.
pub(crate) fn absolute(path: &str, workdir: &str) -> String {
    let whole = if path.starts_with('/') { path.to_owned() } else { format!("{workdir}/{path}") };
    let mut components = Vec::new();
    for component in whole.split('/') {
        match component {
            "" | "." => {}
            ".." => drop(components.pop()),
            name => components.push(name),
        }
    }
    format!("/{}", components.join("/"))
}
