//! `/v2/<name>/blobs/uploads/…`.

use crate::server::{Server, header, refused, sha256};
use registry::model::{Algorithm, Digest};
use reqwest::{Method, Response, StatusCode};
use serde_json::json;

async fn patch(server: &Server, upload: &str, range: &str, body: &'static str) -> Response {
    let request = server.request(Method::PATCH, upload).header("Content-Range", range);
    request.body(body).send().await.expect("an answer")
}

async fn put(server: &Server, upload: &str, digest: &Digest, body: &'static str) -> Response {
    let request = server.request(Method::PUT, &format!("{upload}?digest={digest}"));
    request.body(body).send().await.expect("an answer")
}

async fn assert_stored(server: &Server, response: Response, content: &str) {
    assert_eq!(response.status(), StatusCode::CREATED);
    let path = header(&response, "Location");
    assert_eq!(server.get(&path).await.text().await.expect("a body"), content);
}

/// How far the upload has come.
async fn range(server: &Server, upload: &str) -> String {
    let response = server.get(upload).await;
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    assert_eq!(header(&response, "Location"), upload);
    header(&response, "Range")
}

#[actix_web::test]
async fn a_blob_comes_in_by_post_and_put() {
    let server = Server::start().await;
    let upload = server.upload("a/b").await;
    let response = put(&server, &upload, &sha256(b"hello"), "hello").await;
    assert_eq!(header(&response, "Docker-Content-Digest"), sha256(b"hello").to_string());
    assert_stored(&server, response, "hello").await;
    refused(server.get(&upload).await, 404, "BLOB_UPLOAD_UNKNOWN").await;
    server.stop().await;
}

#[actix_web::test]
async fn a_blob_comes_in_by_chunks() {
    let server = Server::start().await;
    let upload = server.upload("a").await;
    assert_eq!(range(&server, &upload).await, "0-0");
    let response = patch(&server, &upload, "0-4", "hello").await;
    assert_eq!(response.status(), StatusCode::ACCEPTED);
    assert_eq!(header(&response, "Range"), "0-4");
    assert_eq!(header(&response, "Location"), upload);
    assert_eq!(patch(&server, &upload, "5-6", ", ").await.status(), StatusCode::ACCEPTED);
    assert_eq!(range(&server, &upload).await, "0-6");
    let response = put(&server, &upload, &sha256(b"hello, world"), "world").await;
    assert_stored(&server, response, "hello, world").await;
    server.stop().await;
}

#[actix_web::test]
async fn a_blob_comes_in_as_a_stream_without_ranges() {
    let server = Server::start().await;
    let upload = server.upload("a").await;
    for body in ["hel", "lo"] {
        let request = server.request(Method::PATCH, &upload).body(body);
        assert_eq!(request.send().await.expect("an answer").status(), StatusCode::ACCEPTED);
    }
    let response = put(&server, &upload, &sha256(b"hello"), "").await;
    assert_stored(&server, response, "hello").await;
    server.stop().await;
}

#[actix_web::test]
async fn a_chunk_out_of_order_leaves_the_upload_as_it_was() {
    let server = Server::start().await;
    let upload = server.upload("a").await;
    patch(&server, &upload, "0-4", "hello").await;
    for (range, body) in [("0-4", "hello"), ("7-9", "abc"), ("4-5", "ab")] {
        let response = patch(&server, &upload, range, body).await;
        assert_eq!(header(&response, "Range"), "0-4");
        refused(response, 416, "BLOB_UPLOAD_INVALID").await;
    }
    let last = server.request(Method::PUT, &format!("{upload}?digest={}", sha256(b"hello!")));
    let last = last.header("Content-Range", "9-9").body("!").send().await.expect("an answer");
    refused(last, 416, "BLOB_UPLOAD_INVALID").await;
    assert_eq!(range(&server, &upload).await, "0-4");
    let response = put(&server, &upload, &sha256(b"hello!"), "!").await;
    assert_stored(&server, response, "hello!").await;
    server.stop().await;
}

#[actix_web::test]
async fn a_range_that_makes_no_sense_is_refused() {
    let server = Server::start().await;
    let upload = server.upload("a").await;
    for range in ["", "x", "0", "0-", "-1", "4-0", "a-b", "0-99999999999999999999"] {
        refused(patch(&server, &upload, range, "x").await, 400, "BLOB_UPLOAD_INVALID").await;
    }
    refused(patch(&server, &upload, "0-9", "short").await, 400, "SIZE_INVALID").await;
    assert_eq!(range(&server, &upload).await, "0-0");
    assert_eq!(patch(&server, &upload, "bytes 0-1/*", "ab").await.status(), StatusCode::ACCEPTED);
    server.stop().await;
}

#[actix_web::test]
async fn a_wrong_digest_stores_nothing() {
    let server = Server::start().await;
    let wrong = sha256(b"other");
    let upload = server.upload("a").await;
    refused(put(&server, &upload, &wrong, "hello").await, 400, "DIGEST_INVALID").await;
    let whole = server.request(Method::POST, &format!("/v2/a/blobs/uploads/?digest={wrong}"));
    let whole = whole.body("hello").send().await.expect("an answer");
    refused(whole, 400, "DIGEST_INVALID").await;
    for digest in [wrong, sha256(b"hello")] {
        refused(server.get(&format!("/v2/a/blobs/{digest}")).await, 404, "BLOB_UNKNOWN").await;
    }
    let left = std::fs::read_dir(server.data().join("repositories/a/_uploads")).expect("a folder");
    assert_eq!(left.count(), 0);
    server.stop().await;
}

#[actix_web::test]
async fn a_malformed_digest_is_refused_and_the_upload_lives_on() {
    let server = Server::start().await;
    let upload = server.upload("a").await;
    patch(&server, &upload, "0-4", "hello").await;
    for query in ["?digest=sha256:bad", "?digest=", "?digest=md5:00", ""] {
        let response = server.send(Method::PUT, &format!("{upload}{query}")).await;
        refused(response, 400, "DIGEST_INVALID").await;
    }
    for query in ["?digest=sha256:bad", "?digest-algorithm=md5", "?mount=sha256:bad&from=b"] {
        let response = server.send(Method::POST, &format!("/v2/a/blobs/uploads/{query}")).await;
        refused(response, 400, "DIGEST_INVALID").await;
    }
    let response = put(&server, &upload, &sha256(b"hello"), "").await;
    assert_stored(&server, response, "hello").await;
    server.stop().await;
}

#[actix_web::test]
async fn sha512_is_taken_announced_or_not() {
    let server = Server::start().await;
    let digest = Digest::of(Algorithm::Sha512, b"hello");
    for query in ["", "?digest-algorithm=sha512"] {
        let opened = server.send(Method::POST, &format!("/v2/a/blobs/uploads/{query}")).await;
        let upload = header(&opened, "Location");
        patch(&server, &upload, "0-1", "he").await;
        let response = put(&server, &upload, &digest, "llo").await;
        assert_stored(&server, response, "hello").await;
    }
    server.stop().await;
}

#[actix_web::test]
async fn an_upload_can_be_cancelled() {
    let server = Server::start().await;
    let upload = server.upload("a").await;
    patch(&server, &upload, "0-4", "hello").await;
    assert_eq!(server.send(Method::DELETE, &upload).await.status(), StatusCode::NO_CONTENT);
    for method in [Method::GET, Method::PATCH, Method::DELETE] {
        refused(server.send(method, &upload).await, 404, "BLOB_UPLOAD_UNKNOWN").await;
    }
    refused(put(&server, &upload, &sha256(b"hello"), "").await, 404, "BLOB_UPLOAD_UNKNOWN").await;
    server.stop().await;
}

#[actix_web::test]
async fn an_upload_is_known_in_its_own_repository_alone() {
    let server = Server::start().await;
    let upload = server.upload("a").await;
    let elsewhere = upload.replacen("/a/", "/b/", 1);
    refused(server.get(&elsewhere).await, 404, "BLOB_UPLOAD_UNKNOWN").await;
    for id in ["x", "..", "..%2f..%2fblobs", "00000000-0000-0000-0000-000000000000"] {
        let response = server.get(&format!("/v2/a/blobs/uploads/{id}")).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{id}");
    }
    assert_eq!(range(&server, &upload).await, "0-0");
    server.stop().await;
}

#[actix_web::test]
async fn a_blob_is_mounted_or_else_an_upload_is_opened() {
    let server = Server::start().await;
    let digest = server.push_blob("a", "x").await;
    for from in ["&from=a", ""] {
        let path = format!("/v2/b/blobs/uploads/?mount={digest}{from}");
        let response = server.send(Method::POST, &path).await;
        assert_eq!(header(&response, "Docker-Content-Digest"), digest.to_string());
        assert_stored(&server, response, "x").await;
    }
    let missing = sha256(b"missing");
    for (digest, from) in [(&digest, "c"), (&missing, "a"), (&digest, "../a")] {
        let path = format!("/v2/d/blobs/uploads/?mount={digest}&from={from}");
        let response = server.send(Method::POST, &path).await;
        assert_eq!(response.status(), StatusCode::ACCEPTED);
        assert_eq!(range(&server, &header(&response, "Location")).await, "0-0");
    }
    server.stop().await;
}

#[actix_web::test]
async fn the_same_blob_pushed_by_many_at_once_is_there_once() {
    let server = Server::start().await;
    let content = "x".repeat(700_000);
    let pushes = (0..8).map(|n| {
        let (server, content) = (&server, content.clone());
        async move { server.push_blob(&format!("a/{}", n % 2), content).await }
    });
    let digests = futures_util::future::join_all(pushes).await;
    for name in ["a/0", "a/1"] {
        let body = server.get(&format!("/v2/{name}/blobs/{}", digests[0])).await;
        assert!(body.text().await.expect("a body") == content);
    }
    server.stop().await;
}

#[actix_web::test]
async fn uploads_alone_make_no_repository() {
    let server = Server::start().await;
    server.push_blob("a", "x").await;
    assert_eq!(server.json("/v2/_catalog").await, json!({ "repositories": [] }));
    refused(server.get("/v2/a/tags/list").await, 404, "NAME_UNKNOWN").await;
    server.stop().await;
}
