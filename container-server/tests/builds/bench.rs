//! A workbench: an engine, a registry with a base image, and builds on top.

use crate::{
    fixture::Fixture,
    oci::{self, Form, LayerTar},
};
use container_api::{
    BuildEvent, BuildEventKind, BuildSource, BuildState, BuildView, CreateBuild, FailureCause,
    ImageRef,
};
use container_server::{
    builds::{Builds, BuildsConfig},
    engine::{Engine, Layer},
};
use futures_util::StreamExt;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

/// The base image: busybox with a user `app`, and `/usr/bin` by way of a link `/programs`.
pub const BASE: &str = "projects/test";

pub struct Bench {
    pub fixture: Fixture,
    pub builds: Builds,
    /// The engine's layers before anything was built.
    before: Vec<String>,
}

impl Bench {
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// With other settings than the usual ones.
    pub async fn with(change: impl FnOnce(&mut BuildsConfig)) -> Self {
        let fixture = Fixture::start().await;
        let links = LayerTar::new().folder("usr/bin").link("programs", "usr/bin").finish();
        let layers = [(oci::busybox(), Form::Gzip), (links, Form::Gzip)];
        let config = json!({"Env": ["BASE=yes"], "Cmd": ["/bin/true"], "Labels": {"base": "1"}});
        let base = oci::push(&fixture.remote, &layers, config).await;
        fixture.engine.prepare(&base).await.unwrap();
        let builds = open(&fixture, fixture.engine.clone(), change);
        let before = layers_of(&fixture);
        Self { fixture, builds, before }
    }

    /// As when the server starts anew.
    pub fn reopen(&mut self) {
        self.builds = open(&self.fixture, self.fixture.engine.clone(), |_| {});
    }

    /// Builds run on this engine from now on.
    pub fn use_engine(&mut self, engine: Arc<dyn Engine>) {
        self.builds = open(&self.fixture, engine, |_| {});
    }

    pub async fn create(&self, source: BuildSource) -> BuildView {
        let repository = "projects/built".to_owned();
        self.builds.create(CreateBuild { repository, source }).await.unwrap()
    }

    /// Builds to the end; the log is checked to hold what every log holds.
    pub async fn build(&self, source: BuildSource) -> Built {
        let view = self.create(source).await;
        self.finish_build(&view).await
    }

    pub async fn finish_build(&self, view: &BuildView) -> Built {
        let log: Vec<BuildEvent> = self.builds.log(&view.id).unwrap().collect().await;
        let view = self.builds.view(&view.id).unwrap();
        assert!(view.state.is_final() && view.ended_at.is_some(), "{view:?}");
        let queued =
            BuildEventKind::State { state: BuildState::Queued, failure: None, image: None };
        assert_eq!(log[0].kind, queued);
        let last = BuildEventKind::State {
            state: view.state,
            failure: view.failure.clone(),
            image: view.image.clone(),
        };
        assert_eq!(log[log.len() - 1].kind, last);
        assert!(log.is_sorted_by_key(|event| event.at_ms));
        Built { view, log }
    }

    pub async fn dockerfile(&self, text: &str) -> Built {
        self.build(dockerfile(text)).await
    }

    /// The image's configuration in the registry.
    pub async fn config(&self, image: &ImageRef) -> Value {
        let remote = &self.fixture.remote;
        let found = remote.resolve(&image.repository, &image.digest).await.unwrap();
        let (_, manifest) = found.unwrap();
        let tagged = remote.resolve(&image.repository, "latest").await.unwrap().unwrap();
        assert_eq!(tagged.0, image.digest, "the tag points to the newest image");
        let bytes = remote.config_blob(&image.repository, &manifest.config).await.unwrap();
        let config: Value = serde_json::from_slice(&bytes).unwrap();
        let ids = config["rootfs"]["diff_ids"].as_array().unwrap();
        assert_eq!(ids.len(), manifest.layers.len());
        config
    }

    /// What a script prints in the image.
    pub async fn inside(&self, image: &ImageRef, script: &str) -> String {
        let ready = self.fixture.engine.prepare(image).await.unwrap();
        let upper = self.fixture.engine.new_layer_name();
        let (exit, output) = self.fixture.step(&ready.layers, &upper, script).await;
        self.fixture.engine.remove_layer(&upper).await.unwrap();
        assert_eq!(exit.unwrap().code, 0, "{output}");
        output
    }

    /// Checks that builds have left nothing in the engine but the layers of these images.
    pub async fn nothing_is_left_but(&self, images: &[&ImageRef]) {
        let mut expected = self.before.clone();
        for image in images {
            let ready = self.fixture.engine.prepare(image).await.unwrap();
            expected.extend(ready.layers.into_iter().map(|Layer(name)| name));
        }
        expected.sort();
        expected.dedup();
        assert_eq!(layers_of(&self.fixture), expected);
        assert_eq!(self.builds.active(), 0);
        let socket = self.fixture.folder.path().join("sandboxd.sock");
        assert!(sandbox::Client::new(socket).list().unwrap().is_empty());
    }

    pub async fn finish(self) {
        self.builds.shutdown().await;
        self.fixture.finish().await;
    }
}

fn open(
    fixture: &Fixture,
    engine: Arc<dyn Engine>,
    change: impl FnOnce(&mut BuildsConfig),
) -> Builds {
    let mut config = BuildsConfig::new(fixture.folder.path().to_owned());
    config.time_limit = Duration::from_secs(120);
    change(&mut config);
    Builds::start(config, engine, fixture.remote.clone()).unwrap()
}

fn layers_of(fixture: &Fixture) -> Vec<String> {
    let socket = fixture.folder.path().join("sandboxd.sock");
    let layers = sandbox::Client::new(socket).layers().unwrap();
    let mut names: Vec<String> = layers.into_iter().map(String::from).collect();
    names.sort();
    names
}

pub fn dockerfile(text: &str) -> BuildSource {
    BuildSource::Dockerfile { dockerfile: text.to_owned(), context: None }
}

pub fn script(text: &str, command: &str) -> BuildSource {
    BuildSource::Script {
        base: BASE.to_owned(),
        script: text.to_owned(),
        command: command.to_owned(),
    }
}

/// A build that has ended.
#[derive(Debug)]
pub struct Built {
    pub view: BuildView,
    pub log: Vec<BuildEvent>,
}

impl Built {
    pub fn image(&self) -> &ImageRef {
        assert_eq!(self.view.state, BuildState::Pushed, "{:?}\n{:#?}", self.view, self.log);
        self.view.image.as_ref().unwrap()
    }

    pub fn failure(&self) -> &FailureCause {
        assert_eq!(self.view.state, BuildState::Failed, "{:?}", self.view);
        self.view.failure.as_ref().unwrap()
    }

    pub fn output(&self) -> Vec<&str> {
        fn text(event: &BuildEvent) -> Option<&str> {
            match &event.kind {
                BuildEventKind::Output { text } => Some(text),
                _ => None,
            }
        }
        self.log.iter().filter_map(text).collect()
    }

    pub fn steps(&self) -> Vec<String> {
        let text = |event: &BuildEvent| match &event.kind {
            BuildEventKind::Step { number, total, text } => {
                Some(format!("{number}/{total} {text}"))
            }
            _ => None,
        };
        self.log.iter().filter_map(text).collect()
    }
}
