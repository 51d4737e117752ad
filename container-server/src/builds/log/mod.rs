//! A build's log: written once, read by any number of readers from the beginning.
//!
//! The log is a file with one JSON document a line. Readers follow the file up to the length that
//! the writer has announced, so that those who come late miss nothing and nobody sees a line
//! twice; no reader costs more memory than the chunk it is reading.

mod lines;
mod reader;

pub(super) use lines::Lines;

use container_api::{BuildEvent, BuildEventKind};
use futures_util::Stream;
use std::{
    collections::VecDeque,
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};
use tokio::sync::watch;

/// How much output one log keeps, in bytes as written.
const OUTPUT_LIMIT: u64 = 8 << 20;

/// How many of the last lines are told when a command fails.
const TAIL_LINES: usize = 20;

/// How far a log is written, and whether it is whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Progress {
    length: u64,
    whole: bool,
}

/// A log that is being written.
#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
    started: Instant,
    output_limit: u64,
    progress: watch::Sender<Progress>,
    writer: Mutex<Writer>,
}

#[derive(Debug)]
struct Writer {
    file: File,
    output: u64,
    cut: bool,
    tail: VecDeque<String>,
}

impl Log {
    /// A new log at `path`.
    pub(super) fn create(path: PathBuf) -> io::Result<Self> {
        Self::with_limit(path, OUTPUT_LIMIT)
    }

    fn with_limit(path: PathBuf, output_limit: u64) -> io::Result<Self> {
        let file = File::options().create_new(true).append(true).open(&path)?;
        let writer = Writer { file, output: 0, cut: false, tail: VecDeque::new() };
        let (progress, _) = watch::channel(Progress::default());
        let writer = Mutex::new(writer);
        Ok(Self { path, started: Instant::now(), output_limit, progress, writer })
    }

    /// Adds an event. Output beyond the limit is left out of the file, and a note says so; the
    /// tail goes on.
    pub(super) fn add(&self, kind: BuildEventKind) {
        let mut writer = self.lock();
        match &kind {
            BuildEventKind::Output { text } => {
                if writer.tail.len() == TAIL_LINES {
                    writer.tail.pop_front();
                }
                writer.tail.push_back(text.clone());
                if !writer.cut {
                    self.write_output(&mut writer, kind);
                }
            }
            BuildEventKind::Step { .. } => {
                writer.tail.clear();
                self.write(&mut writer, &self.encode(kind));
            }
            BuildEventKind::Note { .. } | BuildEventKind::State { .. } => {
                self.write(&mut writer, &self.encode(kind));
            }
        }
    }

    fn write_output(&self, writer: &mut Writer, kind: BuildEventKind) {
        let mut line = self.encode(kind);
        writer.output += line.len() as u64;
        if writer.output > self.output_limit {
            writer.cut = true;
            let limit = self.output_limit >> 10;
            let text = format!("The output is cut here: the log keeps {limit} KiB of it.");
            line = self.encode(BuildEventKind::Note { text });
        }
        self.write(writer, &line);
    }

    /// The last lines that the step at work has printed.
    pub(super) fn tail(&self) -> Vec<String> {
        self.lock().tail.iter().cloned().collect()
    }

    /// Says that nothing more comes: readers end when they have read it all.
    pub(super) fn finish(&self) {
        self.progress.send_modify(|progress| progress.whole = true);
    }

    /// Every event from the first one, followed until the log is whole.
    pub(super) fn follow(&self) -> impl Stream<Item = BuildEvent> + Send + use<> {
        reader::follow(self.path.clone(), self.progress.subscribe())
    }

    fn lock(&self) -> MutexGuard<'_, Writer> {
        // What a panic leaves behind is still a log.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, writer: &mut Writer, line: &[u8]) {
        let length = self.progress.borrow().length;
        if let Err(error) = writer.file.write_all(line) {
            // A build does not fail for want of its log; half a line would spoil what follows.
            tracing::error!(log = %self.path.display(), %error, "a build's log cannot be written");
            let _ = writer.file.set_len(length);
            return;
        }
        self.progress.send_modify(|progress| progress.length = length + line.len() as u64);
    }

    fn encode(&self, kind: BuildEventKind) -> Vec<u8> {
        let at_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        encode(&BuildEvent { at_ms, kind })
    }
}

fn encode(event: &BuildEvent) -> Vec<u8> {
    let mut line = serde_json::to_vec(event).expect("an event has only text keys");
    line.push(b'\n');
    line
}

/// Every event of a log that is whole.
pub(super) fn read_whole(path: &Path) -> io::Result<impl Stream<Item = BuildEvent> + Send + use<>> {
    let length = std::fs::metadata(path)?.len();
    // The sender may go: the channel's last value stays.
    let (_, progress) = watch::channel(Progress { length, whole: true });
    Ok(reader::follow(path.to_owned(), progress))
}

/// Adds one last event to the log of a build that a crash of the server has cut off.
pub(super) fn close_interrupted(path: &Path, event: &BuildEvent) -> io::Result<()> {
    let mut file = File::options().create(true).append(true).open(path)?;
    // The crash may have left half a line: readers skip what is no event.
    let mut line = vec![b'\n'];
    line.extend(encode(event));
    file.write_all(&line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::StreamExt;
    use std::sync::Arc;

    fn output(text: impl Into<String>) -> BuildEventKind {
        BuildEventKind::Output { text: text.into() }
    }

    fn texts(events: Vec<BuildEvent>) -> Vec<String> {
        let text = |event: BuildEvent| match event.kind {
            BuildEventKind::Output { text }
            | BuildEventKind::Note { text }
            | BuildEventKind::Step { text, .. } => text,
            BuildEventKind::State { state, .. } => state.as_str().to_owned(),
        };
        events.into_iter().map(text).collect()
    }

    #[tokio::test]
    async fn readers_who_come_at_any_time_see_every_line_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = Arc::new(Log::create(folder.path().join("log")).expect("a log"));
        let expected: Vec<String> = (0..2_000).map(|n| format!("line {n}")).collect();
        let mut readers = Vec::new();
        for (n, text) in expected.iter().enumerate() {
            if n % 400 == 0 {
                readers.push(tokio::spawn(log.follow().collect::<Vec<_>>()));
                tokio::task::yield_now().await;
            }
            log.add(output(text));
        }
        log.finish();
        readers.push(tokio::spawn(log.follow().collect::<Vec<_>>()));
        for reader in readers {
            assert_eq!(texts(reader.await.expect("a reader")), expected);
        }
        let whole = read_whole(&folder.path().join("log")).expect("a log");
        assert_eq!(texts(whole.collect().await), expected);
    }

    #[tokio::test]
    async fn a_flood_is_cut_and_the_tail_goes_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = Log::with_limit(folder.path().join("log"), 1 << 10).expect("a log");
        for n in 0..1_000 {
            log.add(output(format!("line {n}")));
        }
        log.add(BuildEventKind::Note { text: "after".to_owned() });
        log.finish();
        let tail = log.tail();
        assert_eq!((tail.len(), tail[0].as_str(), tail[19].as_str()), (20, "line 980", "line 999"));
        let texts = texts(log.follow().collect().await);
        assert!((10..50).contains(&texts.len()), "{}", texts.len());
        assert!(texts[texts.len() - 2].contains("cut here: the log keeps 1 KiB"), "{texts:?}");
        assert_eq!(texts[texts.len() - 1], "after");
    }

    #[tokio::test]
    async fn a_log_that_a_crash_cut_off_is_closed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log");
        let log = Log::create(path.clone()).expect("a log");
        log.add(output("first"));
        log.lock().file.write_all(b"{\"at_ms\":3,\"ki").expect("written");
        let note = BuildEventKind::Note { text: "interrupted".to_owned() };
        close_interrupted(&path, &BuildEvent { at_ms: 9, kind: note }).expect("closed");
        let whole = read_whole(&path).expect("a log");
        assert_eq!(texts(whole.collect().await), ["first", "interrupted"]);
    }
}
