//! A registry on a free port, in a temporary folder, that ends with the test.

use actix_web::{App, HttpServer, dev::ServerHandle};
use registry::{
    Credentials, Registry, RegistryConfig,
    model::{Algorithm, Digest},
};
use reqwest::{
    Client, Method, RequestBuilder, Response, StatusCode,
    header::{CONTENT_TYPE, LOCATION},
};
use serde_json::{Value, json};
use std::{net::SocketAddr, path::Path};
use tempfile::TempDir;

pub const IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";
pub const INDEX: &str = "application/vnd.oci.image.index.v1+json";

pub struct Server {
    pub registry: Registry,
    pub address: SocketAddr,
    folder: TempDir,
    handle: ServerHandle,
    client: Client,
}

impl Server {
    pub async fn start() -> Self {
        Self::with(None).await
    }

    pub async fn guarded() -> Self {
        let credentials = Credentials { user: "builder".into(), password: "s3cret".into() };
        Self::with(Some(credentials)).await
    }

    async fn with(credentials: Option<Credentials>) -> Self {
        // The clients ask for one even where they speak plain HTTP. A second call changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("registry");
        let registry = Registry::open(RegistryConfig { data, credentials }).expect("a registry");
        let served = registry.clone();
        let server = HttpServer::new(move || {
            let registry = served.clone();
            App::new().configure(|cfg| registry::routes(cfg, registry))
        });
        let server = server.workers(2).disable_signals().shutdown_timeout(1);
        let server = server.bind("127.0.0.1:0").expect("a free port");
        let address = server.addrs()[0];
        let running = server.run();
        let handle = running.handle();
        actix_web::rt::spawn(running);
        Self { registry, address, folder, handle, client: Client::new() }
    }

    pub async fn stop(self) {
        self.handle.stop(false).await;
    }

    pub fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("registry")
    }

    pub fn scratch(&self) -> &Path {
        self.folder.path()
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("http://{}{path}", self.address))
    }

    pub async fn send(&self, method: Method, path: &str) -> Response {
        self.request(method, path).send().await.expect("an answer")
    }

    pub async fn get(&self, path: &str) -> Response {
        self.send(Method::GET, path).await
    }

    pub async fn json(&self, path: &str) -> Value {
        let response = self.get(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        response.json().await.expect("JSON")
    }

    /// Opens an upload and returns its path.
    pub async fn upload(&self, name: &str) -> String {
        let response = self.send(Method::POST, &format!("/v2/{name}/blobs/uploads/")).await;
        assert_eq!(response.status(), StatusCode::ACCEPTED);
        header(&response, LOCATION.as_str())
    }

    pub async fn push_blob(&self, name: &str, content: impl Into<Vec<u8>>) -> Digest {
        let content = content.into();
        let digest = sha256(&content);
        let path = format!("/v2/{name}/blobs/uploads/?digest={digest}");
        let response = self.request(Method::POST, &path).body(content).send().await;
        assert_eq!(response.expect("an answer").status(), StatusCode::CREATED);
        digest
    }

    pub async fn put_manifest(&self, name: &str, reference: &str, manifest: &Value) -> Response {
        let media_type = manifest["mediaType"].as_str().unwrap_or(IMAGE).to_owned();
        let request = self.request(Method::PUT, &format!("/v2/{name}/manifests/{reference}"));
        let request = request.header(CONTENT_TYPE, media_type).body(manifest.to_string());
        request.send().await.expect("an answer")
    }

    /// Pushes an image of one small layer; returns its digest.
    pub async fn push_image(&self, name: &str, tag: &str, content: &str) -> Digest {
        let manifest = self.image(name, content).await;
        let response = self.put_manifest(name, tag, &manifest).await;
        assert_eq!(response.status(), StatusCode::CREATED);
        sha256(manifest.to_string().as_bytes())
    }

    /// The manifest of an image whose blobs are pushed.
    pub async fn image(&self, name: &str, content: &str) -> Value {
        let config = self.push_blob(name, "{}").await;
        let layer = self.push_blob(name, content).await;
        json!({
            "schemaVersion": 2,
            "mediaType": IMAGE,
            "config": { "mediaType": "application/vnd.oci.image.config.v1+json", "digest": config.to_string(), "size": 2 },
            "layers": [{ "mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": layer.to_string(), "size": content.len() }],
        })
    }
}

pub fn sha256(content: &[u8]) -> Digest {
    Digest::of(Algorithm::Sha256, content)
}

pub fn header(response: &Response, name: &str) -> String {
    let value = response.headers().get(name);
    value.unwrap_or_else(|| panic!("no header {name}")).to_str().expect("text").to_owned()
}

/// Checks an error's status and code.
pub async fn refused(response: Response, status: u16, code: &str) {
    let got = response.status();
    let body = response.text().await.expect("a body");
    assert_eq!(got.as_u16(), status, "{body}");
    let body: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(body["errors"][0]["code"], code);
    assert!(body["errors"][0]["message"].as_str().is_some_and(|message| !message.is_empty()));
}
