//! The API is what its description says: schemathesis asks the running server, as somebody with a
//! token and as nobody in particular, what fits the description and what does not.

use crate::{
    maintainer::publish_busybox,
    support::{client::Client, server::Server},
};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const EXAMPLES: &str = "10";
const SEED: &str = "1";

#[actix_web::test]
async fn every_call_keeps_to_the_description() {
    let program = schemathesis();
    let server = Server::options()
        .set("TRYTHIS_TRIES_PER_MINUTE", 1_000_000)
        .set("TRYTHIS_BUILD_SECONDS", 10)
        .start();
    let client = Client::of(&server);
    client.sign_up("maker").await;
    // The description's example.
    publish_busybox(&client, "jq").await;
    let token = token(&client).await;
    let folder = tempfile::tempdir().unwrap();
    let document = folder.path().join("openapi.json");
    let strict = strict(client.get("/api/v1/openapi.json").await.json().await.unwrap());
    fs::write(&document, strict.to_string()).unwrap();
    check(&program, &server, &document, Some(&token));
    check(&program, &server, &document, None);
}

/// A token. Programs that guess at numbers revoke the first ones.
async fn token(client: &Client) -> String {
    let mut token = String::new();
    for name in 0..30 {
        let wish = json!({ "name": name.to_string(), "scope": "write" });
        let made = client.post("/api/v1/tokens", &wish).await;
        let made: Value = made.json().await.unwrap();
        token = made["token"].as_str().expect("a token").to_owned();
    }
    token
}

/// The description with nothing allowed in an answer that is not described: readers are told to
/// be lenient, the server is not.
fn strict(mut value: Value) -> Value {
    match &mut value {
        Value::Object(fields) => {
            fields.values_mut().for_each(|field| *field = strict(field.take()));
            if fields.contains_key("properties") && fields.get("type") == Some(&json!("object")) {
                fields.insert("additionalProperties".to_owned(), json!(false));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = strict(item.take())),
        _ => {}
    }
    value
}

fn schemathesis() -> PathBuf {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/schemathesis.sh");
    let done = Command::new(script).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "schemathesis cannot be installed: {said}");
    PathBuf::from(String::from_utf8(done.stdout).unwrap().trim())
}

fn check(program: &Path, server: &Server, document: &Path, token: Option<&str>) {
    let folder = document.parent().unwrap();
    let settings = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/e2e/openapi.toml");
    let mut command = Command::new(program);
    command
        .arg("--config-file")
        .arg(settings)
        .args(["run", document.to_str().unwrap(), "--url", &server.url("")])
        .args(["--checks", "all", "--seed", SEED, "--max-examples", EXAMPLES])
        .args(["--request-timeout", "30", "--suppress-health-check", "all", "--no-shrink"])
        .args(["--warnings", "off", "--generation-database", "none"])
        .env("NO_COLOR", "1")
        .current_dir(folder);
    if let Some(token) = token {
        command.arg("--header").arg(format!("Authorization: Bearer {token}"));
    }
    let done = command.output().unwrap();
    let who = if token.is_some() { "with a token" } else { "as a guest" };
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{who}:\n{said}\n{}", String::from_utf8_lossy(&done.stderr));
}
