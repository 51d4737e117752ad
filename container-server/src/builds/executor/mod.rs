//! Carrying out a plan on the engine, layer by layer, and pushing the image.
//!
//! ```text
//! base ──resolve, prepare──> layers
//!   for each step:  metadata ──> the image's configuration
//!                   RUN, COPY, WORKDIR ──> fresh layer ──export──> tar ──gzip──> blob ──> registry
//! configuration, manifest ──> registry ──> prepare, so that no visitor waits ──> tag
//! ```

mod base;
mod command;
mod copy;
mod ending;
mod image;
mod layer;
mod metadata;
mod push;
mod scratch;
mod stop;

pub(super) use ending::Ending;
pub(super) use push::Pushed;
pub(super) use scratch::Scratch;
pub(super) use stop::{Reason, Stop};

use super::{
    context::{Archive, absolute},
    dockerfile::{CommandLine, Kind},
    log::Log,
    plan::{Action, Plan, Step},
    script::{self, Script},
};
use crate::{
    engine::{Engine, EngineError, Layer, Resources, RunConfig, StepExit},
    remote::Remote,
};
use base::ReadyBase;
use chrono::Utc;
use container_api::{BuildEventKind, FailureCause};
use image::Image;
use std::{collections::BTreeMap, io, os::fd::OwnedFd, path::PathBuf, sync::Arc};

/// How much of an instruction a failure repeats, in characters.
const STEP_SHOWN: usize = 200;

/// What one build works with.
pub(super) struct Room {
    /// Where steps run.
    pub engine: Arc<dyn Engine>,
    /// Where the base comes from and the image goes.
    pub remote: Remote,
    /// What each command may use.
    pub resources: Resources,
    /// Where it tells what it does.
    pub log: Arc<Log>,
    /// What may end it early.
    pub stop: Arc<Stop>,
    /// What is to be removed at its end.
    pub scratch: Arc<Scratch>,
    /// The build's own folder.
    pub folder: PathBuf,
    /// The build's context, if it has one.
    pub context: Option<PathBuf>,
}

impl Room {
    /// Carries out a plan and pushes the image to a repository.
    pub(super) async fn execute(&self, plan: &Plan, repository: &str) -> Result<Pushed, Ending> {
        let total = u32::try_from(plan.steps.len() + 1).unwrap_or(u32::MAX);
        self.step(1, total, &format!("FROM {}", plan.base));
        let base = self.base(&plan.base).await?;
        self.adopt_layers(&base, repository).await?;
        let ReadyBase { image, layers, .. } = base;
        let mut execution = Execution {
            room: self,
            plan,
            repository,
            image,
            layers,
            arguments: BTreeMap::new(),
            shell: ["/bin/sh", "-c"].map(str::to_owned).to_vec(),
            command_set: false,
            archive: None,
        };
        for (number, step) in (2..).zip(&plan.steps) {
            self.step(number, total, &step.text);
            execution.carry_out(step).await?;
        }
        self.push_image(&execution.image, repository).await
    }

    fn step(&self, number: u32, total: u32, text: &str) {
        let text = shortened(text, 2_000);
        self.log.add(BuildEventKind::Step { number, total, text });
    }

    fn note(&self, text: &str) {
        self.log.add(BuildEventKind::Note { text: text.to_owned() });
    }
}

/// A plan at work.
struct Execution<'a> {
    room: &'a Room,
    plan: &'a Plan,
    repository: &'a str,
    image: Image,
    /// The layers so far, in the engine, the lowest first.
    layers: Vec<Layer>,
    /// Build arguments in scope.
    arguments: BTreeMap<String, String>,
    shell: Vec<String>,
    /// Whether this Dockerfile has a CMD already: ENTRYPOINT forgets the base's only.
    command_set: bool,
    archive: Option<Arc<Archive>>,
}

impl Execution<'_> {
    async fn carry_out(&mut self, step: &Step) -> Result<(), Ending> {
        let upper = match &step.action {
            Action::Instruction(Kind::Run(command)) => Some(self.run(step, command).await?),
            Action::Instruction(Kind::Copy(copy)) => {
                let upper = self.room.scratch.layer();
                self.copy(step.line, copy, &upper).await?;
                Some(upper)
            }
            Action::Instruction(Kind::Workdir(path)) => self.workdir(step.line, path).await?,
            Action::Instruction(kind) => {
                self.metadata(step.line, kind)?;
                None
            }
            Action::Script(script) => Some(self.script(step, script).await?),
        };
        let packed = match upper {
            Some(upper) => self.keep(upper).await?,
            None => None,
        };
        self.image.add(&step.text, packed.as_ref(), Utc::now());
        Ok(())
    }

    /// Packs and pushes what a step wrote, if it wrote anything.
    async fn keep(&mut self, upper: Layer) -> Result<Option<layer::Packed>, Ending> {
        let room = self.room;
        let packing = layer::pack(&*room.engine, &upper, &room.folder);
        let Some(packed) = room.unless_stopped(packing).await?? else {
            room.scratch.drop_layer(&upper).await;
            return Ok(None);
        };
        room.push_layer(&packed, self.repository).await?;
        self.layers.push(upper);
        Ok(Some(packed))
    }

    async fn run(&self, step: &Step, command: &CommandLine) -> Result<Layer, Ending> {
        let upper = self.room.scratch.layer();
        let config = RunConfig {
            argv: self.argv(command),
            env: self.environment(),
            cwd: self.image.config.workdir().to_owned(),
            user: self.image.config.user().to_owned(),
        };
        self.command(step, &upper, config).await?;
        Ok(upper)
    }

    async fn script(&mut self, step: &Step, script: &Script) -> Result<Layer, Ending> {
        if !script.traced {
            self.room.note("Commands are shown one by one for shell scripts only.");
        }
        let upper = self.room.scratch.layer();
        let (folder, name) = script::PATH.rsplit_once('/').unwrap_or(("/", script::PATH));
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o755);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(u64::try_from(Utc::now().timestamp()).unwrap_or_default());
        self.put(&upper, folder, name, header, script.text.as_bytes()).await?;
        // Whatever the base is made for: installing needs root, and a visitor meets the command.
        self.image.config.user = None;
        self.image.config.entrypoint = None;
        let mut env = self.environment();
        env.push("DEBIAN_FRONTEND=noninteractive".to_owned());
        let cwd = self.image.config.workdir().to_owned();
        let config = RunConfig { argv: script.argv(), env, cwd, user: String::new() };
        self.command(step, &upper, config).await?;
        Ok(upper)
    }

    /// Runs a command to its end; only success lets the build go on.
    async fn command(&self, step: &Step, upper: &Layer, config: RunConfig) -> Result<(), Ending> {
        let room = self.room;
        let exit = room.run(&self.layers, upper, config).await?;
        let failed = |code, tail| {
            let step = shortened(&step.text, STEP_SHOWN);
            Err(Ending::Failed(FailureCause::Command { step, code, tail }))
        };
        match exit {
            Ok(StepExit { code: 0, .. }) => Ok(()),
            Ok(StepExit { out_of_memory: true, .. }) => {
                let bytes = room.resources.memory_bytes;
                Err(Ending::Failed(FailureCause::MemoryLimit { bytes }))
            }
            Ok(StepExit { code, .. }) => failed(code, room.log.tail()),
            // What a shell answers when there is no such program.
            Err(EngineError::Program(message)) => failed(127, vec![message]),
            Err(error) => Err(Ending::engine(error)),
        }
    }

    /// Changes the working directory, and makes it where it is missing.
    async fn workdir(&mut self, line: u32, word: &str) -> Result<Option<Layer>, Ending> {
        let path = self.expand(line, word)?;
        let path = absolute(&path, self.image.config.workdir());
        self.image.config.working_dir = Some(path.clone());
        let Some((parent, name)) = path.rsplit_once('/').filter(|(_, name)| !name.is_empty())
        else {
            return Ok(None);
        };
        let user = self.image.config.user();
        let owner = if user.is_empty() { None } else { Some(user) };
        let owner = self.ownership(line, owner, None).await?;
        let mut header = new_header();
        header.set_entry_type(tar::EntryType::Directory);
        header.set_uid(owner.uid.into());
        header.set_gid(owner.gid.into());
        let upper = self.room.scratch.layer();
        let parent = if parent.is_empty() { "/" } else { parent };
        self.put(&upper, parent, &format!("{name}/"), header, &[]).await?;
        Ok(Some(upper))
    }

    /// Puts one small file or folder into a folder; a folder that is there already stays as it is.
    async fn put(
        &self,
        upper: &Layer,
        folder: &str,
        name: &str,
        mut header: tar::Header,
        content: &[u8],
    ) -> Result<(), Ending> {
        let failed = |error: io::Error| Ending::internal("a file could not be packed", &error);
        let mut tar = tar::Builder::new(Vec::new());
        header.set_size(content.len() as u64);
        tar.append_data(&mut header, name, content).map_err(failed)?;
        let tar = tar.into_inner().map_err(failed)?;
        let (reader, mut writer) = io::pipe().map_err(failed)?;
        // A pipe may hold less than this, so somebody else has to write.
        let writing = tokio::task::spawn_blocking(move || io::Write::write_all(&mut writer, &tar));
        let room = self.room;
        let unpacking = room.engine.copy_in(&self.layers, upper, folder, OwnedFd::from(reader));
        let (unpacked, _) = room.unless_stopped(async { tokio::join!(unpacking, writing) }).await?;
        unpacked.map_err(Ending::engine)
    }
}

/// The header of something new: root's, for everybody to read and execute.
fn new_header() -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_mode(0o755);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(u64::try_from(Utc::now().timestamp()).unwrap_or_default());
    header
}

/// At most so many characters of a text.
fn shortened(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text.to_owned(),
    }
}
