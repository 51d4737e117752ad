//! Extended attributes of files in layers.

use rustix::{
    fs::{XattrFlags, lgetxattr, llistxattr, lsetxattr},
    io::Errno,
};
use std::{ffi::CStr, io, path::Path};

/// More than any file system keeps in one attribute.
const LARGEST: usize = 64 * 1024;

/// Whether a layer may hold this attribute: file capabilities and what users may set. Those of
/// overlayfs would change what other layers mean, and ACLs are not portable.
pub(super) fn is_kept(name: &str) -> bool {
    name == "security.capability" || name.starts_with("user.")
}

/// The value of one attribute.
pub(super) fn get(path: &Path, name: &str) -> io::Result<Option<Vec<u8>>> {
    let mut value = vec![0; LARGEST];
    match lgetxattr(path, name, &mut value[..]) {
        Ok(length) => {
            value.truncate(length);
            Ok(Some(value))
        }
        Err(Errno::NODATA | Errno::NOTSUP) => Ok(None),
        Err(e) => Err(e.into()),
    }
}

/// The attributes that a layer keeps, by name, in order.
pub(super) fn kept(path: &Path) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut list = vec![0; LARGEST];
    let length = match llistxattr(path, &mut list[..]) {
        Ok(length) => length,
        Err(Errno::NOTSUP) => 0,
        Err(e) => return Err(e.into()),
    };
    let mut kept = Vec::new();
    for name in list[..length].split_inclusive(|byte| *byte == 0) {
        let Ok(Ok(name)) = CStr::from_bytes_with_nul(name).map(CStr::to_str) else { continue };
        if is_kept(name)
            && let Some(value) = get(path, name)?
        {
            kept.push((name.to_owned(), value));
        }
    }
    kept.sort();
    Ok(kept)
}

/// Sets an attribute; a link itself gets it, not its target.
pub(super) fn set(path: &Path, name: &str, value: &[u8]) -> io::Result<()> {
    Ok(lsetxattr(path, name, value, XattrFlags::empty())?)
}
