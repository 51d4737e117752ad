//! `trythis project create`: publishes a project and follows its first build.

use super::{
    client::Client,
    follow::{self, Started},
};
use crate::cli;
use anyhow::Context;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    fs,
    io::{Seek, Write},
    path::Path,
    process::ExitCode,
};

#[derive(Deserialize)]
struct Saved {
    project: Project,
    build: Started,
}

#[derive(Deserialize)]
struct Project {
    slug: String,
}

#[derive(Deserialize)]
struct Uploaded {
    id: String,
}

pub async fn run(options: cli::Create) -> anyhow::Result<ExitCode> {
    let client = Client::new(&options.server)?;
    let description = options.description.as_deref().map(read).transpose()?.unwrap_or_default();
    let source = source(&client, &options).await?;
    let wish = json!({
        "name": options.name,
        "category": options.category,
        "short_description": options.short,
        "description": description,
        "source": source,
    });
    let request = client.call(Method::POST, "/api/v1/projects");
    // Should the answer be lost, asking again does no harm.
    let request = request.header("idempotency-key", key()).json(&wish);
    let saved: Saved = client.read(request).await?;
    println!("Published {}", client.url(&format!("/p/{}", saved.project.slug)));
    follow::follow(&client, &saved.build, &saved.project.slug).await
}

fn key() -> String {
    format!("{:032x}", rand::random::<u128>())
}

async fn source(client: &Client, options: &cli::Create) -> anyhow::Result<Value> {
    if let Some(script) = &options.script {
        let script = read(script)?;
        let (base, command) = (&options.base, &options.command);
        return Ok(json!({ "kind": "script", "base": base, "script": script, "command": command }));
    }
    let dockerfile = options.dockerfile.as_deref().context("--script or --dockerfile is needed")?;
    let dockerfile = read(dockerfile)?;
    let context = match &options.context {
        Some(path) => Some(upload(client, path).await?),
        None => None,
    };
    Ok(json!({ "kind": "dockerfile", "dockerfile": dockerfile, "context": context }))
}

fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}

/// Sends a folder, as a tar archive, or an archive as it is.
async fn upload(client: &Client, path: &Path) -> anyhow::Result<String> {
    let shown = path.display();
    let file = if path.is_dir() { pack(path) } else { fs::File::open(path).map_err(Into::into) };
    let file = file.with_context(|| format!("{shown} cannot be read"))?;
    let body = tokio_util::io::ReaderStream::new(tokio::fs::File::from_std(file));
    let request = client
        .call(Method::POST, "/api/v1/contexts")
        .header("content-type", "application/x-tar")
        .body(reqwest::Body::wrap_stream(body));
    let uploaded: Uploaded = client.read(request).await?;
    Ok(uploaded.id)
}

/// The server leaves out what `.dockerignore` names.
fn pack(folder: &Path) -> anyhow::Result<fs::File> {
    let mut archive = tar::Builder::new(tempfile::tempfile()?);
    archive.follow_symlinks(false);
    archive.append_dir_all(".", folder)?;
    let mut file = archive.into_inner()?;
    file.flush()?;
    file.rewind()?;
    Ok(file)
}
