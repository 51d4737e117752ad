//! Durable steps on the file system: a file appears whole or not at all, and once a call has
//! returned it survives a crash.

use crate::store::layout::Layout;
use std::{
    fs::{self, File, OpenOptions, Permissions},
    io::{self, ErrorKind, Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, chown, fchown},
    path::Path,
};

/// Everyone may read what is stored, as with any public registry; only its owner writes.
const FILE_MODE: u32 = 0o644;

/// The folder of a store.
#[derive(Debug)]
pub(super) struct Disk {
    pub layout: Layout,
    /// The root's owner, where this process is another user: root on the command line writes for
    /// the server, which has to be able to replace and delete what it finds.
    owner: Option<(u32, u32)>,
}

impl Disk {
    pub fn open(layout: Layout) -> io::Result<Self> {
        fs::create_dir_all(layout.root())?;
        let mut disk = Self { layout, owner: None };
        let temporary = disk.layout.temporary();
        let root = fs::metadata(disk.layout.root())?;
        match fs::create_dir(&temporary) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        // A file tells who this process is, and that the folder can be written to.
        let probe = tempfile::tempfile_in(&temporary)?.metadata()?;
        if probe.uid() != root.uid() {
            disk.owner = Some((root.uid(), root.gid()));
            chown(&temporary, Some(root.uid()), Some(root.gid()))?;
        }
        disk.make_dir(&disk.layout.blobs())?;
        disk.make_dir(&disk.layout.repositories())?;
        Ok(disk)
    }

    /// Makes a folder and its parents.
    pub fn make_dir(&self, path: &Path) -> io::Result<()> {
        match fs::create_dir(path) {
            Ok(()) => {
                if let Some((uid, gid)) = self.owner {
                    chown(path, Some(uid), Some(gid))?;
                }
                sync_parent(path)
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let Some(parent) = path.parent() else { return Err(error) };
                self.make_dir(parent)?;
                self.make_dir(path)
            }
            Err(error) => Err(error),
        }
    }

    /// A new empty file, its folder included.
    pub fn create(&self, path: &Path) -> io::Result<File> {
        self.make_parent(path)?;
        let mut options = OpenOptions::new();
        let file = options.write(true).create_new(true).mode(FILE_MODE).open(path)?;
        self.adopt(&file)?;
        Ok(file)
    }

    /// Puts `bytes` at `path`, in one step.
    pub fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let permissions = Permissions::from_mode(FILE_MODE);
        let mut file = tempfile::Builder::new()
            .permissions(permissions)
            .tempfile_in(self.layout.temporary())?;
        file.write_all(bytes)?;
        self.adopt(file.as_file())?;
        file.as_file().sync_all()?;
        self.make_parent(path)?;
        file.persist(path).map_err(|error| error.error)?;
        sync_parent(path)
    }

    /// Moves a synced file to `path`, in one step.
    pub fn rename(&self, from: &Path, path: &Path) -> io::Result<()> {
        self.make_parent(path)?;
        fs::rename(from, path)?;
        sync_parent(path)
    }

    /// Removes a file. Whether it was there.
    pub fn remove(&self, path: &Path) -> io::Result<bool> {
        match fs::remove_file(path) {
            Ok(()) => sync_parent(path).map(|()| true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn make_parent(&self, path: &Path) -> io::Result<()> {
        path.parent().map_or(Ok(()), |parent| self.make_dir(parent))
    }

    fn adopt(&self, file: &File) -> io::Result<()> {
        self.owner.map_or(Ok(()), |(uid, gid)| fchown(file, Some(uid), Some(gid)))
    }
}

/// Makes a file's appearance or disappearance durable.
fn sync_parent(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |parent| File::open(parent)?.sync_all())
}

/// A file, if it exists.
pub(super) fn open(path: &Path) -> io::Result<Option<File>> {
    if_found(File::open(path))
}

/// A small file's text, if it exists.
pub(super) fn read_text(path: &Path) -> io::Result<Option<String>> {
    if_found(fs::read_to_string(path))
}

/// What `open` has found, read whole.
pub(super) fn read_all(mut file: File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The names in a folder that are text; none where there is no such folder.
pub(super) fn names(path: &Path) -> io::Result<Option<Vec<String>>> {
    let Some(entries) = if_found(fs::read_dir(path))? else { return Ok(None) };
    let names = entries.map(|entry| Ok(entry?.file_name().into_string().ok()));
    let names: io::Result<Vec<_>> = names.filter_map(Result::transpose).collect();
    names.map(Some)
}

/// Turns "not found" into nothing.
pub(super) fn if_found<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
