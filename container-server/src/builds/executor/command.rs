//! Running commands: a build's own, and small questions to the image.

use super::{Ending, Room};
use crate::{
    builds::log::Lines,
    engine::{BuildStep, EngineError, Layer, RunConfig, StepExit},
};
use bytes::Bytes;
use container_api::{BuildEventKind, SandboxId};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// Pieces of output that may wait to be logged.
const OUTPUT_QUEUE: usize = 64;

/// How often a command that does not end is asked again, and how long between.
const STOP_ATTEMPTS: u32 = 20;
const STOP_PAUSE: Duration = Duration::from_millis(500);

/// The longest answer to a question, in bytes.
const ANSWER_LIMIT: usize = 4 << 10;

impl Room {
    /// Runs a command whose output goes to the log.
    pub(super) async fn run(
        &self,
        layers: &[Layer],
        upper: &Layer,
        config: RunConfig,
    ) -> Result<Result<StepExit, EngineError>, Ending> {
        let mut lines = Lines::default();
        let put = |text| self.log.add(BuildEventKind::Output { text });
        let exit = self
            .observe(layers, upper, config, |bytes| lines.feed(bytes, Instant::now(), put))
            .await?;
        if let Some(text) = lines.end() {
            put(text);
        }
        Ok(exit)
    }

    /// Asks the image something by a shell script, with nothing kept. `None` where the image has
    /// no shell, or the script fails.
    pub(super) async fn ask(
        &self,
        layers: &[Layer],
        script: &str,
        arguments: &[&str],
    ) -> Result<Option<String>, Ending> {
        let config = RunConfig {
            argv: [&["/bin/sh", "-c", script, "sh"], arguments]
                .concat()
                .into_iter()
                .map(str::to_owned)
                .collect(),
            cwd: "/".to_owned(),
            ..RunConfig::default()
        };
        let upper = self.scratch.layer();
        let mut answer = Vec::new();
        let exit = self
            .observe(layers, &upper, config, |bytes| {
                let room = ANSWER_LIMIT - answer.len();
                answer.extend_from_slice(&bytes[..bytes.len().min(room)]);
            })
            .await?;
        self.scratch.drop_layer(&upper).await;
        match exit {
            Ok(StepExit { code: 0, .. }) => {
                Ok(Some(String::from_utf8_lossy(&answer).trim().to_owned()))
            }
            Ok(_) | Err(EngineError::Program(_)) => Ok(None),
            Err(error) => Err(Ending::engine(error)),
        }
    }

    async fn observe(
        &self,
        layers: &[Layer],
        upper: &Layer,
        config: RunConfig,
        mut see: impl FnMut(&[u8]),
    ) -> Result<Result<StepExit, EngineError>, Ending> {
        let id = self.scratch.command();
        let (sender, mut receiver) = mpsc::channel::<Bytes>(OUTPUT_QUEUE);
        let step = BuildStep {
            id: id.clone(),
            layers: layers.to_vec(),
            upper: upper.clone(),
            config,
            resources: self.resources,
        };
        let watch = async {
            while let Some(bytes) = receiver.recv().await {
                see(&bytes);
            }
        };
        let (exit, ()) = tokio::join!(self.run_until_stopped(step, sender), watch);
        self.scratch.command_ended();
        exit
    }

    async fn run_until_stopped(
        &self,
        step: BuildStep,
        output: mpsc::Sender<Bytes>,
    ) -> Result<Result<StepExit, EngineError>, Ending> {
        let id = step.id.clone();
        let mut run = self.engine.run_step(step, output);
        tokio::select! {
            exit = &mut run => Ok(exit),
            reason = self.stop.asked() => {
                self.end(&id, run).await;
                Err(reason.into())
            }
        }
    }

    /// Stops a command. It may be about to start, where stopping comes too early, so it is asked
    /// until it has ended.
    async fn end(&self, id: &SandboxId, mut run: impl Future + Unpin) {
        for _ in 0..STOP_ATTEMPTS {
            if let Err(error) = self.engine.stop(id).await {
                tracing::warn!(%error, "a build's command cannot be stopped");
            }
            if tokio::time::timeout(STOP_PAUSE, &mut run).await.is_ok() {
                return;
            }
        }
        tracing::error!(%id, "a build's command does not end");
    }

    /// Waits for something that may be dropped half-way.
    pub(super) async fn unless_stopped<T>(
        &self,
        work: impl Future<Output = T>,
    ) -> Result<T, Ending> {
        tokio::select! {
            result = work => Ok(result),
            reason = self.stop.asked() => Err(reason.into()),
        }
    }
}
