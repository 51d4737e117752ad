//! The part of an image's configuration that matters to run it.
//!
//! Field names are those of the OCI image specification 1.1, "OCI Image Configuration"; Docker's
//! are the same. Read leniently: what is absent or null counts as empty.

use super::error::PullError;
use crate::engine::RunConfig;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(super) struct ImageConfig {
    #[serde(default)]
    config: Option<Section>,
    rootfs: RootFs,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Section {
    user: Option<String>,
    env: Option<Vec<String>>,
    entrypoint: Option<Vec<String>>,
    cmd: Option<Vec<String>>,
    working_dir: Option<String>,
}

#[derive(Debug, Deserialize)]
struct RootFs {
    #[serde(default)]
    diff_ids: Option<Vec<String>>,
}

impl ImageConfig {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, PullError> {
        serde_json::from_slice(bytes).map_err(|error| PullError::Config(error.to_string()))
    }

    /// The digests of the layers' uncompressed content, one for each of `layers` layers.
    pub(super) fn diff_ids(&self, layers: usize) -> Result<Vec<String>, PullError> {
        let ids = self.rootfs.diff_ids.clone().unwrap_or_default();
        if layers == 0 {
            return Err(PullError::Config("it has no layers".to_owned()));
        }
        if ids.len() != layers {
            let message = format!("it names {} layers, its manifest {layers}", ids.len());
            return Err(PullError::Config(message));
        }
        Ok(ids)
    }

    pub(super) fn run_config(self) -> RunConfig {
        let section = self.config.unwrap_or_default();
        let mut argv = section.entrypoint.unwrap_or_default();
        argv.extend(section.cmd.unwrap_or_default());
        RunConfig {
            argv,
            env: section.env.unwrap_or_default(),
            cwd: section.working_dir.unwrap_or_default(),
            user: section.user.unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entrypoint_and_command_are_put_together() {
        let config = br#"{"architecture":"amd64","os":"linux","config":{"Env":["A=1"],
            "Entrypoint":["/init","-x"],"Cmd":["sh"],"WorkingDir":"/srv","User":"app",
            "ExposedPorts":{"80/tcp":{}},"OnBuild":null},
            "rootfs":{"type":"layers","diff_ids":["sha256:aa"]}}"#;
        let config = ImageConfig::parse(config).unwrap();
        assert_eq!(config.diff_ids(1).unwrap(), ["sha256:aa"]);
        assert!(config.diff_ids(2).is_err());
        let run = config.run_config();
        assert_eq!(run.argv, ["/init", "-x", "sh"]);
        assert_eq!((run.cwd.as_str(), run.user.as_str()), ("/srv", "app"));
        assert_eq!(run.env, ["A=1"]);
    }

    #[test]
    fn what_is_absent_or_null_is_empty() {
        for text in [
            r#"{"rootfs":{"diff_ids":["sha256:aa"]}}"#,
            r#"{"config":null,"rootfs":{"diff_ids":["sha256:aa"]}}"#,
            r#"{"config":{"Env":null,"Cmd":null,"Entrypoint":null},"rootfs":{"diff_ids":["x"]}}"#,
        ] {
            let config = ImageConfig::parse(text.as_bytes()).unwrap();
            assert_eq!(config.run_config(), RunConfig::default(), "{text}");
        }
        let none = ImageConfig::parse(br#"{"rootfs":{"diff_ids":null}}"#).unwrap();
        assert!(none.diff_ids(0).is_err());
        assert!(ImageConfig::parse(b"[]").is_err());
    }
}
