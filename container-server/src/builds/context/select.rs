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
pub(crate) struct Destination {
    /// The folder that the tar is unpacked in.
    parent: String,
    /// What is in it; nothing where it is the root itself.
    name: Option<String>,
    /// Whether that is a folder that takes files by their names, or a file.
    folder: bool,
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
        let mut put = |path: &str, entry: &Entry, owner| {
            let path = match &destination.name {
                Some(name) if destination.folder => format!("{name}/{path}"),
                Some(name) => name.clone(),
                None => path.to_owned(),
            };
            put(&mut tar, archive, &path, entry, owner)
        };
        if destination.folder && destination.name.is_some() {
            // Named, so that it belongs to the owner where it has to be made.
            // As old as the newest of what it gets, so that the same context makes the same tar.
            let times = self.found.iter().flat_map(|found| archive.index().times(&found.path));
            let mtime = times.max().unwrap_or_default();
            let folder = Entry { kind: Kind::Folder, mode: 0o755, mtime };
            put("", &folder, Ownership { mode: None, ..owner })?;
        }
        for found in &self.found {
            let missing = || ContextError::Missing(found.path.clone());
            if found.folder {
                for (path, entry) in archive.index().below(&found.path) {
                    put(path, entry, owner)?;
                }
            } else {
                let entry = archive.index().get(&found.path).ok_or_else(missing)?;
                put(&found.name, entry, owner)?;
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
    let mut after_pattern = false;
    for (component, left) in components.iter().zip((0..components.len()).rev()) {
        // A pattern goes by what is really there, as with Docker: the links that it meets are
        // followed where they are what is copied, not on the way.
        after_pattern |= pattern::is_pattern(component);
        let follow = !after_pattern || left == 0;
        let mut next = BTreeSet::new();
        for (written, real) in &candidates {
            for name in matching(index, real, component) {
                let path = join(real, name);
                let path = if follow { index.follow(&path) } else { index.folder(path) };
                next.extend(path.map(|path| (join(written, name), path)));
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

/// The names in a folder that a component of a source stands for. Hidden names are no exception.
fn matching<'a>(index: &'a Index, folder: &'a str, component: &'a str) -> Vec<&'a str> {
    if pattern::is_pattern(component) {
        index.names(folder).filter(|name| pattern::matches(component, name)).collect()
    } else {
        vec![component]
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
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
            tar.append_data(&mut header, format!("{}/", path.trim_end_matches('/')), io::empty())
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
        let folder = is_folder || names_folder(path) || !selection.single_file();
        if selection.len() > 1 && !is_folder && !names_folder(path) {
            return Err(ContextError::Copy(format!(
                "several sources need a folder as their destination: write `{path}/`"
            )));
        }
        let path = absolute(path, workdir);
        Ok(match path.rsplit_once('/') {
            Some((_, "")) | None => Self { parent: path, name: None, folder: true },
            Some((parent, name)) => {
                let name = Some(name.to_owned());
                let parent = if parent.is_empty() { "/" } else { parent };
                Self { parent: parent.to_owned(), name, folder }
            }
        })
    }

    /// The folder that the tar is unpacked in.
    pub(crate) fn parent(&self) -> &str {
        &self.parent
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
