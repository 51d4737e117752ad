//! Following a log's file.

use super::Progress;
use container_api::BuildEvent;
use futures_util::Stream;
use std::path::PathBuf;
use tokio::{fs::File, io::AsyncReadExt, sync::watch};

/// How much is read at a time.
const CHUNK: u64 = 64 << 10;

/// The events in the file up to the announced length, until the log is whole and read.
pub(super) fn follow(
    path: PathBuf,
    mut progress: watch::Receiver<Progress>,
) -> impl Stream<Item = BuildEvent> + Send + use<> {
    async_stream::stream! {
        let mut file = match File::open(&path).await {
            Ok(file) => file,
            Err(error) => {
                tracing::error!(log = %path.display(), %error, "a build's log cannot be opened");
                return;
            }
        };
        let mut read = 0;
        let mut pending = Vec::new();
        loop {
            let Progress { length, whole } = *progress.borrow_and_update();
            while read < length {
                let mut chunk = (&mut file).take(CHUNK.min(length - read));
                match chunk.read_to_end(&mut pending).await {
                    Ok(n) if n > 0 => read += n as u64,
                    ended => {
                        tracing::error!(log = %path.display(), ?ended, "a build's log is short");
                        return;
                    }
                }
                for event in whole_lines(&mut pending) {
                    yield event;
                }
            }
            // The writer may be gone without a word, when its task has panicked.
            if whole || progress.changed().await.is_err() {
                return;
            }
        }
    }
}

/// Takes the whole lines out of `pending`. What is no event was cut off by a crash.
fn whole_lines(pending: &mut Vec<u8>) -> Vec<BuildEvent> {
    let Some(end) = pending.iter().rposition(|&b| b == b'\n') else { return Vec::new() };
    let rest = pending.split_off(end + 1);
    let lines = std::mem::replace(pending, rest);
    lines.split(|&b| b == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect()
}
