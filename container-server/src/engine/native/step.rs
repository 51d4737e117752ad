//! One command of a build, from its start to its exit code.

use super::{calls::Calls, spec, watch::Watch};
use crate::engine::{BuildStep, EngineError, Result, StepExit};
use bytes::Bytes;
use std::{fs::File, io::Read, os::fd::OwnedFd, sync::Arc};
use tokio::{sync::mpsc, task::spawn_blocking};

/// What is read from the command at a time: what a pipe holds.
const CHUNK: usize = 64 << 10;

pub(super) async fn run(
    calls: &Calls,
    watch: &Arc<Watch>,
    step: BuildStep,
    output: mpsc::Sender<Bytes>,
) -> Result<StepExit> {
    let spec = spec::build_step(&step)?;
    let (expected, exit) = watch.expect_step(&step.id);
    let (_, pipe) = calls.run(move |client| client.start(&spec)).await?;
    expected.started();
    // Its end closes the pipe: every process of the step is gone by then.
    let read = spawn_blocking(move || pass_on(pipe, &output)).await;
    read.map_err(|broken| EngineError::Internal(format!("reading broke off: {broken}")))??;
    exit.await.map_err(|_| EngineError::Internal("the step was lost".to_owned()))
}

/// Passes on what the command prints. A full channel makes the command wait; a closed one makes
/// its output go nowhere, for the command is not to fail from a broken pipe.
fn pass_on(pipe: OwnedFd, output: &mpsc::Sender<Bytes>) -> std::io::Result<()> {
    let mut pipe = File::from(pipe);
    let mut buffer = vec![0; CHUNK];
    loop {
        match pipe.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(length) => {
                let _ = output.blocking_send(Bytes::copy_from_slice(&buffer[..length]));
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn output_arrives_whole_and_without_a_listener_goes_nowhere() {
        let (reader, mut writer) = std::io::pipe().unwrap();
        let (sender, mut receiver) = mpsc::channel(1);
        let passing = std::thread::spawn(move || pass_on(reader.into(), &sender));
        let text = vec![b'x'; 200_000];
        let listener = std::thread::spawn(move || {
            let mut total = 0;
            while total < 100_000 {
                total += receiver.blocking_recv().unwrap().len();
            }
        });
        writer.write_all(&text).unwrap();
        drop(writer);
        listener.join().unwrap();
        passing.join().unwrap().unwrap();
    }
}
