//! Manifests, tags and referrers.

use super::{Inner, disk};
use crate::{
    model::{Descriptor, Digest, Manifest, Referral, RepositoryName, Tag},
    store::{Result, StoreError, layout},
};
use bytes::Bytes;
use std::{io, sync::PoisonError};
use walkdir::WalkDir;

impl Inner {
    /// A manifest, checked against its digest: it is small, and much hangs on it.
    pub fn manifest(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<Manifest>> {
        let link = self.disk.layout.manifest_link(repository, digest);
        let Some(media_type) = disk::read_text(&link)? else { return Ok(None) };
        let damaged = || StoreError::Damaged(digest.clone());
        let content = disk::open(&self.disk.layout.content(digest))?.ok_or_else(damaged)?;
        let bytes = Bytes::from(disk::read_all(content)?);
        if Digest::of(digest.algorithm(), &bytes) != *digest {
            return Err(damaged());
        }
        Ok(Some(Manifest { digest: digest.clone(), media_type, bytes }))
    }

    /// Content, link, referrer, tags: in this order, so that nothing ever points to what is not
    /// there.
    pub fn put_manifest(
        &self,
        repository: &RepositoryName,
        manifest: &Manifest,
        referral: Option<&Referral>,
        tags: &[Tag],
    ) -> Result<()> {
        let _pushing = self.removal.read().unwrap_or_else(PoisonError::into_inner);
        let layout = &self.disk.layout;
        self.disk.write(&layout.content(&manifest.digest), &manifest.bytes)?;
        let link = layout.manifest_link(repository, &manifest.digest);
        self.disk.write(&link, manifest.media_type.as_bytes())?;
        if let Some(Referral { subject, descriptor }) = referral {
            let json = serde_json::to_vec(descriptor).map_err(io::Error::from)?;
            let entry = layout.referrer(repository, subject, &manifest.digest);
            self.disk.write(&entry, &json)?;
        }
        for tag in tags {
            let digest = manifest.digest.to_string();
            self.disk.write(&layout.tag(repository, tag), digest.as_bytes())?;
        }
        Ok(())
    }

    /// The same backwards.
    pub fn delete_manifest(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
        subject: Option<&Digest>,
    ) -> Result<bool> {
        let _alone = self.removal.write().unwrap_or_else(PoisonError::into_inner);
        let layout = &self.disk.layout;
        for tag in self.tags(repository)?.unwrap_or_default() {
            if self.tag(repository, &tag)?.as_ref() == Some(digest) {
                self.disk.remove(&layout.tag(repository, &tag))?;
            }
        }
        if let Some(subject) = subject {
            self.disk.remove(&layout.referrer(repository, subject, digest))?;
        }
        Ok(self.disk.remove(&layout.manifest_link(repository, digest))?)
    }

    pub fn tag(&self, repository: &RepositoryName, tag: &Tag) -> Result<Option<Digest>> {
        let digest = disk::read_text(&self.disk.layout.tag(repository, tag))?;
        let digest = digest.map(|digest| digest.parse().map_err(io::Error::other));
        Ok(digest.transpose()?)
    }

    pub fn tags(&self, repository: &RepositoryName) -> Result<Option<Vec<Tag>>> {
        let layout = &self.disk.layout;
        if !layout.repository(repository).join(layout::MANIFESTS).try_exists()? {
            return Ok(None);
        }
        let names = disk::names(&layout.tags(repository))?.unwrap_or_default();
        let mut tags: Vec<Tag> = names.iter().filter_map(|name| name.parse().ok()).collect();
        tags.sort_unstable();
        Ok(Some(tags))
    }

    pub fn repositories(&self) -> Result<Vec<RepositoryName>> {
        let root = self.disk.layout.repositories();
        // Below a folder of links there are no repositories.
        let mut walk = WalkDir::new(&root).min_depth(1).into_iter();
        let mut found = Vec::new();
        while let Some(entry) = walk.next() {
            let entry = entry.map_err(io::Error::from)?;
            let Some(name) = entry.file_name().to_str() else { continue };
            if !name.starts_with('_') {
                continue;
            }
            walk.skip_current_dir();
            let repository =
                entry.path().parent().and_then(|parent| parent.strip_prefix(&root).ok());
            if name == layout::MANIFESTS {
                found.extend(repository.and_then(|path| path.to_str()?.parse().ok()));
            }
        }
        found.sort_unstable();
        Ok(found)
    }

    pub fn referrers(
        &self,
        repository: &RepositoryName,
        subject: &Digest,
    ) -> Result<Vec<Descriptor>> {
        let folder = self.disk.layout.referrers(repository, subject);
        let mut names = disk::names(&folder)?.unwrap_or_default();
        names.sort_unstable();
        let mut found = Vec::with_capacity(names.len());
        for name in names {
            // One that was deleted in between is no longer a referrer.
            if let Some(json) = disk::read_text(&folder.join(name))? {
                found.push(serde_json::from_str(&json).map_err(io::Error::from)?);
            }
        }
        Ok(found)
    }
}
