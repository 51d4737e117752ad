//! From a layer in the engine to a blob: a tar stream, hashed, gzipped and hashed again.

use super::Ending;
use crate::engine::{Engine, Layer};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{self, PipeReader, Read, Write},
    os::fd::OwnedFd,
    path::Path,
};
use tempfile::NamedTempFile;

/// A layer that is ready to be pushed.
#[derive(Debug)]
pub(super) struct Packed {
    file: Option<NamedTempFile>,
    /// The digest of the plain tar.
    pub diff_id: String,
    /// The digest of the blob.
    pub digest: String,
    /// The blob's size in bytes.
    pub size: u64,
}

impl Packed {
    /// Where the blob is.
    pub(super) fn path(&self) -> Option<&Path> {
        self.file.as_ref().map(NamedTempFile::path)
    }

    #[cfg(test)]
    pub(super) fn for_test(diff_id: &str, digest: &str, size: u64) -> Self {
        Self { file: None, diff_id: diff_id.to_owned(), digest: digest.to_owned(), size }
    }
}

/// Packs a layer into a file in `folder`. `None` where the layer holds nothing.
pub(super) async fn pack(
    engine: &dyn Engine,
    layer: &Layer,
    folder: &Path,
) -> Result<Option<Packed>, Ending> {
    let failed = |error: io::Error| Ending::internal("a layer could not be packed", &error);
    let file = NamedTempFile::new_in(folder).map_err(failed)?;
    let (reader, writer) = io::pipe().map_err(failed)?;
    let compressing = tokio::task::spawn_blocking(move || compress(reader, file));
    let (exported, compressed) =
        tokio::join!(engine.export_layer(layer, OwnedFd::from(writer)), compressing);
    exported.map_err(Ending::engine)?;
    compressed
        .map_err(|error| Ending::internal("a layer could not be packed", &error))?
        .map_err(failed)
}

/// Blocks.
fn compress(reader: PipeReader, file: NamedTempFile) -> io::Result<Option<Packed>> {
    let output = Hashing { file: file.as_file().try_clone()?, hash: Sha256::new(), size: 0 };
    let mut tee =
        Tee { reader, hash: Sha256::new(), gzip: GzEncoder::new(output, Compression::fast()) };
    let empty = holds_nothing(&mut tee)?;
    // To the end, past the tar's own: the engine would otherwise meet a closed pipe.
    io::copy(&mut tee, &mut io::sink())?;
    let output = tee.gzip.finish()?;
    let digest = |hash: Sha256| format!("sha256:{}", hex::encode(hash.finalize()));
    Ok((!empty).then(|| Packed {
        file: Some(file),
        diff_id: digest(tee.hash),
        digest: digest(output.hash),
        size: output.size,
    }))
}

/// Whether a tar holds nothing but its own root.
fn holds_nothing(tar: &mut impl Read) -> io::Result<bool> {
    let mut archive = tar::Archive::new(tar);
    let mut empty = true;
    for entry in archive.entries()? {
        let entry = entry?;
        let path = entry.path_bytes();
        empty &= path.split(|&b| b == b'/').all(|name| matches!(name, b"" | b"."));
    }
    Ok(empty)
}

/// Reads the tar, and passes on what is read.
struct Tee {
    reader: PipeReader,
    hash: Sha256,
    gzip: GzEncoder<Hashing>,
}

impl Read for Tee {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.reader.read(buffer)?;
        self.hash.update(&buffer[..n]);
        self.gzip.write_all(&buffer[..n])?;
        Ok(n)
    }
}

/// Writes the blob.
struct Hashing {
    file: File,
    hash: Sha256,
    size: u64,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.file.write(bytes)?;
        self.hash.update(&bytes[..n]);
        self.size += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;

    fn packed(tar: &[u8]) -> Option<Packed> {
        let (reader, mut writer) = io::pipe().expect("a pipe");
        let tar = tar.to_vec();
        let writing = std::thread::spawn(move || writer.write_all(&tar));
        let packed = compress(reader, NamedTempFile::new().expect("a file")).expect("packed");
        writing.join().expect("a thread").expect("written");
        packed
    }

    #[test]
    fn both_digests_are_of_what_is_there() {
        let mut tar = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_size(200_000);
        tar.append_data(&mut header, "etc/file", &vec![7; 200_000][..]).expect("added");
        let tar = tar.into_inner().expect("a tar");
        let packed = packed(&tar).expect("not empty");
        let blob = std::fs::read(packed.path().expect("a file")).expect("a blob");
        let digest = |bytes: &[u8]| format!("sha256:{}", hex::encode(Sha256::digest(bytes)));
        assert_eq!(packed.size, blob.len() as u64);
        assert_eq!((packed.digest, packed.diff_id), (digest(&blob), digest(&tar)));
        let mut plain = Vec::new();
        GzDecoder::new(&blob[..]).read_to_end(&mut plain).expect("gzip");
        assert_eq!(plain, tar);
    }

    #[test]
    fn a_layer_without_changes_is_told() {
        assert!(packed(&[]).is_none());
        assert!(packed(&[0; 1024]).is_none());
        let mut tar = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Directory);
        header.set_size(0);
        header.set_path("./").expect("a path");
        header.set_cksum();
        tar.append(&header, io::empty()).expect("added");
        assert!(packed(&tar.into_inner().expect("a tar")).is_none());
    }
}
