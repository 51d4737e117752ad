//! Build contexts: the files that COPY reads.
//!
//! ```text
//! upload ──save──> contexts/<id> ──claim──> <build>/context ──open──> Archive ──select──> tar
//!                      │ a day later                │ build over
//!                      └─> removed                  └─> removed
//! ```
//!
//! A context is never unpacked onto the host: its tar is indexed, and COPY streams the entries
//! that it selects into a new tar for the engine.

mod archive;
mod ignore;
mod index;
mod pattern;
mod select;
mod store;

pub(super) use archive::Archive;
pub(super) use select::{Destination, Ownership, Selection, absolute, names_folder};
pub(super) use store::Store;

/// The largest context, as it is uploaded.
pub const UPLOAD_LIMIT: u64 = 100 << 20;

/// The largest context once it is decompressed.
pub const UNPACKED_LIMIT: u64 = 1 << 30;

/// How many files and folders a context may hold.
pub const ENTRY_LIMIT: usize = 100_000;

/// A context that cannot be used. The messages may be shown to the maintainer.
#[derive(Debug, thiserror::Error)]
pub(super) enum ContextError {
    /// The archive cannot be read.
    #[error("the context is not a readable tar archive: {0}")]
    Unreadable(String),
    /// It unfolds to more than is accepted.
    #[error("the context holds more than {} MiB once it is decompressed", UNPACKED_LIMIT >> 20)]
    TooLarge,
    /// It holds too many files.
    #[error("the context holds more than {ENTRY_LIMIT} files and folders")]
    TooMany,
    /// An entry that would leave the context, or that no image needs. What cannot be seen in its path is
    /// told by its code.
    #[error("the context holds `{}`, {why}", .path.escape_debug())]
    Entry {
        /// Its path, as it was written.
        path: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// COPY asks for what is not there.
    #[error("`{0}` is not in the context")]
    Missing(String),
    /// COPY asks for what cannot be done.
    #[error("{0}")]
    Copy(String),
    /// The host failed. For the log only.
    #[error("reading or writing a context failed")]
    Io(#[from] std::io::Error),
}

/// How an upload begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// A plain tar archive.
    Tar,
    /// A tar archive under gzip.
    Gzip,
    /// Something else, by its name.
    Other(&'static str),
}

impl Format {
    /// Where the magic of a tar archive ends.
    pub(super) const LENGTH: usize = 262;

    /// The format of a file that begins with these bytes.
    pub(super) fn of(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [b'P', b'K', 3 | 5, 4 | 6, ..] => Self::Other("a zip archive"),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Other("a zstd archive"),
            [0xfd, b'7', b'z', b'X', b'Z', ..] => Self::Other("an xz archive"),
            [b'B', b'Z', b'h', ..] => Self::Other("a bzip2 archive"),
            _ if head.get(257..262) == Some(b"ustar") => Self::Tar,
            _ => Self::Other("neither tar nor gzip"),
        }
    }
}

#[cfg(test)]
mod tests;
