//! Blobs: content that repositories link to.

use super::{Inner, disk};
use crate::{
    model::{Digest, RepositoryName},
    store::{Result, StoreError},
};
use std::fs::{self, File};

impl Inner {
    /// The size of a blob, from its link. Content that is missing, or has another size than it
    /// was stored with, is damaged and never served.
    pub fn blob_size(&self, repository: &RepositoryName, digest: &Digest) -> Result<Option<u64>> {
        let Some(size) = self.linked_size(repository, digest)? else { return Ok(None) };
        match self.content_size(digest)? {
            Some(actual) if actual == size => Ok(Some(size)),
            _ => Err(StoreError::Damaged(digest.clone())),
        }
    }

    /// The content of a blob.
    pub fn open_blob(&self, repository: &RepositoryName, digest: &Digest) -> Result<Option<File>> {
        let Some(size) = self.linked_size(repository, digest)? else { return Ok(None) };
        match disk::open(&self.disk.layout.content(digest))? {
            Some(file) if file.metadata()?.len() == size => Ok(Some(file)),
            _ => Err(StoreError::Damaged(digest.clone())),
        }
    }

    pub fn mount_blob(
        &self,
        repository: &RepositoryName,
        from: Option<&RepositoryName>,
        digest: &Digest,
    ) -> Result<bool> {
        let actual = self.content_size(digest)?;
        let size = match from {
            Some(from) => self.linked_size(from, digest)?.filter(|size| Some(*size) == actual),
            None => actual,
        };
        let Some(size) = size else { return Ok(false) };
        self.link_blob(repository, digest, size)?;
        Ok(true)
    }

    /// Gives a repository content that is stored.
    pub fn link_blob(&self, repository: &RepositoryName, digest: &Digest, size: u64) -> Result<()> {
        let link = self.disk.layout.blob_link(repository, digest);
        Ok(self.disk.write(&link, size.to_string().as_bytes())?)
    }

    /// The size of stored content, whoever has it.
    pub fn content_size(&self, digest: &Digest) -> Result<Option<u64>> {
        let found = disk::if_found(fs::metadata(self.disk.layout.content(digest)))?;
        Ok(found.map(|found| found.len()))
    }

    fn linked_size(&self, repository: &RepositoryName, digest: &Digest) -> Result<Option<u64>> {
        let link = disk::read_text(&self.disk.layout.blob_link(repository, digest))?;
        let size = link.map(|size| size.parse().map_err(|_| StoreError::Damaged(digest.clone())));
        size.transpose()
    }
}
