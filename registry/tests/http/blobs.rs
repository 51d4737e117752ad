//! `/v2/<name>/blobs/<digest>`.

use crate::server::{Server, header, refused, sha256};
use reqwest::{Method, StatusCode};

#[actix_web::test]
async fn a_blob_is_served_with_all_that_clients_need() {
    let server = Server::start().await;
    let digest = server.push_blob("a/b", "hello").await;
    let path = format!("/v2/a/b/blobs/{digest}");
    for method in [Method::GET, Method::HEAD] {
        let response = server.send(method.clone(), &path).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(header(&response, "Content-Length"), "5");
        assert_eq!(header(&response, "Content-Type"), "application/octet-stream");
        assert_eq!(header(&response, "Docker-Content-Digest"), digest.to_string());
        let body = response.text().await.expect("a body");
        assert_eq!(body, if method == Method::GET { "hello" } else { "" });
    }
    server.stop().await;
}

#[actix_web::test]
async fn large_blobs_come_back_as_they_were() {
    let server = Server::start().await;
    // Not a multiple of any buffer on the way.
    let content: Vec<u8> = (0..3_333_333_u32).flat_map(u32::to_le_bytes).collect();
    let digest = server.push_blob("a", content.clone()).await;
    let path = format!("/v2/a/blobs/{digest}");
    let response = server.get(&path).await;
    assert!(response.bytes().await.expect("a body") == content);
    let range = server.request(Method::GET, &path).header("Range", "bytes=1000000-9999999");
    let range = range.send().await.expect("an answer").bytes().await.expect("a body");
    assert!(range == content[1_000_000..10_000_000]);
    server.stop().await;
}

#[actix_web::test]
async fn ranges_are_served_and_unsatisfiable_ones_refused() {
    let server = Server::start().await;
    let path = format!("/v2/a/blobs/{}", server.push_blob("a", "0123456789").await);
    let ask =
        |range: &'static str| server.request(Method::GET, &path).header("Range", range).send();
    for (range, body, content_range) in [
        ("bytes=2-4", "234", "bytes 2-4/10"),
        ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=-2", "89", "bytes 8-9/10"),
        ("bytes=8-100", "89", "bytes 8-9/10"),
    ] {
        let response = ask(range).await.expect("an answer");
        assert_eq!(response.status(), StatusCode::PARTIAL_CONTENT, "{range}");
        assert_eq!(header(&response, "Content-Range"), content_range);
        assert_eq!(response.text().await.expect("a body"), body);
    }
    for range in ["bytes=10-", "bytes=5-2", "bytes=100-200", "bytes=-0"] {
        let response = ask(range).await.expect("an answer");
        assert_eq!(header(&response, "Content-Range"), "bytes */10", "{range}");
        refused(response, 416, "SIZE_INVALID").await;
    }
    for range in ["bytes=0-1,3-4", "lines=1-2"] {
        let response = ask(range).await.expect("an answer");
        assert_eq!(response.status(), StatusCode::OK, "{range}");
        assert_eq!(response.text().await.expect("a body"), "0123456789");
    }
    server.stop().await;
}

#[actix_web::test]
async fn a_blob_of_nothing_is_a_blob() {
    let server = Server::start().await;
    let digest = server.push_blob("a", "").await;
    let path = format!("/v2/a/blobs/{digest}");
    let response = server.send(Method::HEAD, &path).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(header(&response, "Content-Length"), "0");
    let response = server.get(&path).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.text().await.expect("a body"), "");
    server.stop().await;
}

#[actix_web::test]
async fn what_is_not_there_is_unknown_and_what_is_no_digest_invalid() {
    let server = Server::start().await;
    let missing = format!("/v2/a/blobs/{}", sha256(b"missing"));
    for method in [Method::GET, Method::DELETE] {
        refused(server.send(method, &missing).await, 404, "BLOB_UNKNOWN").await;
    }
    let traversal = format!("sha256:..%2f..%2f{}", "a".repeat(58));
    for digest in ["sha256:bad", "md5:d41d8cd98f00b204e9800998ecf8427e", &traversal] {
        refused(server.get(&format!("/v2/a/blobs/{digest}")).await, 400, "DIGEST_INVALID").await;
    }
    server.stop().await;
}

#[actix_web::test]
async fn a_blob_is_seen_only_where_it_was_pushed_or_mounted() {
    let server = Server::start().await;
    let digest = server.push_blob("a", "x").await;
    refused(server.get(&format!("/v2/b/blobs/{digest}")).await, 404, "BLOB_UNKNOWN").await;
    let mount = format!("/v2/b/blobs/uploads/?mount={digest}&from=a");
    assert_eq!(server.send(Method::POST, &mount).await.status(), StatusCode::CREATED);

    let path = format!("/v2/a/blobs/{digest}");
    assert_eq!(server.send(Method::DELETE, &path).await.status(), StatusCode::ACCEPTED);
    refused(server.get(&path).await, 404, "BLOB_UNKNOWN").await;
    refused(server.send(Method::DELETE, &path).await, 404, "BLOB_UNKNOWN").await;
    let elsewhere = server.get(&format!("/v2/b/blobs/{digest}")).await;
    assert_eq!(elsewhere.text().await.expect("a body"), "x");
    server.stop().await;
}
