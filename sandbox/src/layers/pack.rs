//! A layer becomes a tar stream, as OCI images hold it.
//!
//! It runs in a [`super::Worker`], whose root is the layer. Names come in order, so the same layer
//! makes the same bytes.

use super::{OPAQUE, OPAQUE_WHITEOUT, PLACEHOLDERS, WHITEOUT, xattr};
use std::{
    collections::HashMap,
    ffi::OsString,
    fs::{self, File, Metadata},
    io::{self, Read, Write},
    os::unix::{
        ffi::OsStrExt,
        fs::{FileTypeExt, MetadataExt},
    },
    path::{Path, PathBuf},
};
use tar::{Builder, EntryType, Header};

/// Writes everything below `root`.
pub(super) fn pack(root: &Path, tar: impl Write) -> io::Result<()> {
    let mut packing = Packing { root, tar: Builder::new(tar), linked: HashMap::new() };
    packing.directory(Path::new(""))?;
    packing.tar.into_inner()?.flush()
}

struct Packing<'a, W: Write> {
    root: &'a Path,
    tar: Builder<W>,
    /// The first name of each file that has several.
    linked: HashMap<(u64, u64), PathBuf>,
}

impl<W: Write> Packing<'_, W> {
    fn directory(&mut self, directory: &Path) -> io::Result<()> {
        if xattr::get(&self.root.join(directory), OPAQUE)?.is_some_and(|value| value == b"y") {
            self.empty_file(&directory.join(OPAQUE_WHITEOUT))?;
        }
        let mut names = fs::read_dir(self.root.join(directory))?
            .map(|entry| entry.map(|entry| entry.file_name()))
            .collect::<io::Result<Vec<OsString>>>()?;
        names.sort();
        for name in names {
            // A program may have made such a file; in an archive it would hide another.
            if !name.as_bytes().starts_with(WHITEOUT.as_bytes()) {
                self.entry(&directory.join(name))?;
            }
        }
        Ok(())
    }

    fn entry(&mut self, path: &Path) -> io::Result<()> {
        let full = self.root.join(path);
        let meta = fs::symlink_metadata(&full)?;
        let kind = meta.file_type();
        if kind.is_char_device() && meta.rdev() == 0 {
            let mut name = OsString::from(WHITEOUT);
            name.push(path.file_name().unwrap_or_default());
            return self.empty_file(&path.with_file_name(name));
        }
        if kind.is_dir() {
            let header = self.header(&full, &meta, EntryType::Directory)?;
            self.append(header, path, io::empty())?;
            return self.directory(path);
        }
        if meta.nlink() > 1 {
            let known = self.linked.entry((meta.dev(), meta.ino()));
            if let std::collections::hash_map::Entry::Occupied(first) = &known {
                let mut header = plain_header(&meta, EntryType::Link);
                let target = first.get().clone();
                return self.tar.append_link(&mut header, path, target);
            }
            known.or_insert_with(|| path.to_owned());
        }
        if kind.is_symlink() {
            let mut header = self.header(&full, &meta, EntryType::Symlink)?;
            return self.tar.append_link(&mut header, path, fs::read_link(&full)?);
        }
        if kind.is_file() {
            if meta.len() == 0 && PLACEHOLDERS.iter().any(|name| path == Path::new(name)) {
                return Ok(());
            }
            let mut header = self.header(&full, &meta, EntryType::Regular)?;
            header.set_size(meta.len());
            return self.append(header, path, File::open(&full)?.take(meta.len()));
        }
        if kind.is_fifo() {
            let header = self.header(&full, &meta, EntryType::Fifo)?;
            return self.append(header, path, io::empty());
        }
        // Sockets and devices mean nothing in an image.
        Ok(())
    }

    /// The header of a file, after a record of its attributes where it has some.
    fn header(&mut self, full: &Path, meta: &Metadata, kind: EntryType) -> io::Result<Header> {
        let attributes = xattr::kept(full)?;
        if !attributes.is_empty() {
            let mut records = Vec::new();
            for (name, value) in attributes {
                pax_record(&mut records, &format!("SCHILY.xattr.{name}"), &value);
            }
            let mut header = Header::new_ustar();
            header.set_path("PaxHeaders/attributes")?;
            header.set_entry_type(EntryType::XHeader);
            header.set_mode(0o644);
            header.set_uid(0);
            header.set_gid(0);
            header.set_mtime(0);
            header.set_size(records.len() as u64);
            header.set_cksum();
            self.tar.append(&header, &records[..])?;
        }
        Ok(plain_header(meta, kind))
    }

    fn empty_file(&mut self, path: &Path) -> io::Result<()> {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        header.set_size(0);
        self.append(header, path, io::empty())
    }

    fn append(&mut self, mut header: Header, path: &Path, data: impl Read) -> io::Result<()> {
        self.tar.append_data(&mut header, path, data)
    }
}

fn plain_header(meta: &Metadata, kind: EntryType) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(meta.mode() & 0o7777);
    header.set_uid(meta.uid().into());
    header.set_gid(meta.gid().into());
    header.set_mtime(u64::try_from(meta.mtime()).unwrap_or(0));
    header.set_size(0);
    header
}

/// `length key=value\n`, where the length counts itself (POSIX, "pax Extended Header").
fn pax_record(records: &mut Vec<u8>, key: &str, value: &[u8]) {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + rest.to_string().len();
    // One digit more may make the number itself longer.
    length = rest + length.to_string().len();
    records.extend_from_slice(format!("{length} {key}=").as_bytes());
    records.extend_from_slice(value);
    records.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_records_length_counts_itself() {
        for size in 0..200 {
            let mut records = Vec::new();
            pax_record(&mut records, "SCHILY.xattr.user.x", &vec![b'v'; size]);
            let length = records.len().to_string();
            assert!(records.starts_with(format!("{length} ").as_bytes()), "value of {size}");
        }
    }
}
