//! `trythis project build`: builds a project again, and follows the build.

use super::{client::Client, follow};
use crate::cli;
use reqwest::Method;
use std::process::ExitCode;

pub async fn run(options: cli::Build) -> anyhow::Result<ExitCode> {
    let client = Client::new(&options.server)?;
    let path = format!("/api/v1/projects/{}/builds", options.slug);
    let build = client.read(client.call(Method::POST, &path)).await?;
    follow::follow(&client, &build, &options.slug).await
}
