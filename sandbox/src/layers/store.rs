//! Where layers lie.
//!
//! ```text
//! data/            root's own, 0700
//! ├── lock         held by the one supervisor of this folder
//! ├── instance     which network instance it was
//! ├── layers/      one directory for each layer
//! ├── staging/     layers that are being unpacked; emptied at the start
//! ├── trash/       layers that are being removed; emptied at the start
//! ├── work/        overlayfs' work directories of upper layers; emptied at the start
//! └── scratch/     the supervisor's own mounts, in its own mount namespace
//! ```

use crate::{
    fault::{Doing, Fault},
    protocol::{FailureKind, Name},
};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use std::{
    fs::{self, DirBuilder, Permissions},
    io,
    os::unix::fs::{DirBuilderExt, PermissionsExt, chown},
    path::{Path, PathBuf},
};

/// The folder of layers and scratch.
#[derive(Debug)]
pub(crate) struct Store {
    data: PathBuf,
}

impl Store {
    /// Makes the folder where it is missing, and makes it root's own.
    pub fn open(data: &Path) -> Result<Self, Fault> {
        make(data).doing("make the data folder")?;
        chown(data, Some(0), Some(0)).doing("own the data folder")?;
        fs::set_permissions(data, Permissions::from_mode(0o700)).doing("close the data folder")?;
        let data = data.canonicalize().doing("find the data folder")?;
        let store = Self { data };
        for folder in ["layers", "staging", "trash", "work", "scratch"] {
            make(&store.data.join(folder)).doing("make a folder for layers")?;
        }
        Ok(store)
    }

    /// Removes what a predecessor left half done. Only for the holder of the folder's lock.
    pub fn clean(&self) -> Result<(), Fault> {
        for folder in ["staging", "trash", "work"] {
            let folder = self.data.join(folder);
            for entry in fs::read_dir(&folder).doing("list leftovers")? {
                let path = entry.doing("list leftovers")?.path();
                fs::remove_dir_all(&path).doing("remove leftovers")?;
            }
        }
        Ok(())
    }

    /// The folder itself.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Where the supervisor's own mounts are.
    pub fn scratch(&self) -> PathBuf {
        self.data.join("scratch")
    }

    /// A layer's directory.
    pub fn layer(&self, name: &Name) -> Result<PathBuf, Fault> {
        let path = self.layer_path(name);
        if path.is_dir() { Ok(path) } else { Err(no_layer(name)) }
    }

    /// Makes an empty layer unless there is one of that name.
    pub fn make_layer(&self, name: &Name) -> Result<(), Fault> {
        match DirBuilder::new().mode(0o755).create(self.layer_path(name)) {
            Err(e) if e.kind() != io::ErrorKind::AlreadyExists => Err(e).doing("make a layer"),
            _ => Ok(()),
        }
    }

    /// The layers' names, in order.
    pub fn layers(&self) -> Result<Vec<Name>, Fault> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.data.join("layers")).doing("list the layers")? {
            let name = entry.doing("list the layers")?.file_name();
            names.extend(Name::try_from(name.to_string_lossy().into_owned()).ok());
        }
        names.sort();
        Ok(names)
    }

    /// Makes a directory to unpack into.
    pub fn stage(&self, name: &Name) -> Result<PathBuf, Fault> {
        let path = self.data.join("staging").join(name.as_str());
        DirBuilder::new().mode(0o755).create(&path).doing("make a folder to unpack into")?;
        Ok(path)
    }

    /// Makes what was unpacked a layer.
    pub fn publish(&self, staged: &Path, name: &Name) -> Result<(), Fault> {
        fs::rename(staged, self.layer_path(name)).doing("give the layer its name")
    }

    /// Renames a layer; false where the new name stands already.
    pub fn rename(&self, from: &Name, to: &Name) -> Result<bool, Fault> {
        let (from_path, to_path) = (self.layer_path(from), self.layer_path(to));
        match renameat_with(CWD, &from_path, CWD, &to_path, RenameFlags::NOREPLACE) {
            Ok(()) => Ok(true),
            Err(rustix::io::Errno::EXIST) if from_path.is_dir() => Ok(false),
            Err(rustix::io::Errno::NOENT | rustix::io::Errno::EXIST) => Err(no_layer(from)),
            Err(e) => Err(e).doing("rename a layer"),
        }
    }

    /// Takes a layer out of sight at once. What it returns is to be removed; `None` where there is
    /// no such layer.
    pub fn discard(&self, name: &Name) -> Result<Option<PathBuf>, Fault> {
        self.discard_path(&self.layer_path(name))
    }

    /// The same for a directory of this store.
    pub fn discard_path(&self, path: &Path) -> Result<Option<PathBuf>, Fault> {
        let Some(name) = path.file_name() else { return Ok(None) };
        // The same name may be thrown away again before the first is gone.
        let place = (0_u64..)
            .map(|n| self.data.join("trash").join(format!("{}.{n}", name.to_string_lossy())))
            .find(|place| !place.exists());
        let place = place.expect("some number is free");
        match fs::rename(path, &place) {
            Ok(()) => Ok(Some(place)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e).doing("remove a layer"),
        }
    }

    /// Makes a work directory for an upper layer.
    pub fn make_work(&self, name: &str) -> Result<String, Fault> {
        let path = self.data.join("work").join(name);
        // One of a sandbox of the same name that could not be removed so far.
        match fs::remove_dir_all(&path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => {
                return Err(e).doing("clear a work directory");
            }
            _ => {}
        }
        DirBuilder::new().mode(0o700).create(&path).doing("make a work directory")?;
        Ok(name.to_owned())
    }

    /// Removes it again; what is gone already is no error.
    pub fn try_remove_work(&self, name: &str) -> io::Result<()> {
        match fs::remove_dir_all(self.data.join("work").join(name)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
            _ => Ok(()),
        }
    }

    /// Removes it again; what stays is removed at the next start.
    pub fn remove_work(&self, name: &str) {
        if let Err(e) = self.try_remove_work(name) {
            tracing::warn!("cannot remove a work directory: {e}");
        }
    }

    fn layer_path(&self, name: &Name) -> PathBuf {
        self.data.join("layers").join(name.as_str())
    }
}

fn make(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

fn no_layer(name: &Name) -> Fault {
    Fault::told(FailureKind::NotFound, format!("There is no layer `{name}`."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::try_from(text.to_owned()).expect("a name")
    }

    fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = Store::open(&folder.path().join("native")).expect("root");
        (folder, store)
    }

    #[test]
    fn the_folder_is_closed_to_others() {
        let (_folder, store) = store();
        let mode = fs::metadata(store.data()).expect("the folder").permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }

    #[test]
    fn a_layer_that_stands_is_not_replaced() {
        let (_folder, store) = store();
        for layer in ["new", "old"] {
            store.make_layer(&name(layer)).expect("a layer");
        }
        fs::write(store.layer(&name("old")).expect("it is there").join("mark"), "").expect("mark");
        assert!(!store.rename(&name("new"), &name("old")).expect("both exist"));
        assert!(store.layer(&name("old")).expect("it stands").join("mark").exists());
        assert!(store.rename(&name("new"), &name("third")).expect("free"));
        assert_eq!(store.layers().expect("a list"), [name("old"), name("third")]);
        let Err(Fault::Told(failure)) = store.rename(&name("new"), &name("x")) else {
            panic!("it was renamed away");
        };
        assert_eq!(failure.kind, FailureKind::NotFound);
    }

    #[test]
    fn leftovers_go_at_the_start_and_layers_stay() {
        let (_folder, store) = store();
        store.make_layer(&name("kept")).expect("a layer");
        fs::write(store.stage(&name("half")).expect("staging").join("file"), "").expect("a file");
        store.make_work("a").expect("work");
        store.make_layer(&name("gone")).expect("a layer");
        store.discard(&name("gone")).expect("discarded").expect("it was there");
        assert!(store.discard(&name("gone")).expect("no error").is_none());
        store.clean().expect("clean");
        for folder in ["staging", "trash", "work"] {
            assert_eq!(fs::read_dir(store.data().join(folder)).expect("folder").count(), 0);
        }
        assert_eq!(store.layers().expect("a list"), [name("kept")]);
    }
}
