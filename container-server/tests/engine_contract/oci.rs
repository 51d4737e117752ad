//! Small images for the tests, made of busybox.

use bytes::Bytes;
use container_api::ImageRef;
use container_server::remote::Remote;
use flate2::{Compression, write::GzEncoder};
use oci_distribution::manifest::OCI_IMAGE_MEDIA_TYPE;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{io::Write, path::Path};

/// The programs that the images have.
const APPLETS: &[&str] = &[
    "sh", "cat", "echo", "env", "hostname", "id", "ls", "mkdir", "pwd", "rm", "sleep", "stty",
    "tail", "true", "false", "touch", "seq", "ln", "printf", "head", "dd", "wc",
];

/// How a layer is stored.
#[derive(Clone, Copy)]
pub enum Form {
    Gzip,
    Plain,
}

/// A layer in the making.
pub struct LayerTar(tar::Builder<Vec<u8>>);

impl LayerTar {
    pub fn new() -> Self {
        Self(tar::Builder::new(Vec::new()))
    }

    pub fn file(mut self, path: &str, mode: u32, content: &[u8]) -> Self {
        let mut header = header(tar::EntryType::Regular, mode);
        header.set_size(content.len() as u64);
        self.0.append_data(&mut header, path, content).unwrap();
        self
    }

    pub fn folder(mut self, path: &str) -> Self {
        let mut header = header(tar::EntryType::Directory, 0o755);
        self.0.append_data(&mut header, path, std::io::empty()).unwrap();
        self
    }

    /// An entry of any kind, with a path and a target as they are.
    pub fn raw(mut self, kind: tar::EntryType, path: &str, target: &str) -> Self {
        let mut header = header(kind, 0o644);
        let old = header.as_old_mut();
        old.name[..path.len()].copy_from_slice(path.as_bytes());
        old.linkname[..target.len()].copy_from_slice(target.as_bytes());
        header.set_cksum();
        self.0.append(&header, std::io::empty()).unwrap();
        self
    }

    /// The header of a file that is said to be this large; nothing follows it.
    pub fn huge(mut self, path: &str, size: u64) -> Vec<u8> {
        let mut header = header(tar::EntryType::Regular, 0o644);
        header.set_path(path).unwrap();
        header.set_size(size);
        header.set_cksum();
        self.0.get_mut().extend_from_slice(header.as_bytes());
        self.0.into_inner().unwrap()
    }

    pub fn link(mut self, path: &str, target: &str) -> Self {
        let mut header = header(tar::EntryType::Symlink, 0o777);
        self.0.append_link(&mut header, path, target).unwrap();
        self
    }

    pub fn finish(self) -> Vec<u8> {
        self.0.into_inner().unwrap()
    }
}

/// An entry of root's, without content.
fn header(kind: tar::EntryType, mode: u32) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(0);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header
}

/// A root file system with busybox and the user `app`.
pub fn busybox() -> Vec<u8> {
    let program = ["/bin/busybox", "/usr/bin/busybox"].into_iter().find(|p| Path::new(p).exists());
    let program = std::fs::read(program.expect("busybox-static is installed")).unwrap();
    let mut layer = LayerTar::new()
        .folder("bin")
        .folder("etc")
        .folder("tmp")
        .folder("proc")
        .folder("sys")
        .folder("dev")
        .folder("home/app")
        .file("etc/passwd", 0o644, b"root:x:0:0::/:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n")
        .file("etc/group", 0o644, b"root:x:0:\napp:x:1000:\n")
        .file("bin/busybox", 0o755, &program);
    for applet in APPLETS {
        layer = layer.link(&format!("bin/{applet}"), "busybox");
    }
    layer.finish()
}

pub fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}

/// Pushes an image; `config` is the part that says how its program is started.
pub async fn push(remote: &Remote, layers: &[(Vec<u8>, Form)], config: Value) -> ImageRef {
    let diff_ids: Vec<String> = layers.iter().map(|(tar, _)| digest(tar)).collect();
    push_with_ids(remote, layers, config, &diff_ids).await
}

/// The same, with what the image claims its layers to be.
pub async fn push_with_ids(
    remote: &Remote,
    layers: &[(Vec<u8>, Form)],
    config: Value,
    diff_ids: &[String],
) -> ImageRef {
    let here = json!(oci_distribution::config::Architecture::default());
    push_for(remote, here, layers, config, diff_ids).await
}

/// The same for another kind of machine.
pub async fn push_for(
    remote: &Remote,
    architecture: Value,
    layers: &[(Vec<u8>, Form)],
    config: Value,
    diff_ids: &[String],
) -> ImageRef {
    let repository = "projects/test";
    let mut descriptors = Vec::new();
    for (tar, form) in layers {
        let (blob, media_type) = match form {
            Form::Plain => (tar.clone(), "application/vnd.oci.image.layer.v1.tar"),
            Form::Gzip => (gzip(tar), "application/vnd.oci.image.layer.v1.tar+gzip"),
        };
        descriptors.push(push_blob(remote, repository, blob, media_type).await);
    }
    let config = json!({
        "architecture": architecture,
        "os": "linux",
        "config": config,
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
    });
    let media_type = "application/vnd.oci.image.config.v1+json";
    let config = push_blob(remote, repository, config.to_string().into_bytes(), media_type).await;
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": OCI_IMAGE_MEDIA_TYPE,
        "config": config,
        "layers": descriptors,
    });
    let digest = remote
        .push_manifest(repository, "latest", manifest.to_string(), OCI_IMAGE_MEDIA_TYPE)
        .await
        .unwrap();
    ImageRef { repository: repository.to_owned(), digest }
}

async fn push_blob(remote: &Remote, repository: &str, blob: Vec<u8>, media_type: &str) -> Value {
    let (digest, size) = (digest(&blob), blob.len());
    remote.push_bytes(repository, Bytes::from(blob), &digest).await.unwrap();
    json!({"mediaType": media_type, "digest": digest, "size": size})
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
