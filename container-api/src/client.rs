//! The typed HTTP client of the container server. In one process or in several, services meet
//! here: there is one code path.

use crate::{
    BuildEvent, BuildId, BuildView, ContextView, CreateBuild, CreateSandbox, ExtendSandbox,
    ImageRef, LoadSample, Problem, SandboxId, SandboxStatistics, SandboxView, SelfTest, Status,
    TicketView,
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt};
use reqwest::{Method, RequestBuilder, Response};
use serde::de::DeserializeOwned;
use std::{io, time::Duration};

/// Why a call to the container server brought nothing.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// It answered with a problem that may be shown to the user.
    #[error("{0}")]
    Refused(Problem),
    /// It cannot be reached, or its answer makes no sense. For the log only.
    #[error("the container server cannot be reached: {0}")]
    Unreachable(#[from] reqwest::Error),
}

/// A handle on one container server; cheap to clone.
#[derive(Debug, Clone)]
pub struct ContainerClient {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl ContainerClient {
    /// A client of the server at `base` (such as `http://127.0.0.1:41234`), known by `token`.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    pub fn new(base: impl Into<String>, token: impl Into<String>) -> Result<Self, ClientError> {
        let http = reqwest::Client::builder().connect_timeout(Duration::from_secs(5)).build()?;
        Ok(Self { http, base: base.into(), token: token.into() })
    }

    /// Asks for a sandbox; answers as soon as its program runs.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn create_sandbox(&self, wish: &CreateSandbox) -> Result<SandboxView, ClientError> {
        json(self.call(Method::POST, "/sandboxes").json(wish)).await
    }

    /// Every sandbox that lives, and those that ended within the last minutes.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn sandboxes(&self) -> Result<Vec<SandboxView>, ClientError> {
        json(self.call(Method::GET, "/sandboxes")).await
    }

    /// One sandbox.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn sandbox(&self, id: &SandboxId) -> Result<SandboxView, ClientError> {
        json(self.call(Method::GET, &format!("/sandboxes/{id}"))).await
    }

    /// Ends a sandbox; answers when everything of it is released.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn stop_sandbox(&self, id: &SandboxId) -> Result<(), ClientError> {
        sent(self.call(Method::DELETE, &format!("/sandboxes/{id}"))).await.map(drop)
    }

    /// The same, in an administrator's name: its visitor is told so.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn stop_sandbox_as_operator(&self, id: &SandboxId) -> Result<(), ClientError> {
        let path = format!("/sandboxes/{id}?by=operator");
        sent(self.call(Method::DELETE, &path)).await.map(drop)
    }

    /// Lets a sandbox stand still; answers when it does. Freezing a frozen one is no error.
    ///
    /// # Errors
    /// See [`ClientError`]; refused as `sandbox-ended`, `not-running` or `cannot-freeze`.
    pub async fn freeze_sandbox(&self, id: &SandboxId) -> Result<SandboxView, ClientError> {
        json(self.call(Method::POST, &format!("/sandboxes/{id}/freeze"))).await
    }

    /// Lets a frozen sandbox go on. Thawing a running one is no error.
    ///
    /// # Errors
    /// See [`ClientError`]; refused as `sandbox-ended`, `not-running` or `cannot-freeze`.
    pub async fn thaw_sandbox(&self, id: &SandboxId) -> Result<SandboxView, ClientError> {
        json(self.call(Method::POST, &format!("/sandboxes/{id}/thaw"))).await
    }

    /// What a running or frozen sandbox uses.
    ///
    /// # Errors
    /// See [`ClientError`]; refused as `sandbox-ended` or `not-running`.
    pub async fn statistics(&self, id: &SandboxId) -> Result<SandboxStatistics, ClientError> {
        json(self.call(Method::GET, &format!("/sandboxes/{id}/statistics"))).await
    }

    /// Gives a sandbox more time, within the caller's limit.
    ///
    /// # Errors
    /// See [`ClientError`]; refused as `cannot-extend` where the limit leaves nothing to gain.
    pub async fn extend_sandbox(
        &self,
        id: &SandboxId,
        wish: ExtendSandbox,
    ) -> Result<SandboxView, ClientError> {
        json(self.call(Method::POST, &format!("/sandboxes/{id}/extend")).json(&wish)).await
    }

    /// Ends a sandbox's program with all that it wrote, and starts the same image afresh under the
    /// same id and with the same time left; answers when it runs.
    ///
    /// # Errors
    /// See [`ClientError`]; refused as `sandbox-ended`, `not-running` or `cannot-restart`.
    pub async fn restart_sandbox(&self, id: &SandboxId) -> Result<SandboxView, ClientError> {
        json(self.call(Method::POST, &format!("/sandboxes/{id}/restart"))).await
    }

    /// Has the walls tried now; answers when they were.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn self_test(&self) -> Result<SelfTest, ClientError> {
        json(self.call(Method::POST, "/status/self-test")).await
    }

    /// A ticket for a sandbox's terminal. Whether its bearer may have one is for the caller to say.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn ticket(&self, id: &SandboxId) -> Result<TicketView, ClientError> {
        json(self.call(Method::POST, &format!("/sandboxes/{id}/ticket"))).await
    }

    /// Uploads a build context: a tar archive, gzipped or not.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn upload_context(
        &self,
        body: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
    ) -> Result<ContextView, ClientError> {
        json(self.call(Method::POST, "/contexts").body(reqwest::Body::wrap_stream(body))).await
    }

    /// Queues a build.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn create_build(&self, wish: &CreateBuild) -> Result<BuildView, ClientError> {
        json(self.call(Method::POST, "/builds").json(wish)).await
    }

    /// One build.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn build(&self, id: &BuildId) -> Result<BuildView, ClientError> {
        json(self.call(Method::GET, &format!("/builds/{id}"))).await
    }

    /// Stops a build.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn cancel_build(&self, id: &BuildId) -> Result<(), ClientError> {
        sent(self.call(Method::DELETE, &format!("/builds/{id}"))).await.map(drop)
    }

    /// A build's log from its beginning, followed until the build ends.
    ///
    /// # Errors
    /// See [`ClientError`]; an item is an error where the connection broke.
    pub async fn build_log(
        &self,
        id: &BuildId,
    ) -> Result<impl Stream<Item = io::Result<BuildEvent>> + use<>, ClientError> {
        let response = sent(self.call(Method::GET, &format!("/builds/{id}/log"))).await?;
        let body = response.bytes_stream().map_err(io::Error::other);
        let lines = tokio_util::codec::FramedRead::new(
            tokio_util::io::StreamReader::new(body),
            tokio_util::codec::LinesCodec::new(),
        );
        Ok(lines.map(|line| {
            let line = line.map_err(io::Error::other)?;
            serde_json::from_str(&line).map_err(io::Error::other)
        }))
    }

    /// Whether the registry still holds an image.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn has_image(&self, image: &ImageRef) -> Result<bool, ClientError> {
        let ImageRef { repository, digest } = image;
        let path = format!("/images/{repository}/manifests/{digest}");
        match sent(self.call(Method::GET, &path)).await {
            Ok(_) => Ok(true),
            Err(ClientError::Refused(problem)) if problem.kind == "no-such-image" => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The container server's state of health.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn status(&self) -> Result<Status, ClientError> {
        json(self.call(Method::GET, "/status")).await
    }

    /// The machine's load over the last ten minutes, the oldest sample first.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn load(&self) -> Result<Vec<LoadSample>, ClientError> {
        json(self.call(Method::GET, "/status/load")).await
    }

    fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token)
    }
}

async fn sent(request: RequestBuilder) -> Result<Response, ClientError> {
    let response = request.send().await?;
    if response.status().is_success() {
        return Ok(response);
    }
    let status = response.status();
    match response.json::<Problem>().await {
        Ok(problem) => Err(ClientError::Refused(problem)),
        Err(_) => Err(ClientError::Refused(Problem::new(
            "container-server",
            "The container server did not answer as it should",
            502,
            format!("It answered {status}. Please try again; the operator finds more in the log."),
        ))),
    }
}

async fn json<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, ClientError> {
    Ok(sent(request).await?.json().await?)
}
