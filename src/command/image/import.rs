//! `trythis image import`: a root file system in a tar archive becomes a base image.

use super::Reference;
use crate::cli;
use anyhow::{Context, Result};
use flate2::{Compression, write::GzEncoder};
use registry::Registry;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{self, Read, Seek, Write},
};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

pub fn run(options: &cli::Import) -> Result<()> {
    let reference = Reference::parse(&options.image)?;
    let archive = File::open(&options.archive)
        .with_context(|| format!("{} cannot be opened", options.archive.display()))?;
    let registry = super::open(&options.data)?;
    let digest = add(&registry, &reference, archive, &["/bin/sh"])?;
    println!("{} is ready: {digest}", options.image);
    Ok(())
}

/// Adds an image of one layer to the registry; gives its manifest's digest.
pub fn add(
    registry: &Registry,
    reference: &Reference,
    archive: File,
    command: &[&str],
) -> Result<String> {
    let layer = compress(archive).context("compressing the layer")?;
    let config = json!({
        "architecture": architecture(),
        "os": "linux",
        "config": {
            "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
            "Cmd": command,
        },
        "rootfs": { "type": "layers", "diff_ids": [layer.diff_id] },
        "history": [{ "created_by": "trythis image" }],
    })
    .to_string();
    let config_digest = digest(config.as_bytes());
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": { "mediaType": CONFIG, "size": config.len(), "digest": config_digest },
        "layers": [{ "mediaType": LAYER, "size": layer.size, "digest": layer.digest }],
    })
    .to_string();
    let (repository, tag) = (&reference.repository, &reference.tag);
    super::runtime()?.block_on(async {
        let store = registry.store();
        store.put_blob(repository, tokio::fs::File::from_std(layer.file)).await?;
        store.put_blob(repository, config.as_bytes()).await?;
        Ok(store.put_manifest(repository, tag, MANIFEST, manifest.into()).await?.to_string())
    })
}

/// The processor's name in OCI's words.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

struct Layer {
    file: File,
    size: u64,
    digest: String,
    diff_id: String,
}

fn compress(mut archive: File) -> io::Result<Layer> {
    let mut plain = Sha256::new();
    let mut packed = GzEncoder::new(tempfile::tempfile()?, Compression::fast());
    let mut buffer = vec![0; 1 << 17];
    loop {
        let length = archive.read(&mut buffer)?;
        if length == 0 {
            break;
        }
        plain.update(&buffer[..length]);
        packed.write_all(&buffer[..length])?;
    }
    let mut file = packed.finish()?;
    let size = file.stream_position()?;
    file.rewind()?;
    let mut hash = Sha256::new();
    loop {
        let length = file.read(&mut buffer)?;
        if length == 0 {
            break;
        }
        hash.update(&buffer[..length]);
    }
    file.rewind()?;
    let name = |hash: Sha256| format!("sha256:{}", hex::encode(hash.finalize()));
    Ok(Layer { file, size, digest: name(hash), diff_id: name(plain) })
}

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}
