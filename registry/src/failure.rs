//! Why a request to the registry fails, in the registry's own words. HTTP is not known here.

use crate::{
    model::{
        Digest, InvalidDigest, InvalidManifest, InvalidName, InvalidReference, InvalidTag,
        MAX_MANIFEST_BYTES, RepositoryName,
    },
    store::StoreError,
};
use std::io;

/// Why the registry did not do something. What it prints may be shown to anybody, save for
/// [`Storage`](Self::Storage).
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The repository's name is not well formed.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// A digest is not well formed.
    #[error(transparent)]
    Digest(#[from] InvalidDigest),
    /// A tag is not well formed.
    #[error(transparent)]
    Tag(#[from] InvalidTag),
    /// An upload is closed without saying what it is.
    #[error("the digest of the blob is missing: close the upload with `?digest=sha256:…`")]
    DigestMissing,
    /// The content is not what its digest says.
    #[error("the content's digest is {actual}, not {expected}: nothing was stored, push it again")]
    DigestMismatch {
        /// As the client has it.
        expected: Digest,
        /// As it was computed.
        actual: Digest,
    },
    /// No manifest was ever pushed to the repository.
    #[error("there is no repository `{0}`")]
    RepositoryUnknown(RepositoryName),
    /// The repository does not have the blob.
    #[error("there is no blob {0} in this repository")]
    BlobUnknown(Digest),
    /// The repository does not have the manifest.
    #[error("there is no manifest `{0}` in this repository")]
    ManifestUnknown(String),
    /// A manifest refers to what is not in its repository.
    #[error("the manifest refers to {0:?}, not in this repository: push these first")]
    ManifestTargetUnknown(Vec<Digest>),
    /// The manifest cannot be taken.
    #[error(transparent)]
    Manifest(#[from] InvalidManifest),
    /// The manifest is too large.
    #[error("the manifest is too large: at most {MAX_MANIFEST_BYTES} bytes are taken")]
    ManifestTooLarge,
    /// No such upload, or it has ended.
    #[error("there is no such upload, or it has ended: begin a new one")]
    UploadUnknown,
    /// A chunk does not begin where the upload ends.
    #[error("the upload holds {size} bytes, so the next chunk must begin at {size}")]
    ChunkOutOfOrder {
        /// How many bytes there are.
        size: u64,
    },
    /// A header of an upload makes no sense.
    #[error("the Content-Range `{0}` is not of the form `<first>-<last>`")]
    ChunkRange(String),
    /// The chunk's stated range and its length differ.
    #[error("the Content-Range covers {stated} bytes, but {sent} were sent")]
    ChunkSize {
        /// By its range.
        stated: u64,
        /// By its body.
        sent: u64,
    },
    /// The body broke off.
    #[error("the request's body broke off: ask for the upload's state and go on from there")]
    Interrupted,
    /// A blob's local source cannot be read to its end.
    #[error("the blob's source cannot be read: {0}")]
    Source(#[source] io::Error),
    /// A range of a blob that it does not have.
    #[error("the range lies outside the blob, which has {size} bytes")]
    RangeNotSatisfiable {
        /// The blob's size.
        size: u64,
    },
    /// A query parameter makes no sense.
    #[error("the query parameter `{0}` makes no sense")]
    Query(&'static str),
    /// Writing needs the right user name and password.
    #[error("writing to this registry needs a user name and password: log in first")]
    Unauthorized,
    /// There is no such address.
    #[error("the registry has nothing at this address")]
    NoSuchRoute,
    /// The address does not know the method.
    #[error("the registry does not do this at this address")]
    MethodNotAllowed,
    /// What is stored is damaged or cannot be reached. For the log only.
    #[error("the storage failed")]
    Storage(#[source] StoreError),
}

impl From<StoreError> for RegistryError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::UploadUnknown => Self::UploadUnknown,
            StoreError::DigestMismatch { expected, actual } => {
                Self::DigestMismatch { expected, actual }
            }
            error @ (StoreError::Damaged(_) | StoreError::Io(_)) => Self::Storage(error),
        }
    }
}

impl From<InvalidReference> for RegistryError {
    fn from(error: InvalidReference) -> Self {
        match error {
            InvalidReference::Tag(error) => Self::Tag(error),
            InvalidReference::Digest(error) => Self::Digest(error),
        }
    }
}

/// The result of a request to the registry.
pub type Result<T, E = RegistryError> = std::result::Result<T, E>;
