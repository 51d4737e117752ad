//! A client as a program would be: cookies, JSON, and the terminal's WebSocket.

use super::{PATIENCE, server::Server, until};
use futures_util::{SinkExt, StreamExt};
use reqwest::{Response, StatusCode, header, redirect};
use serde_json::{Value, json};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};

/// What everybody here proves themselves with.
pub const PASSWORD: &str = "correct horse battery";

pub struct Client {
    pub http: reqwest::Client,
    base: String,
}

impl Client {
    pub fn of(server: &Server) -> Self {
        let http = reqwest::Client::builder()
            .cookie_store(true)
            .redirect(redirect::Policy::none())
            // A server that crashed must not be met again on an old connection.
            .pool_max_idle_per_host(0)
            .build()
            .unwrap();
        Self { http, base: server.url("") }
    }

    pub async fn get(&self, path: &str) -> Response {
        self.http.get(format!("{}{path}", self.base)).send().await.unwrap()
    }

    /// A page's HTML.
    pub async fn page(&self, path: &str) -> String {
        let response = self.get(path).await;
        assert!(response.status().is_success(), "{path}: {}", response.status());
        response.text().await.unwrap()
    }

    /// Sends a form as its page would: with the token that the page holds.
    pub async fn submit(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Response {
        let token = csrf(&self.page(page).await);
        let mut form = vec![("csrf", token.as_str())];
        form.extend_from_slice(fields);
        self.http.post(format!("{}{action}", self.base)).form(&form).send().await.unwrap()
    }

    /// The same with a file, as `multipart/form-data`.
    pub async fn submit_files(
        &self,
        page: &str,
        action: &str,
        fields: &[(&str, &str)],
        file: &'static str,
        content: Option<Vec<u8>>,
    ) -> Response {
        let token = csrf(&self.page(page).await);
        let mut form = reqwest::multipart::Form::new().text("csrf", token);
        for (name, value) in fields {
            form = form.text((*name).to_owned(), (*value).to_owned());
        }
        if let Some(content) = content {
            let part = reqwest::multipart::Part::bytes(content).file_name("context.tar.gz");
            form = form.part(file, part);
        }
        self.http.post(format!("{}{action}", self.base)).multipart(form).send().await.unwrap()
    }

    pub async fn sign_up(&self, name: &str) {
        let fields = [("username", name), ("password", PASSWORD)];
        let answer = self.submit("/signup", "/signup", &fields).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", answer.text().await.unwrap());
    }

    /// A call of the API.
    pub async fn post(&self, path: &str, body: &Value) -> Response {
        self.http.post(format!("{}{path}", self.base)).json(body).send().await.unwrap()
    }

    /// Asks for a sandbox by the API.
    pub async fn try_project(&self, project: &str) -> Response {
        let url = format!("{}/api/v1/sandboxes", self.base);
        self.http.post(url).json(&json!({ "project": project })).send().await.unwrap()
    }

    pub async fn sandbox(&self, id: &str) -> Value {
        self.get(&format!("/api/v1/sandboxes/{id}")).await.json().await.unwrap()
    }

    pub async fn stop(&self, id: &str) -> Response {
        let url = format!("{}/api/v1/sandboxes/{id}", self.base);
        self.http.delete(url).send().await.unwrap()
    }
}

fn csrf(html: &str) -> String {
    let at = html.find("name=\"csrf\"").expect("the page has a form");
    let value = html[at..].split("value=\"").nth(1).expect("with a token");
    value.split('"').next().unwrap().to_owned()
}

/// A terminal over `trythis.v1`.
pub struct Terminal {
    socket: WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>,
    pub shown: String,
    /// How many look at it, as it was last told.
    pub viewers: u64,
    pub closed: Option<(u16, String)>,
}

impl Terminal {
    pub async fn attach(url: &str) -> Self {
        let mut request = url.into_client_request().unwrap();
        let protocol = HeaderValue::from_static("trythis.v1");
        request.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, protocol);
        let (socket, _) = connect_async(request).await.unwrap();
        Self { socket, shown: String::new(), viewers: 0, closed: None }
    }

    /// Sends a frame of a kind.
    pub async fn send(&mut self, kind: u8, payload: &[u8]) {
        let mut frame = vec![kind];
        frame.extend_from_slice(payload);
        self.socket.send(Message::binary(frame)).await.unwrap();
    }

    pub async fn types(&mut self, text: &str) {
        self.send(0, text.as_bytes()).await;
    }

    /// Reads until the output holds a text.
    pub async fn sees(&mut self, text: &str) {
        let wanted = async {
            while !self.shown.contains(text) {
                assert!(
                    self.step().await,
                    "closed {:?} before {text:?}: {}",
                    self.closed,
                    self.shown
                );
            }
        };
        let patience = tokio::time::timeout(PATIENCE, wanted).await;
        assert!(patience.is_ok(), "never saw {text:?}");
    }

    /// Reads until so many look at it.
    pub async fn has_viewers(&mut self, wanted: u64) {
        let told = async {
            while self.viewers != wanted {
                assert!(self.step().await, "closed {:?}", self.closed);
            }
        };
        let patience = tokio::time::timeout(PATIENCE, told).await;
        assert!(patience.is_ok(), "never {wanted} viewers, but {}", self.viewers);
    }

    /// Reads until the server closes the socket; gives the code and the reason.
    pub async fn close(&mut self) -> (u16, String) {
        let closing = async { while self.step().await {} };
        tokio::time::timeout(PATIENCE, closing).await.expect("the server closes the socket");
        self.closed.clone().expect("with a close frame")
    }

    async fn step(&mut self) -> bool {
        match self.socket.next().await {
            Some(Ok(Message::Binary(frame))) => {
                let skip = match frame.first() {
                    Some(0) => 9,
                    Some(1) => 13,
                    Some(2) => {
                        let status: Value = serde_json::from_slice(&frame[1..]).unwrap();
                        self.viewers = status["viewers"].as_u64().unwrap_or(self.viewers);
                        return true;
                    }
                    _ => return true,
                };
                self.shown.push_str(&String::from_utf8_lossy(&frame[skip..]));
                true
            }
            Some(Ok(Message::Close(Some(close)))) => {
                self.closed = Some((close.code.into(), close.reason.to_string()));
                true
            }
            Some(Ok(_)) => true,
            Some(Err(_)) | None => false,
        }
    }
}

/// Waits until a project has an image.
pub async fn until_triable(client: &Client, slug: &str) {
    until(&format!("{slug} can be tried"), PATIENCE * 3, async || {
        let page = client.page(&format!("/p/{slug}")).await;
        page.contains("data-try-form").then_some(())
    })
    .await;
}
