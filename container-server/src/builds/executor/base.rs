//! Finding the base image, and making it ready.

use super::{Ending, Room, image::Image};
use crate::{
    builds::reference::Base,
    engine::{EngineError, Layer},
    remote::RemoteError,
};
use container_api::{BuildEventKind, FailureCause, ImageRef};
use oci_distribution::manifest::OciImageManifest;

/// How many base images are named to somebody who asks for another.
const NAMED: usize = 8;

/// A base image that can be built on.
pub(super) struct ReadyBase {
    /// Its repository.
    pub repository: String,
    /// Its configuration and its layers in the registry.
    pub image: Image,
    /// Its layers in the engine.
    pub layers: Vec<Layer>,
}

impl Room {
    /// Makes the base image of this name ready.
    pub(super) async fn base(&self, name: &str) -> Result<ReadyBase, Ending> {
        let base = Base::parse(name)
            .ok_or_else(|| unknown(name, format!("`{name}` is not the name of an image.")))?;
        if base.elsewhere() {
            let message = "Images of other registries are not fetched: name one of this server, \
                           or of its upstream registry.";
            return Err(unknown(name, message.to_owned()));
        }
        let (digest, manifest) = self.resolve(name, &base).await?;
        let Base { repository, .. } = base;
        let config = self
            .unless_stopped(self.remote.config_blob(&repository, &manifest.config))
            .await?
            .map_err(|error| Ending::registry(&error))?;
        let unreadable = |error: serde_json::Error| {
            tracing::warn!(%error, base = name, "a base image's configuration cannot be read");
            unknown(name, "Its configuration cannot be read: is it a Linux image?".to_owned())
        };
        let image = Image::of_base(&config, manifest.layers).map_err(unreadable)?;
        if image.config.has_triggers() {
            let message = "It has ONBUILD instructions, which are not supported yet.";
            return Err(unknown(name, message.to_owned()));
        }
        let reference = ImageRef { repository: repository.clone(), digest };
        let ready = self.unless_stopped(self.engine.prepare(&reference)).await?;
        let ready = ready.map_err(|error| match error {
            EngineError::Image { message, .. } => {
                tracing::warn!(base = name, message, "a base image cannot be unpacked");
                unknown(name, "It is in the registry, but cannot be unpacked.".to_owned())
            }
            // Such as one for another kind of machine.
            EngineError::Program(message) => unknown(name, message),
            error => Ending::engine(error),
        })?;
        Ok(ReadyBase { repository, image, layers: ready.layers })
    }

    async fn resolve(&self, name: &str, base: &Base) -> Result<(String, OciImageManifest), Ending> {
        let Base { repository, reference } = base;
        let here = self.unless_stopped(self.remote.resolve(repository, reference)).await?;
        match here {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => {}
            Err(RemoteError::Platform(platform)) => {
                return Err(unknown(name, format!("It is not made for {platform}.")));
            }
            Err(error) => return Err(Ending::registry(&error)),
        }
        let Some(upstream) = self.remote.upstream() else {
            return Err(self.missing(name, "It is not on this server.").await);
        };
        let text = format!("{name} is not here yet: asking {}", upstream.host());
        self.log.add(BuildEventKind::Note { text });
        let mirrored = self.remote.resolve_or_mirror(repository, reference);
        match self.unless_stopped(mirrored).await? {
            Ok(Some(found)) => Ok(found),
            Ok(None) => {
                let what = "It is neither on this server nor in its upstream registry.";
                Err(self.missing(name, what).await)
            }
            Err(RemoteError::Platform(platform)) => {
                Err(unknown(name, format!("It is not made for {platform}.")))
            }
            Err(error) => {
                tracing::warn!(%error, base = name, "a base image cannot be mirrored");
                let what = "It is not on this server, and the upstream registry did not hand it \
                            out: it may be out of reach.";
                Err(self.missing(name, what).await)
            }
        }
    }

    /// The failure for an image that is not there, with what to do.
    async fn missing(&self, name: &str, what: &str) -> Ending {
        let known = match self.unless_stopped(self.remote.base_images()).await {
            Ok(Ok(known)) => known,
            Ok(Err(error)) => {
                tracing::warn!(%error, "the base images cannot be listed");
                Vec::new()
            }
            Err(stopped) => return stopped,
        };
        unknown(name, format!("{what} {}", advice(name, &known)))
    }
}

fn unknown(base: &str, message: String) -> Ending {
    Ending::Failed(FailureCause::UnknownBase { base: base.to_owned(), message })
}

fn advice(name: &str, known: &[String]) -> String {
    let wanted = if name.starts_with("debian:") { name } else { "debian:12" };
    let make = format!("the operator can add one with `trythis image bootstrap {wanted}`");
    match known {
        [] => format!("There is no base image here so far: {make}."),
        known => {
            let named = known.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
            format!("Choose one of {named}, or {make}.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_names_what_is_there() {
        assert!(advice("debian:11", &[]).contains("`trythis image bootstrap debian:11`"));
        let advice = advice("nope", &["debian:12".to_owned(), "ubuntu:24.04".to_owned()]);
        assert!(advice.starts_with("Choose one of debian:12, ubuntu:24.04, or"), "{advice}");
        assert!(advice.contains("`trythis image bootstrap debian:12`"), "{advice}");
    }
}
