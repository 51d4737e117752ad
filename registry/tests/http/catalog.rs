//! `/v2/_catalog`.

use crate::server::{Server, header};
use serde_json::json;

#[actix_web::test]
async fn repositories_come_sorted_and_in_pages() {
    let server = Server::start().await;
    assert_eq!(server.json("/v2/_catalog").await, json!({ "repositories": [] }));
    let manifest = json!({ "schemaVersion": 2 });
    for name in ["b", "a/x/y", "a", "a-b"] {
        assert!(server.put_manifest(name, "v1", &manifest).await.status().is_success());
    }
    let all = json!({ "repositories": ["a", "a-b", "a/x/y", "b"] });
    assert_eq!(server.json("/v2/_catalog").await, all);
    let response = server.get("/v2/_catalog?n=1&last=a-b").await;
    assert_eq!(header(&response, "Link"), r#"</v2/_catalog?n=1&last=a%2Fx%2Fy>; rel="next""#);
    let page: serde_json::Value = response.json().await.expect("JSON");
    assert_eq!(page, json!({ "repositories": ["a/x/y"] }));
    server.stop().await;
}
