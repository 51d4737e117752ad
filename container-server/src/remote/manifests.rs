//! Manifests: finding the image behind a tag or a digest, and giving images a name.

use super::{Remote, RemoteError};
use bytes::Bytes;
use oci_distribution::{
    RegistryOperation,
    config::Architecture,
    manifest::{
        IMAGE_MANIFEST_LIST_MEDIA_TYPE, IMAGE_MANIFEST_MEDIA_TYPE, ImageIndexEntry,
        OCI_IMAGE_INDEX_MEDIA_TYPE, OCI_IMAGE_MEDIA_TYPE, OciImageManifest, OciManifest,
    },
};
use sha2::{Digest, Sha256};

const ACCEPTED: [&str; 4] = [
    OCI_IMAGE_MEDIA_TYPE,
    OCI_IMAGE_INDEX_MEDIA_TYPE,
    IMAGE_MANIFEST_MEDIA_TYPE,
    IMAGE_MANIFEST_LIST_MEDIA_TYPE,
];

/// A manifest as the registry keeps it.
pub(super) struct RawManifest {
    pub(super) digest: String,
    pub(super) bytes: Bytes,
    pub(super) manifest: OciImageManifest,
}

impl Remote {
    /// The image behind a tag or a digest, for this machine's processor: its manifest's digest and
    /// its manifest. `None` where the registry holds no such image.
    ///
    /// # Errors
    /// See [`RemoteError`].
    pub async fn resolve(
        &self,
        repository: &str,
        reference: &str,
    ) -> Result<Option<(String, OciImageManifest)>, RemoteError> {
        Ok(self.raw_manifest(repository, reference).await?.map(|raw| (raw.digest, raw.manifest)))
    }

    /// The same, with the bytes that its digest was made from.
    pub(super) async fn raw_manifest(
        &self,
        repository: &str,
        reference: &str,
    ) -> Result<Option<RawManifest>, RemoteError> {
        let Some((bytes, digest)) = self.manifest_bytes(repository, reference).await? else {
            return Ok(None);
        };
        let entries = match parse(&bytes)? {
            OciManifest::Image(manifest) => {
                return Ok(Some(RawManifest { digest, bytes, manifest }));
            }
            OciManifest::ImageIndex(index) => index.manifests,
        };
        let chosen = choose(&entries)?;
        let Some((bytes, digest)) = self.manifest_bytes(repository, &chosen).await? else {
            return Ok(None);
        };
        match parse(&bytes)? {
            OciManifest::Image(manifest) => Ok(Some(RawManifest { digest, bytes, manifest })),
            OciManifest::ImageIndex(_) => {
                Err(RemoteError::Unreadable("an index that points to an index".to_owned()))
            }
        }
    }

    async fn manifest_bytes(
        &self,
        repository: &str,
        reference: &str,
    ) -> Result<Option<(Bytes, String)>, RemoteError> {
        let reference = self.reference(repository, reference);
        self.authenticate(&reference, RegistryOperation::Pull).await;
        let auth = self.registry_auth();
        match self.client.pull_manifest_raw(&reference, &auth, &ACCEPTED).await {
            Ok(found) => Ok(Some(found)),
            Err(error) => match RemoteError::from(error) {
                RemoteError::NotFound(_) => Ok(None),
                other => Err(other),
            },
        }
    }

    /// Stores a manifest under a tag (or under its own digest) and answers its digest. Everything
    /// that it names must be there already.
    ///
    /// # Errors
    /// See [`RemoteError`].
    pub async fn push_manifest(
        &self,
        repository: &str,
        tag: &str,
        manifest: impl Into<Bytes>,
        media_type: &str,
    ) -> Result<String, RemoteError> {
        let manifest = manifest.into();
        let digest = format!("sha256:{}", hex::encode(Sha256::digest(&manifest)));
        let media_type = media_type
            .parse()
            .map_err(|_| RemoteError::Unreadable(format!("no media type: {media_type}")))?;
        let reference = self.reference(repository, tag);
        self.authenticate(&reference, RegistryOperation::Push).await;
        self.client.push_manifest_raw(&reference, manifest, media_type).await?;
        Ok(digest)
    }
}

fn parse(bytes: &[u8]) -> Result<OciManifest, RemoteError> {
    serde_json::from_slice(bytes).map_err(|error| RemoteError::Unreadable(error.to_string()))
}

/// The entry of an index for Linux on this machine's processor.
fn choose(entries: &[ImageIndexEntry]) -> Result<String, RemoteError> {
    let here = Architecture::default();
    let fits = |entry: &&ImageIndexEntry| {
        entry.platform.as_ref().is_some_and(|platform| {
            platform.os.to_string() == "linux" && platform.architecture == here
        })
    };
    match entries.iter().find(fits) {
        Some(entry) => Ok(entry.digest.clone()),
        None => Err(RemoteError::Platform(format!("linux/{here}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(platforms: &[(&str, &str, &str)]) -> Vec<ImageIndexEntry> {
        let entries = platforms.iter().map(|(os, architecture, digest)| {
            serde_json::json!({
                "mediaType": OCI_IMAGE_MEDIA_TYPE,
                "digest": digest,
                "size": 1,
                "platform": {"os": os, "architecture": architecture},
            })
        });
        let index = serde_json::json!({
            "schemaVersion": 2,
            "mediaType": OCI_IMAGE_INDEX_MEDIA_TYPE,
            "manifests": entries.collect::<Vec<_>>(),
        });
        match parse(index.to_string().as_bytes()).unwrap() {
            OciManifest::ImageIndex(index) => index.manifests,
            OciManifest::Image(_) => panic!("taken for an image"),
        }
    }

    #[test]
    fn an_index_gives_the_image_for_this_machine() {
        let here = Architecture::default().to_string();
        let entries = index(&[
            ("windows", &here, "sha256:a"),
            ("linux", "s390x", "sha256:b"),
            ("linux", &here, "sha256:c"),
        ]);
        assert_eq!(choose(&entries).unwrap(), "sha256:c");
    }

    #[test]
    fn an_index_without_this_machine_says_so() {
        let error = choose(&index(&[("linux", "s390x", "sha256:b")])).unwrap_err();
        assert!(matches!(error, RemoteError::Platform(_)), "{error}");
    }
}
