//! Manifests: kept byte for byte, and read only as far as a registry must understand them.

use super::{Algorithm, Digest, InvalidDigest};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Largest manifest in bytes. The specification asks registries to take at least this much.
pub const MAX_MANIFEST_BYTES: usize = 4 << 20;

/// The media type of an OCI image index.
pub const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";
const DOCKER_IMAGE: &str = "application/vnd.docker.distribution.manifest.v2+json";
const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";

/// Why a manifest is refused.
#[derive(Debug, thiserror::Error)]
pub enum InvalidManifest {
    /// It is not JSON, or not of the expected form.
    #[error("the manifest is not valid JSON of an image manifest or index: {0}")]
    Json(#[from] serde_json::Error),
    /// Its type is not one that this registry keeps.
    #[error(
        "the media type `{0}` is not supported: push an OCI image manifest or index, \
         or a Docker manifest of version 2"
    )]
    MediaType(String),
    /// Its own word about its type differs from the request's.
    #[error("the manifest says it is `{document}`, but the Content-Type says `{header}`")]
    MediaTypeMismatch {
        /// The `mediaType` field.
        document: String,
        /// The `Content-Type` header.
        header: String,
    },
    /// A descriptor in it has no well-formed digest.
    #[error("a descriptor in the manifest is invalid: {0}")]
    Digest(#[from] InvalidDigest),
}

/// A manifest as it is stored and served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The digest of `bytes`.
    pub digest: Digest,
    /// What `Content-Type` says.
    pub media_type: String,
    /// Exactly what was pushed.
    pub bytes: Bytes,
}

/// The fields of an OCI descriptor that a registry passes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// The type of what is described.
    pub media_type: String,
    /// Its digest.
    pub digest: String,
    /// Its size in bytes.
    pub size: u64,
    /// The kind of artefact it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    /// Free words about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annotations: Option<BTreeMap<String, String>>,
}

/// The entry in the list of referrers that a manifest with a `subject` gives rise to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referral {
    /// The manifest that is referred to; it need not exist.
    pub subject: Digest,
    /// The manifest that refers.
    pub descriptor: Descriptor,
}

/// What a manifest needs in its repository before it can be pulled whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A configuration or a layer.
    Blob(Digest),
    /// A child of an index.
    Manifest(Digest),
}

/// A manifest's JSON, as far as a registry reads it. Lists may be null: some clients write that
/// for an empty one.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Document {
    schema_version: u32,
    media_type: Option<String>,
    artifact_type: Option<String>,
    config: Option<Link>,
    layers: Option<Vec<Link>>,
    manifests: Option<Vec<Link>>,
    subject: Option<Link>,
    annotations: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Link {
    #[serde(default)]
    media_type: String,
    digest: String,
    urls: Option<Vec<String>>,
}

impl Link {
    /// Layers that may not be distributed are fetched from elsewhere.
    fn is_foreign(&self) -> bool {
        self.urls.as_ref().is_some_and(|urls| !urls.is_empty())
            || self.media_type.contains(".nondistributable.")
            || self.media_type.contains(".foreign.")
    }
}

impl Document {
    /// Reads `bytes`.
    ///
    /// # Errors
    /// When they are not the JSON of a manifest.
    pub fn parse(bytes: &[u8]) -> Result<Self, InvalidManifest> {
        let document: Self = serde_json::from_slice(bytes)?;
        if document.schema_version != 2 {
            let version = document.schema_version;
            return Err(InvalidManifest::MediaType(format!("schemaVersion {version}")));
        }
        Ok(document)
    }

    /// The media type: `header` (its parameters put aside), which the manifest must not contradict.
    ///
    /// # Errors
    /// When they differ, or the type is not one that this registry keeps.
    pub fn media_type(&self, header: Option<&str>) -> Result<String, InvalidManifest> {
        let header = header.and_then(|header| header.split(';').next()).map(str::trim);
        let header = header.filter(|header| !header.is_empty());
        let media_type = match (header, self.media_type.as_deref()) {
            (Some(header), Some(document)) if header != document => {
                return Err(InvalidManifest::MediaTypeMismatch {
                    document: super::excerpt(document),
                    header: super::excerpt(header),
                });
            }
            (Some(media_type), _) | (None, Some(media_type)) => media_type,
            (None, None) if self.manifests.is_some() => INDEX,
            (None, None) => IMAGE,
        };
        match media_type {
            IMAGE | INDEX | DOCKER_IMAGE | DOCKER_LIST => Ok(media_type.to_owned()),
            other => Err(InvalidManifest::MediaType(super::excerpt(other))),
        }
    }

    /// What must be in the repository already. The subject is not among it.
    ///
    /// # Errors
    /// When a descriptor's digest is not well formed.
    pub fn targets(&self) -> Result<Vec<Target>, InvalidManifest> {
        let blobs = self.config.iter().chain(self.layers.iter().flatten());
        let blobs = blobs.filter(|link| !link.is_foreign()).map(|link| &link.digest);
        let children = self.manifests.iter().flatten().map(|link| &link.digest);
        let blobs = blobs.map(|digest| Ok(Target::Blob(digest.parse()?)));
        blobs.chain(children.map(|digest| Ok(Target::Manifest(digest.parse()?)))).collect()
    }

    /// The digest of the manifest this one refers to.
    ///
    /// # Errors
    /// When it is not well formed.
    pub fn subject(&self) -> Result<Option<Digest>, InvalidManifest> {
        Ok(self.subject.as_ref().map(|link| link.digest.parse()).transpose()?)
    }

    /// This document's entry in the list of its subject's referrers.
    ///
    /// # Errors
    /// When the subject's digest is not well formed.
    pub fn referral(self, manifest: &Manifest) -> Result<Option<Referral>, InvalidManifest> {
        let Some(subject) = self.subject()? else { return Ok(None) };
        let stated = self.artifact_type.filter(|kind| !kind.is_empty());
        let artifact_type = stated.or_else(|| self.config.map(|config| config.media_type));
        let descriptor = Descriptor {
            media_type: manifest.media_type.clone(),
            digest: manifest.digest.to_string(),
            size: manifest.bytes.len() as u64,
            artifact_type,
            annotations: self.annotations,
        };
        Ok(Some(Referral { subject, descriptor }))
    }
}

impl Manifest {
    /// A manifest of `bytes`; its digest is computed.
    #[must_use]
    pub fn new(algorithm: Algorithm, media_type: String, bytes: Bytes) -> Self {
        Self { digest: Digest::of(algorithm, &bytes), media_type, bytes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(json: &str) -> Document {
        Document::parse(json.as_bytes()).expect("a manifest")
    }

    #[test]
    fn the_type_comes_from_the_header_the_document_or_the_form() {
        let bare = document(r#"{"schemaVersion":2}"#);
        assert_eq!(bare.media_type(None).expect("a type"), IMAGE);
        assert_eq!(
            bare.media_type(Some("application/vnd.oci.image.index.v1+json; q=1")).expect("a type"),
            INDEX
        );
        let list = document(r#"{"schemaVersion":2,"manifests":[]}"#);
        assert_eq!(list.media_type(None).expect("a type"), INDEX);
        let docker = document(&format!(r#"{{"schemaVersion":2,"mediaType":"{DOCKER_IMAGE}"}}"#));
        assert_eq!(docker.media_type(None).expect("a type"), DOCKER_IMAGE);
        assert!(docker.media_type(Some(IMAGE)).is_err());
        assert!(bare.media_type(Some("text/html")).is_err());
    }

    #[test]
    fn foreign_layers_and_the_subject_need_not_exist() {
        let digest = |c: &str| format!("sha256:{}", c.repeat(64));
        let parsed = document(&format!(
            r#"{{"schemaVersion":2,"config":{{"digest":"{}"}},"subject":{{"digest":"{}"}},
                "layers":[{{"digest":"{}","urls":["https://example.org"]}},{{"digest":"{}"}}]}}"#,
            digest("a"),
            digest("b"),
            digest("c"),
            digest("d"),
        ));
        let blob = |c: &str| Target::Blob(digest(c).parse().expect("a digest"));
        assert_eq!(parsed.targets().expect("targets"), [blob("a"), blob("d")]);
    }

    #[test]
    fn the_artifact_type_falls_back_to_the_configuration() {
        let subject = format!("sha256:{}", "a".repeat(64));
        let json = format!(
            r#"{{"schemaVersion":2,"artifactType":"","layers":null,"subject":{{"digest":"{subject}"}},
                "config":{{"mediaType":"application/x","digest":"{subject}"}},"annotations":{{"k":"v"}}}}"#
        );
        let manifest = Manifest::new(Algorithm::Sha256, IMAGE.into(), Bytes::from(json.clone()));
        let referral = document(&json).referral(&manifest).expect("valid").expect("a referral");
        assert_eq!(referral.descriptor.artifact_type.as_deref(), Some("application/x"));
        assert_eq!(referral.descriptor.annotations.expect("annotations")["k"], "v");
        assert_eq!(referral.subject.to_string(), subject);
    }

    #[test]
    fn what_is_not_a_manifest_is_refused() {
        for text in
            ["", "{", "[]", "{}", r#"{"schemaVersion":1}"#, r#"{"schemaVersion":2,"layers":3}"#]
        {
            assert!(Document::parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(document(r#"{"schemaVersion":2,"config":{"digest":"../x"}}"#).targets().is_err());
    }
}
