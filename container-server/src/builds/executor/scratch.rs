//! What a build leaves in the engine while it is at work, and how it goes away again.

use crate::engine::{Engine, Layer};
use container_api::SandboxId;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// How often a layer that cannot be removed is tried again.
const ATTEMPTS: u32 = 5;

/// The layers and the command of one build. Whoever owns the build releases them at its end,
/// whatever that was.
pub(crate) struct Scratch {
    engine: Arc<dyn Engine>,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    layers: Vec<Layer>,
    command: Option<SandboxId>,
}

impl Scratch {
    /// Nothing yet.
    pub(crate) fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine, held: Mutex::default() }
    }

    fn held<T>(&self, with: impl FnOnce(&mut Held) -> T) -> T {
        with(&mut self.held.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A fresh layer.
    pub(super) fn layer(&self) -> Layer {
        let layer = self.engine.new_layer_name();
        self.held(|held| held.layers.push(layer.clone()));
        layer
    }

    /// A fresh command, which is now at work.
    pub(super) fn command(&self) -> SandboxId {
        let id = SandboxId::random();
        self.held(|held| held.command = Some(id.clone()));
        id
    }

    /// The command is over.
    pub(super) fn command_ended(&self) {
        self.held(|held| held.command = None);
    }

    /// Removes one layer before the build's end.
    pub(super) async fn drop_layer(&self, layer: &Layer) {
        if self.engine.remove_layer(layer).await.is_ok() {
            self.held(|held| held.layers.retain(|held| held != layer));
        }
    }

    /// Ends the command and removes every layer.
    pub(crate) async fn release(&self) {
        let Held { mut layers, command } = self.held(std::mem::take);
        if let Some(id) = command
            && let Err(error) = self.engine.stop(&id).await
        {
            tracing::error!(%error, "a build's command cannot be stopped");
        }
        for attempt in 1..=ATTEMPTS {
            let mut left = Vec::new();
            while let Some(layer) = layers.pop() {
                if let Err(error) = self.engine.remove_layer(&layer).await {
                    tracing::warn!(%error, attempt, layer = layer.0, "a layer cannot be removed");
                    left.push(layer);
                }
            }
            if left.is_empty() {
                return;
            }
            layers = left;
            layers.reverse();
            tokio::time::sleep(Duration::from_millis(100) * attempt).await;
        }
        tracing::error!(left = layers.len(), "layers of a build are left behind");
    }
}
