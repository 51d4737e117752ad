//! `/v2/`, and what is not there.

use crate::server::{Server, header, refused};
use reqwest::{Method, StatusCode};

#[actix_web::test]
async fn it_is_a_registry() {
    let server = Server::start().await;
    for path in ["/v2/", "/v2"] {
        let response = server.get(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(header(&response, "Docker-Distribution-API-Version"), "registry/2.0");
        // What is stored comes from strangers, and the pages share this origin.
        assert_eq!(header(&response, "X-Content-Type-Options"), "nosniff");
        assert!(header(&response, "Content-Security-Policy").contains("sandbox"));
    }
    server.stop().await;
}

#[actix_web::test]
async fn what_is_not_there_is_refused_in_the_registrys_words() {
    let server = Server::start().await;
    assert_eq!(server.send(Method::HEAD, "/v2/").await.status(), StatusCode::OK);
    refused(server.get("/v2/a/nothing").await, 404, "UNSUPPORTED").await;
    refused(server.send(Method::DELETE, "/v2/").await, 405, "UNSUPPORTED").await;
    refused(server.send(Method::PATCH, "/v2/a/tags/list").await, 405, "UNSUPPORTED").await;
    server.stop().await;
}

#[actix_web::test]
async fn names_that_lead_elsewhere_are_refused() {
    let server = Server::start().await;
    for name in ["A", "_tags", "a/_blobs", "a%2f..%2fb", "a..b", "a%00b", "a%20b"] {
        refused(server.get(&format!("/v2/{name}/tags/list")).await, 400, "NAME_INVALID").await;
        let path = format!("/v2/{name}/blobs/uploads/");
        refused(server.send(Method::POST, &path).await, 400, "NAME_INVALID").await;
    }
    server.stop().await;
}
