//! skopeo, as a client that is not ours.

use crate::server::Server;
use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

const SMALL: &str = "application/vnd.oci.image.layer.v1.tar";

/// Writes an OCI layout of one image with a layer of `content`.
fn write_layout(folder: &Path, content: &[u8]) {
    use crate::server::{IMAGE, sha256};
    use serde_json::{Value, json};
    let blobs = folder.join("blobs/sha256");
    fs::create_dir_all(&blobs).expect("a folder");
    let put = |kind: &str, bytes: &[u8]| -> Value {
        let digest = sha256(bytes);
        fs::write(blobs.join(digest.hex()), bytes).expect("a blob");
        json!({ "mediaType": kind, "digest": digest.to_string(), "size": bytes.len() })
    };
    let layer = put(SMALL, content);
    let config = json!({
        "architecture": "amd64", "os": "linux", "config": {},
        "rootfs": { "type": "layers", "diff_ids": [layer["digest"]] },
    });
    let config = put("application/vnd.oci.image.config.v1+json", config.to_string().as_bytes());
    let manifest =
        json!({ "schemaVersion": 2, "mediaType": IMAGE, "config": config, "layers": [layer] });
    let mut manifest = put(IMAGE, manifest.to_string().as_bytes());
    manifest["annotations"] = json!({ "org.opencontainers.image.ref.name": "v1" });
    let index = json!({ "schemaVersion": 2, "manifests": [manifest] });
    fs::write(folder.join("index.json"), index.to_string()).expect("the index");
    fs::write(folder.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).expect("the marker");
}

/// Runs skopeo while the server goes on.
async fn skopeo(arguments: Vec<String>) -> Output {
    let run = move || Command::new("skopeo").arg("--insecure-policy").args(arguments).output();
    let output = actix_web::rt::task::spawn_blocking(run).await.expect("a thread");
    output.expect("skopeo is installed by `make deps-test`")
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn assert_success(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[actix_web::test]
async fn it_copies_there_and_back_inspects_and_deletes() {
    let server = Server::guarded().await;
    let there = server.scratch().join("there");
    let back = server.scratch().join("back");
    let content: Vec<u8> = (0..500_000_u32).flat_map(u32::to_le_bytes).collect();
    write_layout(&there, &content);
    let (host, there, back) = (server.address, there.display(), back.display());

    let refused = format!("copy --dest-tls-verify=false oci:{there}:v1 docker://{host}/a/b:v1");
    assert!(!skopeo(words(&refused)).await.status.success());
    let push = format!(
        "copy --preserve-digests --dest-tls-verify=false --dest-creds builder:s3cret oci:{there}:v1 docker://{host}/a/b:v1"
    );
    assert_success(&skopeo(words(&push)).await);
    // Into another repository: skopeo mounts what it knows to be there.
    assert_success(&skopeo(words(&push.replace("/a/b:v1", "/c:v2"))).await);
    let pull = format!(
        "copy --preserve-digests --src-tls-verify=false docker://{host}/c:v2 oci:{back}:v1"
    );
    assert_success(&skopeo(words(&pull)).await);
    let layer = crate::server::sha256(&content);
    let pulled = server.scratch().join("back/blobs/sha256").join(layer.hex());
    assert!(fs::read(pulled).expect("the layer") == content);

    let inspected =
        skopeo(words(&format!("inspect --tls-verify=false docker://{host}/a/b:v1"))).await;
    assert_success(&inspected);
    let inspected: serde_json::Value = serde_json::from_slice(&inspected.stdout).expect("JSON");
    assert_eq!(inspected["RepoTags"], serde_json::json!(["v1"]));
    assert_eq!(inspected["Layers"], serde_json::json!([layer.to_string()]));

    let delete = format!("delete --tls-verify=false --creds builder:s3cret docker://{host}/a/b:v1");
    assert_success(&skopeo(words(&delete)).await);
    assert!(server.registry.tags("a/b").await.expect("tags").is_empty());
    server.stop().await;
}
