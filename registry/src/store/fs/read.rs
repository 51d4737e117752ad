//! Reading a blob: large pieces, one read ahead of the network.

use crate::store::BlobStream;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use std::{fs::File, io, ops::Range, os::unix::fs::FileExt, sync::Arc};

/// Large enough that a hop to the blocking pool costs little beside the copy.
const PIECE: usize = 256 << 10;

/// The bytes of `range`. A file that ends before the range does is an error, never a short blob.
pub(super) fn stream(file: File, range: Range<u64>) -> BlobStream {
    let file = Arc::new(file);
    let pieces = stream::iter(range.clone().step_by(PIECE)).map(move |start| {
        let (file, end) = (Arc::clone(&file), range.end.min(start + PIECE as u64));
        // Spawned at once, so that it reads while the piece before is being sent.
        tokio::task::spawn_blocking(move || read(&file, start, end))
    });
    pieces.buffered(2).map(|piece| piece.map_err(io::Error::other)?).boxed()
}

fn read(file: &File, start: u64, end: u64) -> io::Result<Bytes> {
    let length = usize::try_from(end - start).map_err(io::Error::other)?;
    let mut piece = vec![0; length];
    file.read_exact_at(&mut piece, start)?;
    Ok(piece.into())
}
