//! What can go wrong with a registry, sorted by what its caller would do about it.

use oci_distribution::errors::{OciDistributionError, OciErrorCode};
use std::io;

/// Why a registry did not do as asked. The texts may hold addresses: for the log only.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// The registry cannot be reached, or broke off.
    #[error("the registry cannot be reached: {0}")]
    Unreachable(#[source] OciDistributionError),
    /// It holds no such manifest or blob, or shows it to others only.
    #[error("the registry does not hold it: {0}")]
    NotFound(#[source] OciDistributionError),
    /// The image exists, but not for this machine's processor.
    #[error("the image is not made for {0}")]
    Platform(String),
    /// What it holds is not an image that we can read.
    #[error("not a readable image: {0}")]
    Unreadable(String),
    /// It answered with an error.
    #[error("the registry refused: {0}")]
    Refused(#[source] OciDistributionError),
    /// A file of our own cannot be read or written.
    #[error("reading or writing a file")]
    Io(#[from] io::Error),
}

impl RemoteError {
    /// Whether the registry is out of reach, so that asking for something else makes no sense.
    #[must_use]
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Self::Unreachable(_))
    }
}

impl From<OciDistributionError> for RemoteError {
    fn from(error: OciDistributionError) -> Self {
        use OciDistributionError as Oci;
        let missing = |code: &OciErrorCode| {
            matches!(
                code,
                OciErrorCode::ManifestUnknown
                    | OciErrorCode::BlobUnknown
                    | OciErrorCode::NameUnknown
                    | OciErrorCode::NameInvalid
                    | OciErrorCode::NotFound
            )
        };
        match error {
            Oci::RequestError(_) => Self::Unreachable(error),
            Oci::ServerError { code: 404, .. } => Self::NotFound(error),
            // Registries of the Docker Hub kind say this of repositories that do not exist.
            Oci::UnauthorizedError { .. } | Oci::AuthenticationFailure(_) => Self::NotFound(error),
            Oci::RegistryError { ref envelope, .. }
                if envelope.errors.iter().any(|e| missing(&e.code)) =>
            {
                Self::NotFound(error)
            }
            Oci::IoError(error) => Self::Io(error),
            Oci::DigestError(_)
            | Oci::JsonError(_)
            | Oci::ManifestEncodingError(_)
            | Oci::ManifestParsingError(_)
            | Oci::VersionedParsingError(_)
            | Oci::UnsupportedMediaTypeError(_)
            | Oci::UnsupportedSchemaVersionError(_) => Self::Unreadable(error.to_string()),
            other => Self::Refused(other),
        }
    }
}
