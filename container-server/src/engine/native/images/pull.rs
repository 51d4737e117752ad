//! One layer: registry → decompression and digest → pipe → the supervisor, which unpacks it.

use super::error::PullError;
use crate::{
    engine::native::calls::{CallError, Calls},
    remote::{BlobStream, Remote},
};
use flate2::bufread::MultiGzDecoder;
use sandbox::protocol::{Name, Unpack};
use sha2::{Digest, Sha256};
use std::io::{self, BufRead, BufReader, PipeWriter, Read, Write};
use tokio::task::spawn_blocking;
use tokio_util::io::{StreamReader, SyncIoBridge};

/// How a layer begins that is not verified yet.
pub(in crate::engine::native) const PULLED_LAYER: &str = "pull-";

/// What is decompressed at a time.
const CHUNK: usize = 128 << 10;
const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// The name of the layer with this uncompressed content.
pub(super) fn layer_name(diff_id: &str) -> Result<Name, PullError> {
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    let bad = || PullError::Config(format!("`{}` is no digest", diff_id.escape_debug()));
    let digest = diff_id.strip_prefix("sha256:").ok_or_else(bad)?;
    if digest.len() != 64 || !digest.bytes().all(hex) {
        return Err(bad());
    }
    Name::try_from(format!("sha256-{digest}")).map_err(|_| bad())
}

/// The pull of one layer.
#[derive(Debug)]
pub(super) struct Pull {
    pub(super) calls: Calls,
    pub(super) remote: Remote,
    pub(super) repository: String,
    /// Of the blob.
    pub(super) digest: String,
    /// Of its uncompressed content.
    pub(super) diff_id: String,
    pub(super) name: Name,
}

impl Pull {
    pub(super) async fn run(self) -> Result<(), PullError> {
        let blob = self.remote.blob_stream(&self.repository, &self.digest).await?;
        let temporary = Name::try_from(format!("{PULLED_LAYER}{:032x}", rand::random::<u128>()))
            .map_err(|error| PullError::Config(error.to_string()))?;
        let unpacked = self.unpack(blob, temporary.clone()).await;
        let named = match unpacked {
            Ok(()) => {
                let (from, to) = (temporary.clone(), self.name.clone());
                self.calls.run(move |client| client.rename_layer(&from, &to)).await
            }
            Err(error) => {
                self.discard(temporary).await;
                return Err(error);
            }
        };
        if let Err(error) = named {
            self.discard(temporary).await;
            return Err(error.into());
        }
        Ok(())
    }

    async fn unpack(&self, blob: BlobStream, into: Name) -> Result<(), PullError> {
        let (reader, writer) = io::pipe()?;
        let blob = SyncIoBridge::new(StreamReader::new(blob));
        let expected = self.diff_id.clone();
        let feeding = spawn_blocking(move || feed(blob, writer, &expected));
        let unpacked: Result<(), CallError> =
            self.calls.run(move |client| client.unpack(&Unpack::Layer(into), reader)).await;
        // What was wrong with the content comes first: a stream that is cut short does not unpack.
        feeding.await??;
        Ok(unpacked?)
    }

    async fn discard(&self, layer: Name) {
        let removed = self.calls.run(move |client| client.remove_layer(&layer)).await;
        if let Err(error) = removed {
            tracing::warn!(%error, "a layer that was given up could not be removed");
        }
    }
}

/// Decompresses, and writes to the pipe. The end of the source is where the blob's digest is
/// checked, so the source is read to its end even if the pipe's reader has seen enough.
fn feed(source: impl Read, mut sink: PipeWriter, expected: &str) -> Result<(), PullError> {
    let mut source = BufReader::with_capacity(CHUNK, source);
    let start = source.fill_buf()?;
    let mut plain: Box<dyn Read> = if start.starts_with(&GZIP) {
        Box::new(MultiGzDecoder::new(source))
    } else if start.starts_with(&ZSTD) {
        return Err(PullError::Compression("zstd"));
    } else {
        Box::new(source)
    };
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; CHUNK];
    let mut wanted = true;
    loop {
        let length = match plain.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        hasher.update(&buffer[..length]);
        if wanted && let Err(error) = sink.write_all(&buffer[..length]) {
            if error.kind() != io::ErrorKind::BrokenPipe {
                return Err(error.into());
            }
            wanted = false;
        }
    }
    let actual = format!("sha256:{}", hex::encode(hasher.finalize()));
    if actual != expected {
        return Err(PullError::Content { expected: expected.to_owned(), actual });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};

    fn digest(bytes: &[u8]) -> String {
        format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn fed(source: &[u8], expected: &str) -> (Result<(), PullError>, Vec<u8>) {
        let (mut reader, writer) = io::pipe().unwrap();
        let receiving = std::thread::spawn(move || {
            let mut all = Vec::new();
            reader.read_to_end(&mut all).unwrap();
            all
        });
        let result = feed(source, writer, expected);
        (result, receiving.join().unwrap())
    }

    #[test]
    fn gzip_in_one_or_more_members_and_plain_tar_are_read() {
        let text = "a layer ".repeat(100_000).into_bytes();
        let (front, back) = text.split_at(12_345);
        let members = [gzip(front), gzip(back)].concat();
        for source in [text.clone(), gzip(&text), members] {
            let (result, out) = fed(&source, &digest(&text));
            result.unwrap();
            assert!(out == text);
        }
    }

    #[test]
    fn what_is_not_as_promised_is_refused() {
        let text = b"a layer";
        assert!(matches!(fed(text, &digest(b"other")).0, Err(PullError::Content { .. })));
        let cut = &gzip(text)[..15];
        assert!(matches!(fed(cut, &digest(text)).0, Err(PullError::Read(_))));
        assert!(matches!(fed(&ZSTD, &digest(text)).0, Err(PullError::Compression("zstd"))));
    }

    #[test]
    fn a_reader_that_has_seen_enough_is_no_error() {
        let text = vec![7; 1 << 20];
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        feed(&gzip(&text)[..], writer, &digest(&text)).unwrap();
    }

    #[test]
    fn layers_are_named_by_content() {
        let hex = "0a".repeat(32);
        let name = layer_name(&format!("sha256:{hex}")).unwrap();
        assert_eq!(name.as_str(), format!("sha256-{hex}"));
        for bad in ["", "sha256:", "sha512:00", "sha256:../../x", &format!("sha256:{hex}0")] {
            assert!(layer_name(bad).is_err(), "{bad}");
        }
    }
}
