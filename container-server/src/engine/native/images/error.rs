//! Why an image could not be made ready. For the log: visitors are told less.

use crate::{engine::native::calls::CallError, remote::RemoteError};
use std::io;

#[derive(Debug, thiserror::Error)]
pub(super) enum PullError {
    #[error("the registry does not hold it")]
    Missing,
    #[error(transparent)]
    Remote(#[from] RemoteError),
    #[error("its configuration cannot be read: {0}")]
    Config(String),
    #[error("The image has {layers} layers; this server takes up to {most}.")]
    Layers { layers: usize, most: usize },
    #[error("The image is for {image}, and this server is {here}.")]
    Platform { image: String, here: String },
    #[error("a layer cannot be read: {0}")]
    Read(#[from] io::Error),
    #[error("a layer is compressed with {0}, which is not supported: use gzip or none")]
    Compression(&'static str),
    #[error("a layer's content is {actual}, and not {expected}")]
    Content { expected: String, actual: String },
    #[error("a layer cannot be unpacked: {0}")]
    Unpack(#[from] CallError),
    #[error("the work broke off: {0}")]
    BrokeOff(#[from] tokio::task::JoinError),
}

impl PullError {
    /// Whether the image itself is at fault, and stays so: its maintainer and visitors are told.
    pub(super) fn is_of_image(&self) -> bool {
        matches!(self, Self::Layers { .. } | Self::Platform { .. })
    }
}
