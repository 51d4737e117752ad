//! Opening a context: decompressed into one plain tar file, then indexed.

use super::{
    ContextError, Format, UNPACKED_LIMIT,
    ignore::{self, Ignore},
    index::{Entry, Index, Kind, normalise},
};
use flate2::read::MultiGzDecoder;
use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::Path,
};
use tar::EntryType;

/// A context that can be read.
#[derive(Debug)]
pub(crate) struct Archive {
    file: File,
    index: Index,
}

impl Archive {
    /// A context without files.
    pub(crate) fn empty() -> io::Result<Self> {
        Ok(Self { file: tempfile::tempfile()?, index: Index::new() })
    }

    /// Reads the context at `path`; what has to be decompressed goes to an unnamed file in
    /// `scratch`. Blocks.
    pub(crate) fn open(path: &Path, scratch: &Path) -> Result<Self, ContextError> {
        Self::open_limited(path, scratch, UNPACKED_LIMIT)
    }

    pub(super) fn open_limited(
        path: &Path,
        scratch: &Path,
        limit: u64,
    ) -> Result<Self, ContextError> {
        let mut file = File::open(path)?;
        let mut head = Vec::new();
        (&mut file).take(Format::LENGTH as u64).read_to_end(&mut head)?;
        file.rewind()?;
        let plain = match Format::of(&head) {
            Format::Tar => file,
            Format::Gzip => decompress(file, scratch, limit)?,
            Format::Other(what) => return Err(ContextError::Unreadable(format!("it is {what}"))),
        };
        if plain.metadata()?.len() > limit {
            return Err(ContextError::TooLarge);
        }
        let index = index(&plain)?;
        let mut archive = Self { file: plain, index };
        if let Some(ignore) = archive.ignore()? {
            archive.index.leave_out(|path| ignore.leaves_out(path));
        }
        Ok(archive)
    }

    /// What the context says to leave out.
    fn ignore(&self) -> Result<Option<Ignore>, ContextError> {
        let Some(Entry { kind: Kind::File { offset, size }, .. }) = self.index.get(ignore::FILE)
        else {
            return Ok(None);
        };
        if *size > ignore::SIZE_LIMIT {
            let path = ignore::FILE.to_owned();
            return Err(ContextError::Entry { path, why: "which is larger than 64 KiB" });
        }
        let mut text = Vec::new();
        self.read(*offset, *size)?.read_to_end(&mut text)?;
        Ok(Some(Ignore::new(&String::from_utf8_lossy(&text))))
    }

    /// What it holds.
    pub(crate) fn index(&self) -> &Index {
        &self.index
    }

    /// The bytes of a file in it.
    pub(super) fn read(&self, offset: u64, size: u64) -> io::Result<impl Read + use<'_>> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(offset))?;
        Ok(file.take(size))
    }
}

fn decompress(file: File, scratch: &Path, limit: u64) -> Result<File, ContextError> {
    let mut plain = tempfile::tempfile_in(scratch)?;
    let decoder = MultiGzDecoder::new(BufReader::with_capacity(64 << 10, file));
    // One byte over the limit is enough to tell.
    let copied = copy(&mut decoder.take(limit + 1), &mut plain)?;
    if copied > limit {
        return Err(ContextError::TooLarge);
    }
    plain.rewind()?;
    Ok(plain)
}

/// Like [`io::copy`], but an error of the reader is the archive's fault, one of the writer ours.
fn copy(from: &mut impl Read, to: &mut impl io::Write) -> Result<u64, ContextError> {
    let mut buffer = vec![0; 128 << 10];
    let mut copied = 0;
    loop {
        let n = match from.read(&mut buffer) {
            Ok(0) => return Ok(copied),
            Ok(n) => n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(ContextError::Unreadable(error.to_string())),
        };
        to.write_all(&buffer[..n])?;
        copied += n as u64;
    }
}

fn index(file: &File) -> Result<Index, ContextError> {
    let unreadable = |error: io::Error| ContextError::Unreadable(error.to_string());
    let length = file.metadata()?.len();
    let mut index = Index::new();
    let mut archive = tar::Archive::new(BufReader::new(file));
    for entry in archive.entries_with_seek().map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let Some((path, found)) = read_entry(&entry, &index)? else { continue };
        if let Kind::File { offset, size } = found.kind {
            // Seeking runs past the end of a file that was cut off.
            if offset.checked_add(size).is_none_or(|end| end > length) {
                return Err(ContextError::Unreadable("it is cut off".to_owned()));
            }
        }
        index.add(path, found)?;
    }
    Ok(index)
}

/// What an entry of the tar is in the index; nothing where it only carries attributes.
fn read_entry<R: Read>(
    entry: &tar::Entry<'_, R>,
    index: &Index,
) -> Result<Option<(String, Entry)>, ContextError> {
    let unreadable = |error: io::Error| ContextError::Unreadable(error.to_string());
    let path = normalise(&entry.path_bytes())?;
    let header = entry.header();
    let target = || -> Result<String, ContextError> {
        let target = entry.link_name_bytes().unwrap_or_default();
        String::from_utf8(target.into_owned()).map_err(|_| ContextError::Entry {
            path: path.clone(),
            why: "a link whose target is not UTF-8",
        })
    };
    let refuse = |why| Err(ContextError::Entry { path: path.clone(), why });
    let mode = header.mode().map_err(unreadable)? & 0o7777;
    let mtime = header.mtime().map_err(unreadable)?;
    let kind = match header.entry_type() {
        EntryType::Regular | EntryType::Continuous => {
            Kind::File { offset: entry.raw_file_position(), size: entry.size() }
        }
        EntryType::Directory => Kind::Folder,
        EntryType::Symlink => Kind::Link(target()?),
        EntryType::Link => {
            // A second name of a file that came before.
            let first = normalise(target()?.as_bytes())?;
            match index.get(&first) {
                Some(Entry { kind: kind @ Kind::File { .. }, .. }) => kind.clone(),
                _ => return refuse("a hard link to what is not in it"),
            }
        }
        EntryType::GNUSparse => return refuse("a sparse file: pack without --sparse"),
        EntryType::XGlobalHeader | EntryType::XHeader => return Ok(None),
        _ => return refuse("which is no file, folder or link"),
    };
    if path.is_empty() {
        // The context's own folder, which COPY never makes.
        return Ok(None);
    }
    Ok(Some((path, Entry { kind, mode, mtime })))
}
