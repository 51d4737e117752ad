//! The image that grows with every step: its OCI configuration and its layers.
//!
//! See the OCI image specification, "Image Configuration" and "Image Manifest". What the base's
//! configuration holds beyond what we know is kept as it is.

use super::layer::Packed;
use chrono::{DateTime, SecondsFormat, Utc};
use oci_distribution::manifest::{
    IMAGE_CONFIG_MEDIA_TYPE, IMAGE_DOCKER_LAYER_GZIP_MEDIA_TYPE, IMAGE_DOCKER_LAYER_TAR_MEDIA_TYPE,
    IMAGE_LAYER_GZIP_MEDIA_TYPE, IMAGE_LAYER_MEDIA_TYPE, OCI_IMAGE_MEDIA_TYPE, OciDescriptor,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Where programs are looked for when the base image does not say.
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// An image configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Document {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created: Option<String>,
    architecture: String,
    os: String,
    #[serde(default)]
    config: Option<Config>,
    rootfs: RootFs,
    #[serde(default)]
    history: Option<Vec<History>>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// How the image is run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Config {
    #[serde(skip_serializing_if = "Option::is_none")]
    env: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entrypoint: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cmd: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub working_dir: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exposed_ports: Option<BTreeMap<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shell: Option<Vec<String>>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct RootFs {
    #[serde(rename = "type")]
    kind: String,
    diff_ids: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct History {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created_by: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    empty_layer: bool,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// An image in the making.
#[derive(Debug, Clone)]
pub(super) struct Image {
    document: Document,
    /// How it is run.
    pub config: Config,
    layers: Vec<OciDescriptor>,
}

impl Image {
    /// The base image: its configuration's bytes, and the layers of its manifest.
    pub(super) fn of_base(
        config: &[u8],
        layers: Vec<OciDescriptor>,
    ) -> Result<Self, serde_json::Error> {
        let mut document: Document = serde_json::from_slice(config)?;
        let mut config = document.config.take().unwrap_or_default();
        if !config.variables().any(|(name, _)| name == "PATH") {
            config.set("PATH", DEFAULT_PATH);
        }
        let layers = layers.into_iter().map(as_oci).collect();
        Ok(Self { document, config, layers })
    }

    /// The base's part of the layers, and what was added since.
    pub(super) fn layers(&self) -> &[OciDescriptor] {
        &self.layers
    }

    /// What the layers take as they are stored.
    pub(super) fn layers_bytes(&self) -> u64 {
        self.layers.iter().filter_map(|layer| u64::try_from(layer.size).ok()).sum()
    }

    /// Notes a step in the image's history, with the layer that it made.
    pub(super) fn add(&mut self, step: &str, layer: Option<&Packed>, now: DateTime<Utc>) {
        let history = History {
            created: Some(timestamp(now)),
            created_by: Some(step.to_owned()),
            empty_layer: layer.is_none(),
            rest: Map::new(),
        };
        self.document.history.get_or_insert_default().push(history);
        if let Some(layer) = layer {
            self.document.rootfs.diff_ids.push(layer.diff_id.clone());
            self.layers.push(descriptor(IMAGE_LAYER_GZIP_MEDIA_TYPE, &layer.digest, layer.size));
        }
    }

    /// The configuration as it is stored.
    pub(super) fn config_bytes(&self, now: DateTime<Utc>) -> Vec<u8> {
        let mut document = self.document.clone();
        document.created = Some(timestamp(now));
        document.config = Some(self.config.clone());
        serde_json::to_vec(&document).expect("a configuration has only text keys")
    }

    /// The manifest as it is stored, for a configuration of this digest and size.
    pub(super) fn manifest_bytes(&self, config_digest: &str, config_size: u64) -> Vec<u8> {
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": OCI_IMAGE_MEDIA_TYPE,
            "config": descriptor(IMAGE_CONFIG_MEDIA_TYPE, config_digest, config_size),
            "layers": self.layers,
        });
        manifest.to_string().into_bytes()
    }
}

impl Config {
    /// The environment's names and values.
    pub(super) fn variables(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.env.iter().flatten();
        pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")))
    }

    /// A variable's value.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.variables().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Sets a variable, in its place where it is there already.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        let pair = format!("{name}={value}");
        let env = self.env.get_or_insert_default();
        let known = |pair: &String| pair.split_once('=').map_or(pair.as_str(), |(n, _)| n) == name;
        match env.iter_mut().find(|pair| known(pair)) {
            Some(slot) => *slot = pair,
            None => env.push(pair),
        }
    }

    /// Whether it holds ONBUILD instructions, which whoever builds on it would have to carry out.
    pub(super) fn has_triggers(&self) -> bool {
        let triggers = self.rest.get("OnBuild").and_then(Value::as_array);
        triggers.is_some_and(|triggers| !triggers.is_empty())
    }

    /// The working directory; `/` where there is none.
    pub(super) fn workdir(&self) -> &str {
        self.working_dir.as_deref().filter(|path| !path.is_empty()).unwrap_or("/")
    }

    /// The user; empty is root.
    pub(super) fn user(&self) -> &str {
        self.user.as_deref().unwrap_or_default()
    }
}

fn timestamp(now: DateTime<Utc>) -> String {
    now.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn descriptor(media_type: &str, digest: &str, size: u64) -> OciDescriptor {
    OciDescriptor {
        media_type: media_type.to_owned(),
        digest: digest.to_owned(),
        size: i64::try_from(size).unwrap_or(i64::MAX),
        ..OciDescriptor::default()
    }
}

/// Docker's names of layers are other words for OCI's; one manifest keeps to one language.
fn as_oci(mut layer: OciDescriptor) -> OciDescriptor {
    let name = match layer.media_type.as_str() {
        IMAGE_DOCKER_LAYER_GZIP_MEDIA_TYPE => IMAGE_LAYER_GZIP_MEDIA_TYPE,
        IMAGE_DOCKER_LAYER_TAR_MEDIA_TYPE => IMAGE_LAYER_MEDIA_TYPE,
        _ => return layer,
    };
    layer.media_type = name.to_owned();
    layer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(config: Value) -> Image {
        let layer = descriptor(IMAGE_DOCKER_LAYER_GZIP_MEDIA_TYPE, "sha256:base", 7);
        Image::of_base(config.to_string().as_bytes(), vec![layer]).expect("a base")
    }

    fn minimal() -> Value {
        json!({
            "architecture": "amd64", "os": "linux", "variant": "v2",
            "config": {"Env": ["A=1"], "Volumes": {"/x": {}}, "Cmd": null},
            "rootfs": {"type": "layers", "diff_ids": ["sha256:basediff"]},
        })
    }

    #[test]
    fn what_the_base_says_is_kept_and_what_is_built_is_added() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).expect("a time");
        let mut image = base(minimal());
        image.config.set("A", "2");
        image.config.set("B", "x=y");
        let layer = Packed::for_test("sha256:diff", "sha256:blob", 9);
        image.add("RUN make", Some(&layer), now);
        image.add("ENV A=2", None, now);
        let config: Value = serde_json::from_slice(&image.config_bytes(now)).expect("JSON");
        assert_eq!(config["variant"], "v2");
        assert_eq!(config["created"], "2023-11-14T22:13:20Z");
        assert_eq!(config["config"]["Volumes"], json!({"/x": {}}));
        let path = format!("PATH={DEFAULT_PATH}");
        assert_eq!(config["config"]["Env"], json!(["A=2", path, "B=x=y"]));
        assert_eq!(config["rootfs"]["diff_ids"], json!(["sha256:basediff", "sha256:diff"]));
        assert_eq!(config["history"][0]["created_by"], "RUN make");
        assert_eq!(config["history"][0].get("empty_layer"), None);
        assert_eq!(config["history"][1]["empty_layer"], true);
        let manifest = image.manifest_bytes("sha256:config", 3);
        let manifest: Value = serde_json::from_slice(&manifest).expect("JSON");
        assert_eq!(manifest["config"]["size"], 3);
        let types: Vec<&Value> = manifest["layers"]
            .as_array()
            .expect("layers")
            .iter()
            .map(|l| &l["mediaType"])
            .collect();
        assert_eq!(types, [IMAGE_LAYER_GZIP_MEDIA_TYPE; 2]);
        assert_eq!(manifest["layers"][1]["digest"], "sha256:blob");
    }

    #[test]
    fn configurations_of_every_kind_are_read() {
        let rootfs = json!({"type": "layers", "diff_ids": []});
        for config in [
            json!({"architecture": "amd64", "os": "linux", "rootfs": rootfs}),
            json!({"architecture": "a", "os": "b", "config": null, "history": null, "rootfs": rootfs}),
        ] {
            let image = base(config);
            assert_eq!(image.config.variable("PATH"), Some(DEFAULT_PATH));
            assert_eq!((image.config.workdir(), image.config.user()), ("/", ""));
        }
        assert!(Image::of_base(b"{}", vec![]).is_err());
    }
}
