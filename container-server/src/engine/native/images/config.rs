//! The part of an image's configuration that matters to run it.
//!
//! Field names are those of the OCI image specification 1.1, "OCI Image Configuration"; Docker's
//! are the same. Read leniently: what is absent or null counts as empty.

use super::error::PullError;
use crate::engine::RunConfig;
use sandbox::protocol::MAX_LAYERS;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(super) struct ImageConfig {
    #[serde(default)]
    architecture: Option<String>,
    #[serde(default)]
    os: Option<String>,
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

/// What this machine is called in images.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        "powerpc64" => "ppc64le",
        other => other,
    }
}

impl ImageConfig {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, PullError> {
        serde_json::from_slice(bytes).map_err(|error| PullError::Config(error.to_string()))
    }

    /// Refuses what was made for another kind of machine, before anything of it is pulled. What
    /// does not say for which is believed to fit.
    pub(super) fn check_platform(&self) -> Result<(), PullError> {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let os = given(&self.os).unwrap_or_else(|| "linux".to_owned());
        let here = architecture();
        let architecture = given(&self.architecture).unwrap_or_else(|| here.to_owned());
        // These run there as well.
        let fits = architecture == here || (here, architecture.as_str()) == ("amd64", "386");
        if os == "linux" && fits {
            return Ok(());
        }
        let short = |text: String| text.chars().take(32).collect::<String>();
        let image = format!("{}/{}", short(os), short(architecture));
        Err(PullError::Platform { image, here: format!("linux/{here}") })
    }

    /// The digests of the layers' uncompressed content, one for each of `layers` layers.
    pub(super) fn diff_ids(&self, layers: usize) -> Result<Vec<String>, PullError> {
        let ids = self.rootfs.diff_ids.clone().unwrap_or_default();
        if layers == 0 {
            return Err(PullError::Config("it has no layers".to_owned()));
        }
        if layers > MAX_LAYERS {
            return Err(PullError::Layers { layers, most: MAX_LAYERS });
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
    fn what_is_for_another_machine_is_refused() {
        let of = |platform: &str| {
            let text = format!(r#"{{{platform}"rootfs":{{"diff_ids":["x"]}}}}"#);
            ImageConfig::parse(text.as_bytes()).unwrap().check_platform()
        };
        let here = format!(r#""architecture":"{}","os":"linux","#, architecture());
        assert!(of(&here).is_ok() && of("").is_ok());
        for other in [r#""architecture":"s390x","#, r#""os":"windows","#] {
            let error = of(other).unwrap_err();
            assert!(error.is_of_image());
            assert!(error.to_string().starts_with("The image is for "), "{error}");
        }
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
