//! The command line's way in: without HTTP, beside a running server.

use crate::server::{IMAGE, Server, header};
use registry::{Registry, RegistryConfig};
use serde_json::json;
use std::{
    fs,
    os::unix::fs::{MetadataExt, chown},
};
use walkdir::WalkDir;

async fn put_image(registry: &Registry) -> String {
    let store = registry.store();
    let (config, size) = store.put_blob("library/debian", &b"{}"[..]).await.expect("a blob");
    assert_eq!(size, 2);
    let large = vec![7; 1_000_000];
    let (layer, size) = store.put_blob("library/debian", &large[..]).await.expect("a blob");
    let manifest = json!({
        "schemaVersion": 2,
        "config": { "mediaType": "application/vnd.oci.image.config.v1+json", "digest": config.to_string(), "size": 2 },
        "layers": [{ "mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": layer.to_string(), "size": size }],
    });
    let bytes = manifest.to_string().into();
    let digest = store.put_manifest("library/debian", "12", IMAGE, bytes).await;
    digest.expect("a manifest").to_string()
}

#[actix_web::test]
async fn an_image_put_beside_a_server_is_served_at_once() {
    let server = Server::start().await;
    let config = RegistryConfig { data: server.data(), credentials: None };
    let digest = put_image(&Registry::open(config).expect("a registry")).await;
    let served = server.get("/v2/library/debian/manifests/12").await;
    assert_eq!(header(&served, "Docker-Content-Digest"), digest);
    assert_eq!(server.registry.tags("library/debian").await.expect("tags"), ["12"]);
    assert_eq!(server.registry.repositories().await.expect("names"), ["library/debian"]);
    assert!(server.registry.tags("nothing").await.expect("tags").is_empty());
    assert!(server.registry.tags("../x").await.is_err());
    server.stop().await;
}

#[actix_web::test]
async fn what_root_puts_in_belongs_to_the_folders_owner() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("registry");
    fs::create_dir(&data).expect("a folder");
    chown(&data, Some(65_534), Some(65_534)).expect("tests run as root");
    let registry = Registry::open(RegistryConfig { data: data.clone(), credentials: None });
    put_image(&registry.expect("a registry")).await;
    for entry in WalkDir::new(&data) {
        let entry = entry.expect("an entry");
        let meta = entry.metadata().expect("metadata");
        assert_eq!((meta.uid(), meta.gid()), (65_534, 65_534), "{}", entry.path().display());
    }
}

#[actix_web::test]
async fn a_source_that_breaks_off_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = RegistryConfig { data: folder.path().join("registry"), credentials: None };
    let registry = Registry::open(config).expect("a registry");
    // A folder opens like a file, but cannot be read.
    let source = tokio::fs::File::open(folder.path()).await.expect("a folder");
    let error = registry.store().put_blob("a", source).await.expect_err("not a file");
    assert!(error.to_string().contains("source"), "{error}");
    let uploads = fs::read_dir(folder.path().join("registry/repositories/a/_uploads"));
    assert_eq!(uploads.expect("a folder").count(), 0);
}
