//! The words of the specification: names, tags, digests and manifests. Whatever comes from
//! outside is parsed into these types first, so no path or key is ever made of unchecked text.

mod digest;
mod manifest;
mod reference;
mod repository;

pub use digest::{Algorithm, Digest, Hasher, InvalidDigest};
pub use manifest::{
    Descriptor, Document, INDEX, InvalidManifest, MAX_MANIFEST_BYTES, Manifest, Referral, Target,
};
pub use reference::{InvalidReference, InvalidTag, Reference, Tag};
pub use repository::{InvalidName, RepositoryName};

/// Enough of a refused text to recognise it in an error message.
fn excerpt(text: &str) -> String {
    text.chars().take(128).collect()
}
