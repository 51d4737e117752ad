//! The registry's client against the embedded registry.

mod support;

use bytes::Bytes;
use container_server::remote::{Credentials, RegistryConfig, Remote, RemoteError};
use futures_util::TryStreamExt;
use oci_distribution::manifest::OCI_IMAGE_MEDIA_TYPE;
use sha2::{Digest, Sha256};
use support::servers::{Server, registry, registry_config};

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}

/// Pushes an image of one layer, and returns its manifest's digest and its layer's.
async fn push_image(remote: &Remote, repository: &str, tag: &str) -> (String, String) {
    let layer = Bytes::from_static(b"not a tar, but a blob");
    let config = Bytes::from_static(b"{\"architecture\":\"amd64\",\"os\":\"linux\"}");
    for blob in [&layer, &config] {
        remote.push_bytes(repository, blob.clone(), &digest(blob)).await.unwrap();
    }
    let manifest = serde_json::json!({
        "schemaVersion": 2,
        "mediaType": OCI_IMAGE_MEDIA_TYPE,
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": digest(&config),
            "size": config.len(),
        },
        "layers": [{
            "mediaType": "application/vnd.oci.image.layer.v1.tar",
            "digest": digest(&layer),
            "size": layer.len(),
        }],
    });
    let manifest = manifest.to_string();
    let pushed =
        remote.push_manifest(repository, tag, manifest, OCI_IMAGE_MEDIA_TYPE).await.unwrap();
    (pushed, digest(&layer))
}

#[actix_web::test]
async fn what_is_pushed_can_be_found_and_read() {
    let folder = tempfile::tempdir().unwrap();
    let server = registry(folder.path());
    let remote = Remote::new(&registry_config(&server)).unwrap();
    let (image, layer) = push_image(&remote, "projects/jq", "latest").await;

    for reference in ["latest", image.as_str()] {
        let (found, manifest) = remote.resolve("projects/jq", reference).await.unwrap().unwrap();
        assert_eq!(found, image);
        assert_eq!(manifest.layers[0].digest, layer);
        let config = remote.config_blob("projects/jq", &manifest.config).await.unwrap();
        assert!(config.starts_with(b"{"));
    }
    let blob: Vec<Bytes> =
        remote.blob_stream("projects/jq", &layer).await.unwrap().try_collect().await.unwrap();
    assert_eq!(blob.concat(), b"not a tar, but a blob");

    let path = folder.path().join("copy");
    remote.pull_blob("projects/jq", &layer, &path).await.unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"not a tar, but a blob");
    remote.push_blob("projects/other", &path, &layer).await.unwrap();
    assert!(remote.has_blob("projects/other", &layer).await.unwrap());
    server.stop().await;
}

#[actix_web::test]
async fn what_is_not_there_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let server = registry(folder.path());
    let remote = Remote::new(&registry_config(&server)).unwrap();
    let nothing = digest(b"nothing");
    assert!(remote.resolve("projects/jq", "latest").await.unwrap().is_none());
    assert!(remote.resolve("projects/jq", &nothing).await.unwrap().is_none());
    assert!(remote.resolve_or_mirror("library/nosuch", "1").await.unwrap().is_none());
    assert!(!remote.has_blob("projects/jq", &nothing).await.unwrap());
    assert!(remote.tags("projects/jq").await.unwrap().is_empty());
    let blob = remote.blob_stream("projects/jq", &nothing).await.map(drop);
    assert!(matches!(blob, Err(RemoteError::NotFound(_))), "{blob:?}");
    server.stop().await;
}

#[actix_web::test]
async fn base_images_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let server = registry(folder.path());
    let remote = Remote::new(&registry_config(&server)).unwrap();
    push_image(&remote, "library/debian", "12").await;
    push_image(&remote, "library/debian", "11").await;
    push_image(&remote, "projects/jq", "latest").await;
    assert_eq!(remote.base_images().await.unwrap(), ["debian:11", "debian:12"]);
    server.stop().await;
}

#[actix_web::test]
async fn base_images_come_from_upstream_once() {
    let folder = tempfile::tempdir().unwrap();
    let upstream = registry(&folder.path().join("upstream"));
    let server = registry(&folder.path().join("local"));
    let far = Remote::new(&registry_config(&upstream)).unwrap();
    let (image, layer) = push_image(&far, "library/debian", "12").await;

    let config =
        RegistryConfig { upstream: Some(upstream.address.clone()), ..registry_config(&server) };
    let remote = Remote::new(&config).unwrap();
    assert!(remote.resolve("library/debian", "12").await.unwrap().is_none());
    let (found, _) = remote.resolve_or_mirror("library/debian", "12").await.unwrap().unwrap();
    assert_eq!(found, image);
    assert!(remote.resolve_or_mirror("library/debian", "13").await.unwrap().is_none());
    upstream.stop().await;

    // From here on it is local.
    let (found, _) = remote.resolve_or_mirror("library/debian", "12").await.unwrap().unwrap();
    assert_eq!(found, image);
    assert!(remote.has_blob("library/debian", &layer).await.unwrap());
    let error = remote.resolve_or_mirror("library/debian", "13").await.unwrap_err();
    assert!(error.is_unreachable(), "{error}");
    server.stop().await;
}

#[actix_web::test]
async fn a_registry_out_of_reach_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let server = registry(folder.path());
    let address = server.address.clone();
    server.stop().await;
    let config =
        RegistryConfig { host: address, plain_http: true, credentials: None, upstream: None };
    let error = Remote::new(&config).unwrap().resolve("projects/jq", "latest").await.unwrap_err();
    assert!(error.is_unreachable(), "{error}");
}

#[actix_web::test]
async fn wrong_credentials_push_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server: Server = registry(folder.path());
    let credentials = Credentials { user: "builder".to_owned(), password: "wrong".to_owned() };
    let config = RegistryConfig { credentials: Some(credentials), ..registry_config(&server) };
    let remote = Remote::new(&config).unwrap();
    let blob = Bytes::from_static(b"blob");
    remote.push_bytes("projects/jq", blob.clone(), &digest(&blob)).await.unwrap_err();
    server.stop().await;
}
