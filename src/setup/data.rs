//! The data folder: everything that trythis keeps, drawn as a tree in ARCHITECTURE.md.

use super::privilege::Account;
use anyhow::{Context, Result, bail};
use nix::{
    errno::Errno,
    fcntl::{Flock, FlockArg},
    unistd::{Gid, Uid, chown},
};
use std::{
    fs::{self, File, Permissions},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// Longest path that a Unix socket can have.
const SOCKET_PATH_MAX: usize = 107;

/// The paths inside one data folder.
#[derive(Debug, Clone)]
pub struct DataFolder {
    root: PathBuf,
}

impl DataFolder {
    /// Makes the folder and what is needed in it, owned by `account`.
    pub fn open(path: &Path, account: &Account) -> Result<Self> {
        fs::create_dir_all(path)
            .with_context(|| format!("the data folder {} cannot be made", path.display()))?;
        let root = path
            .canonicalize()
            .with_context(|| format!("the data folder {} cannot be opened", path.display()))?;
        let folder = Self { root };
        folder.check_reachable(account)?;
        own(&folder.root, account, 0o755)?;
        for (name, mode) in [("registry", 0o755), ("builds", 0o750), ("run", 0o750)] {
            let path = folder.root.join(name);
            fs::create_dir_all(&path).with_context(|| format!("making {}", path.display()))?;
            own(&path, account, mode)?;
        }
        if folder.supervisor_socket().as_os_str().len() > SOCKET_PATH_MAX {
            bail!(
                "the data folder's path {} is too long for a socket in it: \
                 choose one under 80 characters with --data",
                folder.root.display()
            );
        }
        Ok(folder)
    }

    /// A folder that a server has made already.
    pub fn existing(path: &Path) -> Result<Self> {
        let root = path
            .canonicalize()
            .with_context(|| format!("the data folder {} cannot be opened", path.display()))?;
        Ok(Self { root })
    }

    /// Keeps the folder to this process until it ends: two servers would take each other's
    /// sandboxes, and the first to end would take them down.
    pub fn lock(&self) -> Result<Flock<File>> {
        let path = self.root.join("run/serve.lock");
        let file = File::create(&path).with_context(|| format!("opening {}", path.display()))?;
        match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(lock) => Ok(lock),
            Err((_, Errno::EWOULDBLOCK)) => bail!(
                "another trythis serves from {}: end it first, or choose another folder with --data",
                self.root.display()
            ),
            Err((_, error)) => Err(error).with_context(|| format!("locking {}", path.display())),
        }
    }

    /// The SQLite database.
    pub fn database(&self) -> PathBuf {
        self.root.join("trythis.db")
    }

    /// The secret from which all keys are derived.
    pub fn secret(&self) -> PathBuf {
        self.root.join("secret.key")
    }

    /// The registry's blobs and manifests.
    pub fn registry(&self) -> PathBuf {
        self.root.join("registry")
    }

    /// The folder itself.
    pub fn path(&self) -> PathBuf {
        self.root.clone()
    }

    /// The supervisor's own folder; only root looks into it.
    pub fn native(&self) -> PathBuf {
        self.root.join("native")
    }

    /// Where the supervisor listens.
    pub fn supervisor_socket(&self) -> PathBuf {
        self.root.join("run/sandboxd.sock")
    }

    /// Every parent must let the unprivileged user through, or nothing works later.
    fn check_reachable(&self, account: &Account) -> Result<()> {
        for parent in self.root.ancestors().skip(1) {
            let meta = fs::metadata(parent)?;
            let open = meta.mode() & 0o001 != 0
                || meta.uid() == account.uid.as_raw() && meta.mode() & 0o100 != 0
                || meta.gid() == account.gid.as_raw() && meta.mode() & 0o010 != 0;
            if !open && !account.uid.is_root() {
                bail!(
                    "the user `{}` cannot pass through {}: choose another data folder with \
                     --data, or run `chmod o+x {}`",
                    account.name,
                    parent.display(),
                    parent.display()
                );
            }
        }
        Ok(())
    }
}

fn own(path: &Path, account: &Account, mode: u32) -> Result<()> {
    let (uid, gid): (Uid, Gid) = (account.uid, account.gid);
    chown(path, Some(uid), Some(gid))
        .with_context(|| format!("giving {} to `{}`", path.display(), account.name))?;
    fs::set_permissions(path, Permissions::from_mode(mode))?;
    Ok(())
}
