//! Clients that stop in the middle, servers that restart, files that are damaged.

use crate::server::{Server, header, refused, sha256};
use registry::{Registry, RegistryConfig};
use reqwest::{Method, StatusCode};
use std::{
    fs,
    io::Write as _,
    net::{Shutdown, TcpStream},
    path::{Path, PathBuf},
};

fn content_file(data: &Path, hex: &str) -> PathBuf {
    data.join("blobs/sha256").join(&hex[..2]).join(hex)
}

#[actix_web::test]
async fn a_client_that_breaks_off_can_go_on() {
    let server = Server::start().await;
    let upload = server.upload("a").await;
    let mut socket = TcpStream::connect(server.address).expect("a connection");
    write!(socket, "PATCH {upload} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhello")
        .expect("a request");
    socket.shutdown(Shutdown::Write).expect("the end");
    while header(&server.get(&upload).await, "Range") != "0-4" {
        actix_web::rt::task::yield_now().await;
    }
    let rest = server.request(Method::PATCH, &upload).header("Content-Range", "5-11");
    let rest = rest.body(", world").send().await.expect("an answer");
    assert_eq!(rest.status(), StatusCode::ACCEPTED);
    let close = format!("{upload}?digest={}", sha256(b"hello, world"));
    assert_eq!(server.send(Method::PUT, &close).await.status(), StatusCode::CREATED);
    server.stop().await;
}

#[actix_web::test]
async fn a_post_that_breaks_off_leaves_nothing() {
    let server = Server::start().await;
    let mut socket = TcpStream::connect(server.address).expect("a connection");
    let path = format!("/v2/a/blobs/uploads/?digest={}", sha256(b"hello"));
    write!(socket, "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhello")
        .expect("a request");
    let uploads = server.data().join("repositories/a/_uploads");
    let left = || fs::read_dir(&uploads).map(Iterator::count).unwrap_or_default();
    while left() == 0 {
        actix_web::rt::task::yield_now().await;
    }
    drop(socket);
    while left() > 0 {
        actix_web::rt::task::yield_now().await;
    }
    refused(server.get(&format!("/v2/a/blobs/{}", sha256(b"hello"))).await, 404, "BLOB_UNKNOWN")
        .await;
    server.stop().await;
}

#[actix_web::test]
async fn everything_is_there_after_a_restart_and_uploads_go_on() {
    let server = Server::start().await;
    let digest = server.push_image("a", "v1", "layer").await;
    let upload = server.upload("a").await;
    server.request(Method::PATCH, &upload).body("hello").send().await.expect("an answer");

    // Another process that opens the same folder knows no more than what is on disk.
    let config = RegistryConfig { data: server.data(), credentials: None };
    let second = Registry::open(config).expect("a registry");
    let found = second.store().manifest("a", "v1").await.expect("a store").expect("the image");
    assert_eq!(found.digest, digest);
    let app = actix_web::App::new().configure(|cfg| registry::routes(cfg, second));
    let app = actix_web::test::init_service(app).await;
    let close = format!("{upload}?digest={}", sha256(b"hello, world"));
    let close = actix_web::test::TestRequest::put().uri(&close).set_payload(", world");
    let closed = actix_web::test::call_service(&app, close.to_request()).await;
    assert_eq!(closed.status(), 201);
    server.stop().await;
}

#[actix_web::test]
async fn damaged_content_is_never_served_and_a_new_push_mends_it() {
    let server = Server::start().await;
    let digest = server.push_image("a", "v1", "layer").await;
    let blob = sha256(b"layer");
    fs::write(content_file(&server.data(), blob.hex()), "lay").expect("a file");
    let path = format!("/v2/a/blobs/{blob}");
    refused(server.get(&path).await, 500, "UNKNOWN").await;
    server.push_blob("a", "layer").await;
    assert_eq!(server.get(&path).await.text().await.expect("a body"), "layer");

    let file = content_file(&server.data(), digest.hex());
    let good = fs::read_to_string(&file).expect("a file");
    fs::write(&file, good.replacen('2', "3", 1)).expect("a file");
    refused(server.get("/v2/a/manifests/v1").await, 500, "UNKNOWN").await;
    server.push_image("a", "v1", "layer").await;
    assert_eq!(server.get("/v2/a/manifests/v1").await.text().await.expect("a body"), good);
    server.stop().await;
}

#[actix_web::test]
async fn a_folder_that_cannot_be_used_says_so() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let config = RegistryConfig { data: file.path().join("registry"), credentials: None };
    let error = Registry::open(config).expect_err("not a folder").to_string();
    assert!(error.contains("cannot be used"), "{error}");
}
