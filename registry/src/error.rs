//! Turns the registry's errors into HTTP: a status, and the JSON body of the specification.

use crate::failure::RegistryError;
use actix_web::{
    HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};
use serde_json::json;

impl RegistryError {
    /// The specification's code. What it has no code for gets the nearest.
    fn code(&self) -> &'static str {
        match self {
            Self::Name(_) => "NAME_INVALID",
            Self::Digest(_) | Self::DigestMissing | Self::DigestMismatch { .. } => "DIGEST_INVALID",
            Self::RepositoryUnknown(_) => "NAME_UNKNOWN",
            Self::BlobUnknown(_) => "BLOB_UNKNOWN",
            Self::ManifestUnknown(_) => "MANIFEST_UNKNOWN",
            Self::ManifestTargetUnknown(_) => "MANIFEST_BLOB_UNKNOWN",
            Self::Tag(_) | Self::Manifest(_) => "MANIFEST_INVALID",
            Self::ManifestTooLarge | Self::ChunkSize { .. } | Self::RangeNotSatisfiable { .. } => {
                "SIZE_INVALID"
            }
            Self::UploadUnknown => "BLOB_UPLOAD_UNKNOWN",
            Self::ChunkOutOfOrder { .. }
            | Self::ChunkRange(_)
            | Self::Interrupted
            | Self::Source(_) => "BLOB_UPLOAD_INVALID",
            Self::Unauthorized => "UNAUTHORIZED",
            Self::Query(_) | Self::NoSuchRoute | Self::MethodNotAllowed => "UNSUPPORTED",
            Self::Storage(_) => "UNKNOWN",
        }
    }

    fn public_message(&self) -> String {
        match self {
            Self::Storage(_) => {
                "the registry cannot reach its storage: the operator finds more in the log".into()
            }
            other => other.to_string(),
        }
    }
}

impl ResponseError for RegistryError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Name(_)
            | Self::Digest(_)
            | Self::Tag(_)
            | Self::DigestMissing
            | Self::DigestMismatch { .. }
            | Self::ManifestTargetUnknown(_)
            | Self::Manifest(_)
            | Self::ChunkRange(_)
            | Self::ChunkSize { .. }
            | Self::Interrupted
            | Self::Source(_)
            | Self::Query(_) => StatusCode::BAD_REQUEST,
            Self::RepositoryUnknown(_)
            | Self::BlobUnknown(_)
            | Self::ManifestUnknown(_)
            | Self::UploadUnknown
            | Self::NoSuchRoute => StatusCode::NOT_FOUND,
            Self::ManifestTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::ChunkOutOfOrder { .. } | Self::RangeNotSatisfiable { .. } => {
                StatusCode::RANGE_NOT_SATISFIABLE
            }
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Storage(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        if let Self::Storage(source) = self {
            tracing::error!(error = %source, "the registry's storage failed");
        }
        let mut response = HttpResponse::build(self.status_code());
        match self {
            Self::Unauthorized => response.insert_header(challenge()),
            Self::ChunkOutOfOrder { size } => {
                response.insert_header((header::RANGE, uploaded_range(*size)))
            }
            Self::RangeNotSatisfiable { size } => {
                response.insert_header((header::CONTENT_RANGE, format!("bytes */{size}")))
            }
            _ => &mut response,
        };
        let mut error = json!({ "code": self.code(), "message": self.public_message() });
        if let Self::ManifestTargetUnknown(missing) = self {
            error["detail"] =
                missing.iter().map(|digest| json!({ "digest": digest.to_string() })).collect();
        }
        response.json(json!({ "errors": [error] }))
    }
}

/// What asks a client for a user name and password.
pub(crate) fn challenge() -> (header::HeaderName, HeaderValue) {
    (header::WWW_AUTHENTICATE, HeaderValue::from_static(r#"Basic realm="trythis""#))
}

/// The `Range` of an upload of `size` bytes: the first and the last. An empty one has neither, and
/// says `0-0`, as clients have come to expect.
pub(crate) fn uploaded_range(size: u64) -> String {
    format!("0-{}", size.saturating_sub(1))
}
