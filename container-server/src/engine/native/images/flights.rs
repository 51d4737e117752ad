//! Single flight: a layer that several ask for is pulled once.

use super::{
    error::PullError,
    pull::{Pull, layer_name},
};
use crate::{
    engine::{Layer, native::calls::Calls},
    remote::Remote,
};
use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use sandbox::{Client, protocol::Name};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

type Flight = Shared<BoxFuture<'static, Result<(), Arc<PullError>>>>;

/// The layers at hand and those on their way.
#[derive(Debug)]
pub(super) struct Flights {
    calls: Calls,
    remote: Remote,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// `None`: to be looked up.
    here: Option<HashSet<Name>>,
    under_way: HashMap<Name, Flight>,
}

impl Flights {
    pub(super) fn new(calls: Calls, remote: Remote, here: HashSet<Name>) -> Self {
        let state = State { here: Some(here), under_way: HashMap::new() };
        Self { calls, remote, state: Arc::new(Mutex::new(state)) }
    }

    /// The layer with this content, pulled if it is not here.
    pub(super) async fn layer(
        &self,
        repository: &str,
        digest: String,
        diff_id: String,
    ) -> Result<Layer, Arc<PullError>> {
        let name = layer_name(&diff_id)?;
        self.look_up().await?;
        let flight = self.join_or_begin(&name, || Pull {
            calls: self.calls.clone(),
            remote: self.remote.clone(),
            repository: repository.to_owned(),
            digest,
            diff_id,
            name: name.clone(),
        });
        if let Some(flight) = flight {
            flight.await?;
        }
        Ok(Layer(name.into()))
    }

    /// Asks the supervisor again at the next need.
    pub(super) fn forget(&self) {
        lock(&self.state).here = None;
    }

    async fn look_up(&self) -> Result<(), PullError> {
        if lock(&self.state).here.is_some() {
            return Ok(());
        }
        let found = self.calls.run(Client::layers).await?;
        lock(&self.state).here.get_or_insert_default().extend(found);
        Ok(())
    }

    /// The flight to wait for; `None` where the layer is here.
    fn join_or_begin(&self, name: &Name, pull: impl FnOnce() -> Pull) -> Option<Flight> {
        let mut state = lock(&self.state);
        if state.here.as_ref().is_some_and(|here| here.contains(name)) {
            return None;
        }
        if let Some(flight) = state.under_way.get(name) {
            return Some(flight.clone());
        }
        let (pull, shared, name) = (pull(), self.state.clone(), name.clone());
        // A task of its own: it goes on when those who asked have left.
        let task = tokio::spawn({
            let name = name.clone();
            async move {
                let pulled = tokio::spawn(pull.run()).await;
                let mut state = lock(&shared);
                state.under_way.remove(&name);
                if matches!(pulled, Ok(Ok(()))) {
                    state.here.get_or_insert_default().insert(name);
                }
                pulled
            }
        });
        let flight = async move {
            match task.await {
                Ok(Ok(pulled)) => pulled.map_err(Arc::new),
                Ok(Err(broken)) | Err(broken) => Err(Arc::new(PullError::BrokeOff(broken))),
            }
        };
        let flight = flight.boxed().shared();
        state.under_way.insert(name, flight.clone());
        Some(flight)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
