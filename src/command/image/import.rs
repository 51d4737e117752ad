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
    let (layer, diff_id) = compress(archive).context("compressing the layer")?;
    let config = json!({
        "architecture": architecture(),
        "os": "linux",
        "config": {
            "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
            "Cmd": command,
        },
        "rootfs": { "type": "layers", "diff_ids": [diff_id] },
        "history": [{ "created_by": "trythis image" }],
    })
    .to_string();
    let (repository, tag) = (&reference.repository, &reference.tag);
    super::runtime()?.block_on(async {
        let store = registry.store();
        // The store hashes what it takes in: nothing is read a second time for its digest.
        let (layer, layer_size) =
            store.put_blob(repository, tokio::fs::File::from_std(layer)).await?;
        let (config, config_size) = store.put_blob(repository, config.as_bytes()).await?;
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": { "mediaType": CONFIG, "size": config_size, "digest": config.to_string() },
            "layers": [{ "mediaType": LAYER, "size": layer_size, "digest": layer.to_string() }],
        })
        .to_string();
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

/// The archive gzipped, and the digest of what it was before.
fn compress(mut archive: File) -> io::Result<(File, String)> {
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
    file.rewind()?;
    Ok((file, format!("sha256:{}", hex::encode(plain.finalize()))))
}
