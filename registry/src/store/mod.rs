//! Where content is kept: one narrow trait, one contract suite (`tests/store_contract.rs`) over
//! every implementation.
//!
//! Content is kept once, by digest. A repository holds links to it, so what a repository has not
//! been given cannot be read through it.

mod fs;
pub mod layout;
mod memory;

pub use fs::FileStore;
pub use memory::MemoryStore;

use crate::model::{Algorithm, Descriptor, Digest, Manifest, Referral, RepositoryName, Tag};
use bytes::Bytes;
use futures_util::{future::BoxFuture, stream::BoxStream};
use std::{fmt, io, ops::Range, str::FromStr};

/// Why a store could not do something.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No upload of that id in that repository.
    #[error("there is no such upload")]
    UploadUnknown,
    /// What was uploaded is not what the digest says.
    #[error("the content's digest is {actual}, not {expected}")]
    DigestMismatch {
        /// As the client has it.
        expected: Digest,
        /// As it was computed.
        actual: Digest,
    },
    /// What is stored is not what was stored. It is never served.
    #[error("the stored content {0} is damaged")]
    Damaged(Digest),
    /// The storage failed. For the log only.
    #[error("the registry's storage failed: {0}")]
    Io(#[from] io::Error),
}

/// The result of a store's work.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// The content of a blob, piece by piece.
pub type BlobStream = BoxStream<'static, io::Result<Bytes>>;

/// The id of an upload: 128 random bits in hexadecimal with the dashes of a UUID.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UploadId(String);

impl UploadId {
    /// A new random id.
    #[must_use]
    pub fn random() -> Self {
        let hex = format!("{:032x}", rand::random::<u128>());
        let (a, b, c, d, e) = (&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]);
        Self(format!("{a}-{b}-{c}-{d}-{e}"))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for UploadId {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self> {
        let fits = |(at, b): (usize, u8)| match at {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_digit() || (b'a'..=b'f').contains(&b),
        };
        if text.len() == 36 && text.bytes().enumerate().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(StoreError::UploadUnknown)
        }
    }
}

impl fmt::Display for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where content is kept. Object-safe, so that the storage is chosen at run time.
pub trait Store: fmt::Debug + Send + Sync + 'static {
    /// The size in bytes of a blob that the repository has.
    fn blob_size<'a>(
        &'a self,
        repository: &'a RepositoryName,
        digest: &'a Digest,
    ) -> BoxFuture<'a, Result<Option<u64>>>;

    /// Bytes of a blob that the repository has; `range` must lie within its size.
    fn read_blob<'a>(
        &'a self,
        repository: &'a RepositoryName,
        digest: &'a Digest,
        range: Range<u64>,
    ) -> BoxFuture<'a, Result<Option<BlobStream>>>;

    /// Gives the repository a blob that `from` has, or that any repository has where `from` is
    /// not named. Whether it could be done.
    fn mount_blob<'a>(
        &'a self,
        repository: &'a RepositoryName,
        from: Option<&'a RepositoryName>,
        digest: &'a Digest,
    ) -> BoxFuture<'a, Result<bool>>;

    /// Takes a blob away from the repository; others keep it. Whether it was there.
    fn delete_blob<'a>(
        &'a self,
        repository: &'a RepositoryName,
        digest: &'a Digest,
    ) -> BoxFuture<'a, Result<bool>>;

    /// Opens an upload. `algorithm` is what its digest will most likely be; any is taken in the
    /// end.
    fn begin_upload<'a>(
        &'a self,
        repository: &'a RepositoryName,
        algorithm: Algorithm,
    ) -> BoxFuture<'a, Result<UploadId>>;

    /// Takes an upload up again. One at a time: this waits until another holder lets go.
    fn open_upload<'a>(
        &'a self,
        repository: &'a RepositoryName,
        id: &'a UploadId,
    ) -> BoxFuture<'a, Result<Box<dyn Upload>>>;

    /// A manifest that the repository has.
    fn manifest<'a>(
        &'a self,
        repository: &'a RepositoryName,
        digest: &'a Digest,
    ) -> BoxFuture<'a, Result<Option<Manifest>>>;

    /// Whether the repository has a manifest, without reading it.
    fn has_manifest<'a>(
        &'a self,
        repository: &'a RepositoryName,
        digest: &'a Digest,
    ) -> BoxFuture<'a, Result<bool>>;

    /// Keeps a manifest, enters it among its subject's referrers, and points tags to it.
    fn put_manifest<'a>(
        &'a self,
        repository: &'a RepositoryName,
        manifest: &'a Manifest,
        referral: Option<&'a Referral>,
        tags: &'a [Tag],
    ) -> BoxFuture<'a, Result<()>>;

    /// Removes a manifest, the tags that point to it, and its entry among the referrers of
    /// `subject`. Whether it was there.
    fn delete_manifest<'a>(
        &'a self,
        repository: &'a RepositoryName,
        digest: &'a Digest,
        subject: Option<&'a Digest>,
    ) -> BoxFuture<'a, Result<bool>>;

    /// What a tag points to.
    fn tag<'a>(
        &'a self,
        repository: &'a RepositoryName,
        tag: &'a Tag,
    ) -> BoxFuture<'a, Result<Option<Digest>>>;

    /// Removes a tag; the manifest stays. Whether it was there.
    fn delete_tag<'a>(
        &'a self,
        repository: &'a RepositoryName,
        tag: &'a Tag,
    ) -> BoxFuture<'a, Result<bool>>;

    /// The tags of a repository in the order of their bytes; none where no manifest was ever
    /// pushed to it.
    fn tags<'a>(
        &'a self,
        repository: &'a RepositoryName,
    ) -> BoxFuture<'a, Result<Option<Vec<Tag>>>>;

    /// Every repository to which a manifest was pushed, in the order of their bytes.
    fn repositories(&self) -> BoxFuture<'_, Result<Vec<RepositoryName>>>;

    /// The manifests that refer to a digest, in the order of their digests.
    fn referrers<'a>(
        &'a self,
        repository: &'a RepositoryName,
        subject: &'a Digest,
    ) -> BoxFuture<'a, Result<Vec<Descriptor>>>;
}

/// An upload in the hands of one holder. Dropping it keeps what was stored so far, save bytes
/// that were not yet [suspended](Upload::suspend).
pub trait Upload: Send {
    /// How many bytes it holds.
    fn size(&self) -> u64;

    /// Adds bytes to its end.
    fn append(&mut self, bytes: Bytes) -> BoxFuture<'_, Result<()>>;

    /// Stores everything and lets go, for another request to go on.
    fn suspend(self: Box<Self>) -> BoxFuture<'static, Result<()>>;

    /// Makes a blob of it, durably, and gives that to the repository. Where the digest is not
    /// the expected one, the upload is gone and nothing is stored. Where none is expected, it is
    /// known by the algorithm it was begun with. Returns the digest and size.
    fn commit(
        self: Box<Self>,
        expected: Option<Digest>,
    ) -> BoxFuture<'static, Result<(Digest, u64)>>;

    /// Throws it away.
    fn cancel(self: Box<Self>) -> BoxFuture<'static, Result<()>>;
}
