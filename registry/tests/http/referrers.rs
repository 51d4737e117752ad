//! `/v2/<name>/referrers/<digest>`.

use crate::server::{IMAGE, INDEX, Server, header, refused, sha256};
use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

fn referrer(subject: &str, kind: Option<&str>, note: &str) -> Value {
    let mut manifest = json!({
        "schemaVersion": 2,
        "mediaType": IMAGE,
        "layers": [],
        "subject": { "mediaType": IMAGE, "digest": subject, "size": 1 },
        "annotations": { "note": note },
    });
    if let Some(kind) = kind {
        manifest["artifactType"] = json!(kind);
    }
    manifest
}

async fn push(server: &Server, manifest: &Value) -> String {
    let digest = sha256(manifest.to_string().as_bytes()).to_string();
    let pushed = server.put_manifest("a", &digest, manifest).await;
    assert_eq!(pushed.status(), StatusCode::CREATED);
    assert_eq!(
        header(&pushed, "OCI-Subject"),
        manifest["subject"]["digest"].as_str().expect("a subject")
    );
    digest
}

#[actix_web::test]
async fn referrers_are_listed_with_type_and_annotations() {
    let server = Server::start().await;
    let subject = sha256(b"not pushed yet").to_string();
    let path = format!("/v2/a/referrers/{subject}");
    let config = server.push_blob("a", "{}").await.to_string();
    let first = push(&server, &referrer(&subject, Some("application/x.sbom+json"), "one")).await;
    let mut second = referrer(&subject, None, "two");
    second["config"] = json!({ "mediaType": "application/x.config", "digest": config, "size": 2 });
    let second = push(&server, &second).await;
    let mut third = referrer(&subject, None, "three");
    third["mediaType"] = json!(INDEX);
    let third = push(&server, &third).await;

    let response = server.get(&path).await;
    assert_eq!(header(&response, "Content-Type"), INDEX);
    let index: Value = response.json().await.expect("JSON");
    assert_eq!((&index["schemaVersion"], &index["mediaType"]), (&json!(2), &json!(INDEX)));
    let found = |digest: &str| {
        let all = index["manifests"].as_array().expect("a list");
        all.iter().find(|entry| entry["digest"] == digest).expect("listed").clone()
    };
    assert_eq!(found(&first)["artifactType"], "application/x.sbom+json");
    assert_eq!(found(&first)["annotations"]["note"], "one");
    assert_eq!(found(&second)["artifactType"], "application/x.config");
    assert_eq!(found(&third).get("artifactType"), None);
    assert_eq!(found(&third)["mediaType"], INDEX);

    let response = server.get(&format!("{path}?artifactType=application/x.sbom%2Bjson")).await;
    assert_eq!(header(&response, "OCI-Filters-Applied"), "artifactType");
    let index: Value = response.json().await.expect("JSON");
    assert_eq!(index["manifests"].as_array().map(Vec::len), Some(1));

    server.send(Method::DELETE, &format!("/v2/a/manifests/{first}")).await;
    let left = server.json(&path).await;
    assert_eq!(left["manifests"].as_array().map(Vec::len), Some(2));
    server.stop().await;
}

#[actix_web::test]
async fn nothing_refers_to_the_unknown_and_the_malformed_is_refused() {
    let server = Server::start().await;
    let empty = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": [] });
    assert_eq!(server.json(&format!("/v2/a/referrers/{}", sha256(b"x"))).await, empty);
    refused(server.get("/v2/a/referrers/sha256:bad").await, 400, "DIGEST_INVALID").await;
    refused(server.get("/v2/a/referrers/latest").await, 400, "DIGEST_INVALID").await;
    server.stop().await;
}

#[actix_web::test]
async fn referrers_pushed_at_once_are_all_kept() {
    let server = Server::start().await;
    let subject = sha256(b"subject").to_string();
    let manifests: Vec<_> = (0..24).map(|n| referrer(&subject, None, &n.to_string())).collect();
    join_all(manifests.iter().map(|manifest| push(&server, manifest))).await;
    let index = server.json(&format!("/v2/a/referrers/{subject}")).await;
    assert_eq!(index["manifests"].as_array().map(Vec::len), Some(24));
    server.stop().await;
}
