//! `/v2/<name>/tags/list`.

use crate::server::{Server, header, refused};
use serde_json::{Value, json};

async fn tagged(tags: &[&str]) -> Server {
    let server = Server::start().await;
    let manifest = json!({ "schemaVersion": 2 });
    for tag in tags {
        assert!(server.put_manifest("a/b", tag, &manifest).await.status().is_success());
    }
    server
}

async fn list(server: &Server, query: &str) -> (Value, bool) {
    let response = server.get(&format!("/v2/a/b/tags/list{query}")).await;
    let link = response.headers().contains_key("Link");
    let body: Value = response.json().await.expect("JSON");
    assert_eq!(body["name"], "a/b");
    (body["tags"].clone(), link)
}

#[actix_web::test]
async fn tags_come_sorted_and_in_pages() {
    let server = tagged(&["b", "a", "B", "10", "9", "c"]).await;
    for (query, tags, more) in [
        ("", json!(["10", "9", "B", "a", "b", "c"]), false),
        ("?n=100", json!(["10", "9", "B", "a", "b", "c"]), false),
        ("?n=6", json!(["10", "9", "B", "a", "b", "c"]), false),
        ("?n=2", json!(["10", "9"]), true),
        ("?n=2&last=9", json!(["B", "a"]), true),
        ("?n=2&last=a", json!(["b", "c"]), false),
        ("?last=aa", json!(["b", "c"]), false),
        ("?last=zz", json!([]), false),
        ("?n=0", json!([]), false),
    ] {
        assert_eq!(list(&server, query).await, (tags, more), "{query}");
    }
    server.stop().await;
}

#[actix_web::test]
async fn links_lead_through_all_tags() {
    let server = tagged(&["a", "b", "c", "d", "e"]).await;
    let (mut seen, mut path) = (Vec::new(), "/v2/a/b/tags/list?n=2".to_owned());
    loop {
        let response = server.get(&path).await;
        let link = response.headers().contains_key("Link").then(|| header(&response, "Link"));
        let body: Value = response.json().await.expect("JSON");
        seen.extend(body["tags"].as_array().expect("tags").clone());
        let Some(link) = link else { break };
        path = link
            .strip_prefix('<')
            .and_then(|link| link.strip_suffix(r#">; rel="next""#))
            .expect("a link")
            .to_owned();
    }
    assert_eq!(seen, ["a", "b", "c", "d", "e"]);
    server.stop().await;
}

#[actix_web::test]
async fn a_repository_that_is_not_there_and_a_number_that_is_none_are_refused() {
    let server = tagged(&["a"]).await;
    refused(server.get("/v2/a/tags/list").await, 404, "NAME_UNKNOWN").await;
    for n in ["-1", "x", "", "99999999999999999999999"] {
        refused(server.get(&format!("/v2/a/b/tags/list?n={n}")).await, 400, "UNSUPPORTED").await;
    }
    server.stop().await;
}
