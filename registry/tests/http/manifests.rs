//! `/v2/<name>/manifests/<tag-or-digest>`.

use crate::server::{IMAGE, INDEX, Server, header, refused, sha256};
use registry::model::{Algorithm, Digest};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

fn empty() -> Value {
    json!({ "schemaVersion": 2, "mediaType": IMAGE, "layers": [] })
}

#[actix_web::test]
async fn an_image_is_kept_byte_for_byte() {
    let server = Server::start().await;
    let manifest = server.image("a", "layer").await;
    // Odd spacing and unknown fields must survive.
    let text = manifest.to_string().replacen('{', "{ \n \"x-unknown\": [1, 2],", 1);
    let digest = sha256(text.as_bytes());
    let request = server.request(Method::PUT, "/v2/a/manifests/v1").body(text.clone());
    let request = request.header("Content-Type", format!("{IMAGE}; charset=utf-8"));
    let pushed = request.send().await.expect("an answer");
    assert_eq!(pushed.status(), StatusCode::CREATED);
    assert_eq!(header(&pushed, "Docker-Content-Digest"), digest.to_string());
    let location = header(&pushed, "Location");
    for path in [location.as_str(), "/v2/a/manifests/v1"] {
        for method in [Method::GET, Method::HEAD] {
            let response = server.send(method.clone(), path).await;
            assert_eq!(response.status(), StatusCode::OK);
            assert_eq!(header(&response, "Content-Type"), IMAGE);
            assert_eq!(header(&response, "Content-Length"), text.len().to_string());
            assert_eq!(header(&response, "Docker-Content-Digest"), digest.to_string());
            let body = response.text().await.expect("a body");
            assert_eq!(body, if method == Method::GET { text.as_str() } else { "" });
        }
    }
    server.stop().await;
}

#[actix_web::test]
async fn a_tag_moves_and_the_old_manifest_stays() {
    let server = Server::start().await;
    let old = server.push_image("a", "latest", "one").await;
    let new = server.push_image("a", "latest", "two").await;
    let latest = server.get("/v2/a/manifests/latest").await;
    assert_eq!(header(&latest, "Docker-Content-Digest"), new.to_string());
    let by_digest = server.get(&format!("/v2/a/manifests/{old}")).await;
    assert_eq!(by_digest.status(), StatusCode::OK);
    server.stop().await;
}

#[actix_web::test]
async fn a_push_by_digest_may_bring_tags() {
    let server = Server::start().await;
    let manifest = empty();
    let digest = sha256(manifest.to_string().as_bytes());
    let reference = format!("{digest}?tag=1&tag=1.2&tag=latest");
    let pushed = server.put_manifest("a", &reference, &manifest).await;
    assert_eq!(pushed.status(), StatusCode::CREATED);
    let tags: Vec<_> = pushed.headers().get_all("OCI-Tag").iter().collect();
    assert_eq!(tags, ["1", "1.2", "latest"]);
    assert_eq!(server.json("/v2/a/tags/list").await["tags"], json!(["1", "1.2", "latest"]));
    let bad = server.put_manifest("a", &format!("{digest}?tag=a/b"), &manifest).await;
    refused(bad, 400, "MANIFEST_INVALID").await;

    let sha512 = Digest::of(Algorithm::Sha512, manifest.to_string().as_bytes());
    let pushed = server.put_manifest("a", &sha512.to_string(), &manifest).await;
    assert_eq!(header(&pushed, "Docker-Content-Digest"), sha512.to_string());
    server.stop().await;
}

#[actix_web::test]
async fn what_an_image_refers_to_must_be_there() {
    let server = Server::start().await;
    let manifest = server.image("a", "layer").await;
    let elsewhere = server.put_manifest("b", "v1", &manifest).await;
    assert_eq!(elsewhere.status(), StatusCode::BAD_REQUEST);
    let body: Value = elsewhere.json().await.expect("JSON");
    assert_eq!(body["errors"][0]["code"], "MANIFEST_BLOB_UNKNOWN");
    assert_eq!(body["errors"][0]["detail"].as_array().map(Vec::len), Some(2));
    refused(server.get("/v2/b/manifests/v1").await, 404, "MANIFEST_UNKNOWN").await;

    let child = server.push_image("a", "v1", "layer").await;
    let index = |digest: &Digest| json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": [{ "mediaType": IMAGE, "digest": digest.to_string(), "size": 1 }] });
    assert_eq!(server.put_manifest("a", "all", &index(&child)).await.status(), StatusCode::CREATED);
    let missing = server.put_manifest("a", "all", &index(&sha256(b"missing"))).await;
    refused(missing, 400, "MANIFEST_BLOB_UNKNOWN").await;
    server.stop().await;
}

#[actix_web::test]
async fn what_is_no_manifest_is_refused() {
    let server = Server::start().await;
    let put = |reference: &'static str, kind: &'static str, body: String| {
        let request = server.request(Method::PUT, &format!("/v2/a/manifests/{reference}"));
        request.header("Content-Type", kind).body(body).send()
    };
    let good = empty().to_string();
    for (kind, body) in [
        (IMAGE, ""),
        (IMAGE, "not JSON"),
        (IMAGE, "{}"),
        (IMAGE, r#"{"schemaVersion":1}"#),
        (IMAGE, r#"{"schemaVersion":2,"config":{"digest":"sha256:bad"}}"#),
        (INDEX, good.as_str()),
        ("text/html", r#"{"schemaVersion":2}"#),
    ] {
        let response = put("v1", kind, body.to_owned()).await.expect("an answer");
        refused(response, 400, "MANIFEST_INVALID").await;
    }
    let response = put(".bad", IMAGE, good.clone()).await.expect("an answer");
    refused(response, 400, "MANIFEST_INVALID").await;
    let response = put("sha256:bad", IMAGE, good.clone()).await.expect("an answer");
    refused(response, 400, "DIGEST_INVALID").await;
    let wrong = sha256(b"other").to_string();
    refused(server.put_manifest("a", &wrong, &empty()).await, 400, "DIGEST_INVALID").await;
    refused(server.get("/v2/a/tags/list").await, 404, "NAME_UNKNOWN").await;
    server.stop().await;
}

#[actix_web::test]
async fn a_manifest_has_at_most_four_mebibytes() {
    let server = Server::start().await;
    let sized = |bytes: usize| {
        let mut manifest = empty();
        manifest["annotations"] = json!({ "pad": "" });
        let pad = bytes - manifest.to_string().len();
        manifest["annotations"]["pad"] = json!("x".repeat(pad));
        manifest
    };
    let fits = server.put_manifest("a", "v1", &sized(4 << 20)).await;
    assert_eq!(fits.status(), StatusCode::CREATED);
    let over = server.put_manifest("a", "v2", &sized((4 << 20) + 1)).await;
    refused(over, 413, "SIZE_INVALID").await;
    // Its size is not announced.
    let pieces =
        futures_util::stream::iter((0..80).map(|_| Ok::<_, std::io::Error>(vec![b' '; 65_536])));
    let request = server.request(Method::PUT, "/v2/a/manifests/v3");
    let request = request.header("Content-Type", IMAGE).body(reqwest::Body::wrap_stream(pieces));
    refused(request.send().await.expect("an answer"), 413, "SIZE_INVALID").await;
    server.stop().await;
}

#[actix_web::test]
async fn tags_and_manifests_are_deleted() {
    let server = Server::start().await;
    let digest = server.push_image("a", "one", "x").await;
    server.push_image("a", "two", "x").await;
    server.push_image("b", "one", "x").await;
    let delete = |reference: String| async {
        server.send(Method::DELETE, &format!("/v2/a/manifests/{}", { reference })).await
    };
    assert_eq!(delete("one".into()).await.status(), StatusCode::ACCEPTED);
    refused(server.get("/v2/a/manifests/one").await, 404, "MANIFEST_UNKNOWN").await;
    assert_eq!(server.get(&format!("/v2/a/manifests/{digest}")).await.status(), StatusCode::OK);

    assert_eq!(delete(digest.to_string()).await.status(), StatusCode::ACCEPTED);
    refused(server.get("/v2/a/manifests/two").await, 404, "MANIFEST_UNKNOWN").await;
    refused(server.get(&format!("/v2/a/manifests/{digest}")).await, 404, "MANIFEST_UNKNOWN").await;
    assert_eq!(server.json("/v2/a/tags/list").await["tags"], json!([]));
    for gone in ["one".into(), digest.to_string()] {
        refused(delete(gone).await, 404, "MANIFEST_UNKNOWN").await;
    }
    assert_eq!(server.get("/v2/b/manifests/one").await.status(), StatusCode::OK);
    server.stop().await;
}

#[actix_web::test]
async fn what_is_not_there_is_unknown() {
    let server = Server::start().await;
    let missing = sha256(b"missing").to_string();
    for reference in ["latest", ".INVALID", &missing] {
        let path = format!("/v2/a/manifests/{reference}");
        refused(server.get(&path).await, 404, "MANIFEST_UNKNOWN").await;
    }
    refused(server.get("/v2/a/manifests/sha256:bad").await, 400, "DIGEST_INVALID").await;
    server.stop().await;
}
