//! The layout on disk, and the only place that makes paths. Names, tags and digests come parsed,
//! so nothing can lead out of the root.
//!
//! ```text
//! ROOT/
//! ├── blobs/
//! │   └── sha256/                         or sha512
//! │       └── 9f/                         the first two digits
//! │           └── 9f86d0…                 content, kept once for all repositories
//! ├── repositories/
//! │   └── projects/jq/                    a repository; names nest
//! │       ├── _blobs/sha256/9f86d0…       this repository has the blob; holds its size
//! │       ├── _manifests/sha256/1b4f0e…   this repository has the manifest; holds its media type
//! │       ├── _referrers/sha256/1b4f0e…/  what refers to that digest:
//! │       │   └── sha256-60303a…          one descriptor, JSON
//! │       ├── _tags/latest                holds the digest that the tag points to
//! │       └── _uploads/0c64…-…            bytes of an upload so far
//! └── tmp/                                small files on their way
//! ```
//!
//! No component of a repository's name begins with `_`, so names and links never collide. Every
//! file but an upload appears by a rename, whole and synced, and is never written again.

use super::UploadId;
use crate::model::{Digest, RepositoryName, Tag};
use std::path::{Path, PathBuf};

/// Where one repository keeps its manifests' links; its existence makes the repository known.
pub(super) const MANIFESTS: &str = "_manifests";

/// The paths of one store.
#[derive(Debug, Clone)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The layout below `root`.
    #[must_use]
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// The folder that holds everything.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Files that are not yet what they are going to be.
    #[must_use]
    pub fn temporary(&self) -> PathBuf {
        self.root.join("tmp")
    }

    /// All content.
    #[must_use]
    pub fn blobs(&self) -> PathBuf {
        self.root.join("blobs")
    }

    /// All repositories.
    #[must_use]
    pub fn repositories(&self) -> PathBuf {
        self.root.join("repositories")
    }

    /// The content of a digest.
    #[must_use]
    pub fn content(&self, digest: &Digest) -> PathBuf {
        let mut path = self.blobs();
        path.extend([digest.algorithm().as_str(), &digest.hex()[..2], digest.hex()]);
        path
    }

    /// One repository.
    #[must_use]
    pub fn repository(&self, repository: &RepositoryName) -> PathBuf {
        self.repositories().join(repository.as_str())
    }

    /// The link that gives a repository a blob.
    #[must_use]
    pub fn blob_link(&self, repository: &RepositoryName, digest: &Digest) -> PathBuf {
        self.link(repository, "_blobs", digest)
    }

    /// The link that gives a repository a manifest.
    #[must_use]
    pub fn manifest_link(&self, repository: &RepositoryName, digest: &Digest) -> PathBuf {
        self.link(repository, MANIFESTS, digest)
    }

    /// All tags of a repository.
    #[must_use]
    pub fn tags(&self, repository: &RepositoryName) -> PathBuf {
        self.repository(repository).join("_tags")
    }

    /// One tag.
    #[must_use]
    pub fn tag(&self, repository: &RepositoryName, tag: &Tag) -> PathBuf {
        self.tags(repository).join(tag.as_str())
    }

    /// The descriptors of what refers to `subject`.
    #[must_use]
    pub fn referrers(&self, repository: &RepositoryName, subject: &Digest) -> PathBuf {
        self.link(repository, "_referrers", subject)
    }

    /// The descriptor of one manifest that refers to `subject`.
    #[must_use]
    pub fn referrer(&self, repository: &RepositoryName, subject: &Digest, by: &Digest) -> PathBuf {
        let name = format!("{}-{}", by.algorithm().as_str(), by.hex());
        self.referrers(repository, subject).join(name)
    }

    /// All uploads to a repository.
    #[must_use]
    pub fn uploads(&self, repository: &RepositoryName) -> PathBuf {
        self.repository(repository).join("_uploads")
    }

    /// One upload.
    #[must_use]
    pub fn upload(&self, repository: &RepositoryName, id: &UploadId) -> PathBuf {
        self.uploads(repository).join(id.as_str())
    }

    fn link(&self, repository: &RepositoryName, kind: &str, digest: &Digest) -> PathBuf {
        let mut path = self.repository(repository);
        path.extend([kind, digest.algorithm().as_str(), digest.hex()]);
        path
    }
}
