//! What the handlers and the command line share: the rules for putting content in and getting it
//! out, over any store.

use crate::{
    failure::{RegistryError, Result},
    model::{
        Algorithm, Descriptor, Digest, Document, MAX_MANIFEST_BYTES, Manifest, Reference,
        RepositoryName, Tag, Target,
    },
    store::Store,
};
use bytes::{Bytes, BytesMut};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt};

/// Bytes that are read at once from a local source.
const PIECE: usize = 256 << 10;

/// Images and what they are made of; cheap to clone.
///
/// Names come as text and are checked here, so that the command line needs none of the types
/// behind them.
#[derive(Debug, Clone)]
pub struct Content {
    store: Arc<dyn Store>,
}

/// What became of a pushed manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// Its digest.
    pub digest: Digest,
    /// What it refers to, if it does.
    pub subject: Option<Digest>,
}

impl Content {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// Puts a blob into `repository`, read from `source` to its end. Returns its digest
    /// (`sha256:…`) and its size in bytes.
    ///
    /// # Errors
    /// When the name is invalid, the source breaks off, or the storage fails.
    pub async fn put_blob(
        &self,
        repository: &str,
        mut source: impl AsyncRead + Unpin + Send,
    ) -> Result<(Digest, u64)> {
        let repository: RepositoryName = repository.parse()?;
        let id = self.store.begin_upload(&repository, Algorithm::Sha256).await?;
        let mut upload = self.store.open_upload(&repository, &id).await?;
        loop {
            let mut piece = BytesMut::with_capacity(PIECE);
            match source.read_buf(&mut piece).await {
                Ok(0) => return Ok(upload.commit(None).await?),
                Ok(_) => upload.append(piece.freeze()).await?,
                Err(error) => {
                    upload.cancel().await?;
                    return Err(RegistryError::Source(error));
                }
            }
        }
    }

    /// Puts a manifest into `repository` under `reference`, a tag or its digest. What it refers
    /// to must be there already.
    ///
    /// # Errors
    /// When a name or the manifest is invalid, something it refers to is missing, or the storage
    /// fails.
    pub async fn put_manifest(
        &self,
        repository: &str,
        reference: &str,
        media_type: &str,
        bytes: Bytes,
    ) -> Result<Digest> {
        let (repository, reference) = (repository.parse()?, reference.parse()?);
        let pushed = self.push(&repository, &reference, &[], Some(media_type), bytes).await?;
        Ok(pushed.digest)
    }

    /// A manifest by tag or digest, if the repository has it.
    ///
    /// # Errors
    /// When a name is invalid or the storage fails.
    pub async fn manifest(&self, repository: &str, reference: &str) -> Result<Option<Manifest>> {
        let (repository, reference) = (repository.parse()?, reference.parse()?);
        self.find(&repository, &reference).await
    }

    /// The tags of a repository in the order of their bytes; empty where there is no such
    /// repository.
    ///
    /// # Errors
    /// When the name is invalid or the storage fails.
    pub async fn tags(&self, repository: &str) -> Result<Vec<String>> {
        let tags = self.store.tags(&repository.parse()?).await?.unwrap_or_default();
        Ok(tags.iter().map(Tag::to_string).collect())
    }

    /// The names of all repositories in the order of their bytes.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn repositories(&self) -> Result<Vec<String>> {
        let repositories = self.store.repositories().await?;
        Ok(repositories.iter().map(RepositoryName::to_string).collect())
    }

    pub(crate) async fn find(
        &self,
        repository: &RepositoryName,
        reference: &Reference,
    ) -> Result<Option<Manifest>> {
        let digest = match reference {
            Reference::Digest(digest) => digest.clone(),
            Reference::Tag(tag) => match self.store.tag(repository, tag).await? {
                Some(digest) => digest,
                None => return Ok(None),
            },
        };
        Ok(self.store.manifest(repository, &digest).await?)
    }

    /// Stores a manifest under `reference` and further tags.
    pub(crate) async fn push(
        &self,
        repository: &RepositoryName,
        reference: &Reference,
        more_tags: &[Tag],
        media_type: Option<&str>,
        bytes: Bytes,
    ) -> Result<Pushed> {
        if bytes.len() > MAX_MANIFEST_BYTES {
            return Err(RegistryError::ManifestTooLarge);
        }
        let document = Document::parse(&bytes)?;
        let media_type = document.media_type(media_type)?;
        let mut tags = more_tags.to_vec();
        let manifest = match reference {
            Reference::Tag(tag) => {
                tags.push(tag.clone());
                Manifest::new(Algorithm::Sha256, media_type, bytes)
            }
            Reference::Digest(expected) => {
                let manifest = Manifest::new(expected.algorithm(), media_type, bytes);
                if manifest.digest != *expected {
                    let (expected, actual) = (expected.clone(), manifest.digest);
                    return Err(RegistryError::DigestMismatch { expected, actual });
                }
                manifest
            }
        };
        self.check_targets(repository, &document).await?;
        let referral = document.referral(&manifest)?;
        self.store.put_manifest(repository, &manifest, referral.as_ref(), &tags).await?;
        let subject = referral.map(|referral| referral.subject);
        Ok(Pushed { digest: manifest.digest, subject })
    }

    async fn check_targets(&self, repository: &RepositoryName, document: &Document) -> Result<()> {
        let mut missing = Vec::new();
        for target in document.targets()? {
            let (there, digest) = match target {
                Target::Blob(digest) => {
                    (self.store.blob_size(repository, &digest).await?.is_some(), digest)
                }
                Target::Manifest(digest) => {
                    (self.store.has_manifest(repository, &digest).await?, digest)
                }
            };
            if !there {
                missing.push(digest);
            }
        }
        if missing.is_empty() { Ok(()) } else { Err(RegistryError::ManifestTargetUnknown(missing)) }
    }

    /// Removes a tag, or a manifest with all that points to it. Whether it was there.
    pub(crate) async fn delete(
        &self,
        repository: &RepositoryName,
        reference: &Reference,
    ) -> Result<bool> {
        let digest = match reference {
            Reference::Tag(tag) => return Ok(self.store.delete_tag(repository, tag).await?),
            Reference::Digest(digest) => digest,
        };
        let Some(manifest) = self.store.manifest(repository, digest).await? else {
            return Ok(false);
        };
        let subject = Document::parse(&manifest.bytes)?.subject()?;
        Ok(self.store.delete_manifest(repository, digest, subject.as_ref()).await?)
    }

    /// What refers to `subject`, of one kind only where that is asked for.
    pub(crate) async fn referrers(
        &self,
        repository: &RepositoryName,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<Vec<Descriptor>> {
        let mut found = self.store.referrers(repository, subject).await?;
        found.retain(|descriptor| {
            artifact_type.is_none() || descriptor.artifact_type.as_deref() == artifact_type
        });
        Ok(found)
    }
}
