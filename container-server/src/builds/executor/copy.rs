//! COPY: from the context into a layer.

use super::{Ending, Execution};
use crate::{
    builds::{
        context::{
            Archive, ContextError, Destination, Ownership, Selection, absolute, names_folder,
        },
        dockerfile::Copy,
    },
    engine::Layer,
};
use std::{io, os::fd::OwnedFd, sync::Arc};

/// Prints the ids of a user (and its group), or of a group, by the image's own files.
const USER_IDS: &str = "while IFS=: read -r name x uid gid rest || [ -n \"$name\" ]; do \
    if [ \"$name\" = \"$1\" ]; then echo \"$uid $gid\"; exit; fi; done < /etc/passwd; exit 1";
const GROUP_ID: &str = "while IFS=: read -r name x gid rest || [ -n \"$name\" ]; do \
    if [ \"$name\" = \"$1\" ]; then echo \"$gid\"; exit; fi; done < /etc/group; exit 1";

/// Whether a path is a folder.
const IS_FOLDER: &str = "if [ -d \"$1\" ]; then echo folder; fi";

impl Execution<'_> {
    /// Copies into `upper`.
    pub(super) async fn copy(
        &mut self,
        line: u32,
        copy: &Copy,
        upper: &Layer,
    ) -> Result<(), Ending> {
        let expand = |word: &String| self.expand(line, word);
        let sources = copy.sources.iter().map(expand).collect::<Result<Vec<_>, _>>()?;
        let path = expand(&copy.destination)?;
        let owner = copy.owner.as_ref().map(expand).transpose()?;
        let mode = copy.mode.as_ref().map(expand).transpose()?;
        if path.is_empty() {
            return Err(Ending::dockerfile(line, "the destination of COPY is empty"));
        }
        let ownership = self.ownership(line, owner.as_deref(), mode.as_deref()).await?;
        let archive = self.archive().await?;
        let selection = Selection::find(archive.index(), &sources)?;
        let workdir = self.image.config.workdir();
        let is_folder = !names_folder(&path)
            && selection.single_file()
            && self.is_folder(&absolute(&path, workdir)).await?;
        let destination =
            Destination::new(&path, self.image.config.workdir(), &selection, is_folder)?;
        self.send(archive, selection, destination, ownership, upper).await
    }

    /// Streams the selection to the engine.
    async fn send(
        &self,
        archive: Arc<Archive>,
        selection: Selection,
        destination: Destination,
        ownership: Ownership,
        upper: &Layer,
    ) -> Result<(), Ending> {
        let failed = |error: io::Error| Ending::internal("files could not be copied", &error);
        let (reader, writer) = io::pipe().map_err(failed)?;
        let folder = destination.parent().to_owned();
        let writing = tokio::task::spawn_blocking(move || {
            selection.write(&archive, &destination, ownership, io::BufWriter::new(writer))
        });
        let room = self.room;
        let unpacking = room.engine.copy_in(&self.layers, upper, &folder, OwnedFd::from(reader));
        let (unpacked, written) =
            room.unless_stopped(async { tokio::join!(unpacking, writing) }).await?;
        let written =
            written.map_err(|error| Ending::internal("files could not be copied", &error))?;
        match (unpacked, written) {
            (Ok(()), Ok(())) => Ok(()),
            // The engine knows why it stopped reading: our side met only a closed pipe.
            (Err(error), Err(ContextError::Io(_)) | Ok(())) => Err(Ending::engine(error)),
            (_, Err(error)) => Err(error.into()),
        }
    }

    /// The context, opened when it is first needed.
    async fn archive(&mut self) -> Result<Arc<Archive>, Ending> {
        if let Some(archive) = &self.archive {
            return Ok(archive.clone());
        }
        let room = self.room;
        let (path, scratch) = (room.context.clone(), room.folder.clone());
        let opening = tokio::task::spawn_blocking(move || match path {
            Some(path) => Archive::open(&path, &scratch),
            None => Ok(Archive::empty()?),
        });
        let opened = room.unless_stopped(opening).await?;
        let archive =
            opened.map_err(|error| Ending::internal("the context could not be read", &error))??;
        Ok(self.archive.insert(Arc::new(archive)).clone())
    }

    async fn is_folder(&self, path: &str) -> Result<bool, Ending> {
        if path == "/" || path == self.image.config.workdir() {
            return Ok(true);
        }
        let answer = self.room.ask(&self.layers, IS_FOLDER, &[path]).await?;
        Ok(answer.as_deref() == Some("folder"))
    }

    /// The owner `user[:group]`, by name or number, and the permissions in octal digits.
    pub(super) async fn ownership(
        &self,
        line: u32,
        owner: Option<&str>,
        mode: Option<&str>,
    ) -> Result<Ownership, Ending> {
        let mut ownership = Ownership::default();
        if let Some(owner) = owner {
            let (user, group) = match owner.split_once(':') {
                Some((user, group)) => (user, Some(group)),
                None => (owner, None),
            };
            (ownership.uid, ownership.gid) = match user.parse() {
                // A number alone is user and group, as with Docker.
                Ok(uid) => (uid, uid),
                Err(_) => self.user_ids(line, user).await?,
            };
            if let Some(group) = group {
                ownership.gid = match group.parse::<u32>() {
                    Ok(gid) => gid,
                    Err(_) => self.group_id(line, group).await?,
                };
            }
        }
        if let Some(mode) = mode {
            let octal = u32::from_str_radix(mode, 8).ok().filter(|mode| *mode <= 0o7777);
            let wrong = || format!("COPY --chmod={mode}: octal digits such as 755 are expected");
            ownership.mode = Some(octal.ok_or_else(|| Ending::dockerfile(line, wrong()))?);
        }
        Ok(ownership)
    }

    async fn user_ids(&self, line: u32, user: &str) -> Result<(u32, u32), Ending> {
        let answer = self.room.ask(&self.layers, USER_IDS, &[user]).await?;
        let ids = answer.as_deref().and_then(|answer| {
            let (uid, gid) = answer.split_once(' ')?;
            Some((uid.parse().ok()?, gid.parse().ok()?))
        });
        let wrong = || format!("the image has no user `{user}`");
        ids.ok_or_else(|| Ending::dockerfile(line, wrong()))
    }

    async fn group_id(&self, line: u32, group: &str) -> Result<u32, Ending> {
        let answer = self.room.ask(&self.layers, GROUP_ID, &[group]).await?;
        let wrong = || format!("the image has no group `{group}`");
        answer
            .and_then(|answer| answer.parse().ok())
            .ok_or_else(|| Ending::dockerfile(line, wrong()))
    }
}
