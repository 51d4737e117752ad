//! A sandbox's root: read-only layers and a place for writes, joined by overlayfs.
//!
//! Layers lie on disk with plain ids. Each is mounted once more with its ids shifted into the
//! sandbox's range, for as long as overlayfs takes to make its own copies of those mounts. All of
//! this happens in a mount namespace that only the supervisor has, on a tmpfs that is its working
//! directory: paths stay short (a page holds all mount options), and the host sees no mount.

use super::{attach_copy, mounts::copy_of};
use crate::{
    fault::{Doing, Fault},
    layers::Store,
    protocol::Name,
    sys,
};
use rustix::{
    fs::{CWD, Gid, Mode, Uid, chown, mkdir},
    mount::{MountFlags, MountPropagationFlags, UnmountFlags, mount, mount_change, unmount},
};
use std::{
    ffi::CString,
    io,
    os::fd::{BorrowedFd, OwnedFd},
    path::PathBuf,
};

const UPPER: &str = "upper";
const MERGED: &str = "merged";
/// A lower layer for those that have none: overlayfs wants one.
const EMPTY: &str = "empty";

/// What overlayfs is not to do: nothing that a layer's archive could not hold. `volatile` spares
/// the disk: what a sandbox writes is worth nothing after a crash.
const OPTIONS: &str = "index=off,metacopy=off,redirect_dir=nofollow,xino=off,volatile";

/// The supervisor's own place for mounts.
#[derive(Debug)]
pub(crate) struct Scratch {
    data: PathBuf,
}

/// Into which ids those on disk are shifted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shift<'a> {
    /// The sandbox's user namespace.
    pub namespace: BorrowedFd<'a>,
    /// What its root is outside.
    pub first_id: u32,
}

/// What is joined.
#[derive(Debug)]
pub(crate) struct Overlay<'a> {
    /// The read-only layers, the lowest first.
    pub lower: Vec<PathBuf>,
    /// Where writes go.
    pub upper: UpperDir<'a>,
    /// `None` keeps the ids as they are on disk.
    pub shift: Option<Shift<'a>>,
}

/// Where writes go.
#[derive(Debug)]
pub(crate) enum UpperDir<'a> {
    /// A tmpfs of this size.
    Memory {
        /// Its size.
        bytes: u64,
        /// How many files it may hold.
        inodes: u64,
    },
    /// A layer; `work` is the name of a work directory made for it.
    Layer {
        /// The layer.
        name: &'a Name,
        /// A directory in the store's folder of work directories.
        work: &'a str,
    },
}

impl Scratch {
    /// Leaves the host's mount namespace. What the host unmounts from now on is unmounted here as
    /// well, but nothing goes the other way.
    pub fn enter(store: &Store) -> Result<Self, Fault> {
        sys::unshare(libc::CLONE_NEWNS).doing("make a mount namespace")?;
        mount_change("/", MountPropagationFlags::DOWNSTREAM | MountPropagationFlags::REC)
            .doing("make the mount namespace private")?;
        let place = store.scratch();
        mount("scratch", &place, "tmpfs", MountFlags::NODEV, Some(c"size=1m,mode=0700"))
            .doing("mount the scratch folder")?;
        std::env::set_current_dir(&place).doing("enter the scratch folder")?;
        for directory in [UPPER, MERGED, EMPTY] {
            mkdir(directory, Mode::from_raw_mode(0o755)).doing("make scratch folders")?;
        }
        Ok(Self { data: store.data().to_owned() })
    }

    /// Joins layers into a root. Only one at a time: the places in the scratch folder are taken
    /// until [`Joined`] is dropped.
    pub fn join(&self, overlay: &Overlay<'_>) -> io::Result<Joined> {
        let mut attached = Attached::default();
        let namespace = overlay.shift.map(|shift| shift.namespace);
        let mut lower = String::new();
        // Overlayfs wants the highest first.
        for (number, layer) in overlay.lower.iter().rev().enumerate() {
            let place = format!("l{number}");
            match mkdir(&place, Mode::from_raw_mode(0o700)) {
                Ok(()) | Err(rustix::io::Errno::EXIST) => {}
                Err(e) => return Err(e.into()),
            }
            attach_copy(layer, &place, namespace)?;
            lower.push_str(if number > 0 { ":" } else { "" });
            lower.push_str(&place);
            attached.0.push(place);
        }
        if lower.is_empty() {
            lower.push_str(EMPTY);
        }
        let (upper, work) = self.upper(overlay, &mut attached)?;
        let options =
            CString::new(format!("lowerdir={lower},upperdir={upper},workdir={work},{OPTIONS}"))?;
        let flags = MountFlags::NODEV | MountFlags::NOSUID;
        let join = || mount("trythis", MERGED, "overlay", flags, Some(options.as_c_str()));
        match (&overlay.upper, overlay.shift) {
            (UpperDir::Layer { .. }, Some(shift)) => sys::with_fs_identity(shift.first_id, join)??,
            _ => join()?,
        }
        attached.0.push(MERGED.to_owned());
        Ok(Joined { root: copy_of(CWD, MERGED)?, _attached: attached })
    }

    fn upper(
        &self,
        overlay: &Overlay<'_>,
        attached: &mut Attached,
    ) -> io::Result<(String, String)> {
        match &overlay.upper {
            UpperDir::Memory { bytes, inodes } => {
                let options = CString::new(format!("size={bytes},nr_inodes={inodes},mode=0700"))?;
                mount("upper", UPPER, "tmpfs", MountFlags::NODEV, Some(options.as_c_str()))?;
                attached.0.push(UPPER.to_owned());
                let (upper, work) = (format!("{UPPER}/upper"), format!("{UPPER}/work"));
                mkdir(&upper, Mode::from_raw_mode(0o755))?;
                mkdir(&work, Mode::from_raw_mode(0o700))?;
                if let Some(shift) = overlay.shift {
                    let (uid, gid) = (Uid::from_raw(shift.first_id), Gid::from_raw(shift.first_id));
                    chown(&upper, Some(uid), Some(gid))?;
                }
                Ok((upper, work))
            }
            UpperDir::Layer { name, work } => {
                // Both must lie below one mount.
                let namespace = overlay.shift.map(|shift| shift.namespace);
                attach_copy(&self.data, UPPER, namespace)?;
                attached.0.push(UPPER.to_owned());
                Ok((format!("{UPPER}/layers/{name}"), format!("{UPPER}/work/{work}")))
            }
        }
    }
}

/// A root, and the mounts in the scratch folder that it was made by. Letting those go waits for the
/// kernel's readers: whoever is in a hurry passes the root on first.
pub(crate) struct Joined {
    /// A detached mount.
    pub root: OwnedFd,
    _attached: Attached,
}

/// Mounts in the scratch folder, let go when this is dropped.
#[derive(Default)]
struct Attached(Vec<String>);

impl Drop for Attached {
    fn drop(&mut self) {
        for place in self.0.iter().rev() {
            if let Err(e) = unmount(place, UnmountFlags::DETACH) {
                tracing::warn!("cannot unmount {place} in the scratch folder: {e}");
            }
        }
    }
}
