//! Ours, as web asks for it: the container server's API, and the terminal by WebSocket.

use super::{
    contestant::{Contestant, PROMPT, Worker},
    image::{Image, run},
};
use crate::servers::{
    cores::Cores,
    internal,
    process::Memory,
    trythis::{Data, Trythis},
};
use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, client::conn::http1::SendRequest, header};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::{
    net::{SocketAddr, TcpStream},
    path::Path,
    process::Command,
    time::Duration,
};
use tokio::runtime::Runtime;
use tokio_tungstenite::tungstenite::{
    Message, WebSocket, client::IntoClientRequest, http::HeaderValue,
};

/// Longer than this and a shell does not answer.
const PATIENCE: Duration = Duration::from_secs(60);
const NAME: &str = "bench/busybox:1";

/// A running `trythis serve` with the image.
pub struct Api {
    server: Trythis,
    internal: SocketAddr,
    token: String,
    digest: String,
    // In the order in which they go.
    data: Data,
}

/// Who asks, over a connection that stays open.
pub struct Caller<'a> {
    of: &'a Api,
    runtime: Runtime,
    connection: SendRequest<Full<Bytes>>,
    live: Option<(String, Terminal)>,
}

/// A terminal's WebSocket.
pub struct Terminal(WebSocket<TcpStream>);

impl Api {
    /// Imports the image and serves.
    pub fn start(binary: &Path, image: &Image) -> Result<Self> {
        let data = Data::new(None)?;
        let mut import = Command::new(binary);
        import.args(["image", "import", NAME]).arg(&image.archive).arg("--data").arg(data.path());
        let said = run(&mut import)?;
        let digest = said.split_whitespace().find(|word| word.starts_with("sha256:"));
        let digest = digest.context("trythis image import names no digest")?.to_owned();
        let server = Trythis::start(binary, &data, &Cores::All)?;
        let (internal, token) = (internal::address(&server)?, internal::token(&data.path())?);
        Ok(Self { server, internal, token, digest, data })
    }

    /// Somebody who asks.
    pub fn caller(&self) -> Result<Caller<'_>> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let connection = runtime.block_on(async {
            let stream = tokio::net::TcpStream::connect(self.internal).await?;
            stream.set_nodelay(true)?;
            let (connection, driver) =
                hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
            tokio::spawn(driver);
            anyhow::Ok(connection)
        })?;
        Ok(Caller { of: self, runtime, connection, live: None })
    }

    /// What the server and the supervisor hold, in proportion to how they share it.
    pub fn memory(&self) -> Result<(Memory, Memory)> {
        let supervisor = self.data.path().join("native");
        Ok((Memory::of(self.server.pid())?, Memory::of(super::host::sandboxd(&supervisor)?)?))
    }

    /// The last lines of the server's log.
    pub fn end_of_log(&self) -> String {
        self.server.end_of_log()
    }
}

impl Caller<'_> {
    /// Starts a sandbox; returns its id and its terminal, which shows the prompt.
    pub fn create(&mut self) -> Result<(String, Terminal)> {
        let wish = json!({
            "project": "bench", "title": "bench", "owner": "bench", "owner_quota": 1_000_000,
            "image": { "repository": "bench/busybox", "digest": self.of.digest },
            "limits": {
                "memory_bytes": 512_u64 << 20, "cpu_millis": 1_000, "processes": 256,
                "disk_bytes": 256_u64 << 20, "lifetime_seconds": 86_400, "idle_seconds": 86_400,
            },
            "size": { "columns": 80, "rows": 24 },
        });
        let view = self.ask("POST", "/sandboxes", Some(&wish))?;
        let id = view["id"].as_str().context("a sandbox without an id")?.to_owned();
        let mut terminal = self.terminal(&id)?;
        terminal.read_until(|text| text.contains(PROMPT))?;
        Ok((id, terminal))
    }

    /// Opens a sandbox's terminal.
    pub fn terminal(&mut self, id: &str) -> Result<Terminal> {
        let ticket = self.ask("POST", &format!("/sandboxes/{id}/ticket"), None)?;
        let path = ticket["path"].as_str().context("a ticket without a path")?;
        let address = self.of.server.address();
        let mut request = format!("ws://{address}{path}").into_client_request()?;
        let protocol = HeaderValue::from_static("trythis.v1");
        request.headers_mut().insert("sec-websocket-protocol", protocol);
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let opened = tokio_tungstenite::tungstenite::client(request, stream);
        Ok(Terminal(opened.map_err(|error| anyhow::anyhow!("{error}"))?.0))
    }

    /// Ends a sandbox; the answer comes when everything of it is released.
    pub fn delete(&mut self, id: &str) -> Result<()> {
        self.ask("DELETE", &format!("/sandboxes/{id}"), None).map(drop)
    }

    fn ask(&mut self, method: &str, path: &str, body: Option<&Value>) -> Result<Value> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, self.of.internal.to_string())
            .header(header::AUTHORIZATION, format!("Bearer {}", self.of.token))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(body)))?;
        let connection = &mut self.connection;
        let (status, body) = self.runtime.block_on(async {
            connection.ready().await?;
            let response = connection.send_request(request).await?;
            let status = response.status();
            anyhow::Ok((status, response.into_body().collect().await?.to_bytes()))
        })?;
        let text = String::from_utf8_lossy(&body);
        ensure!(status.is_success(), "{method} {path}: {status}: {text}");
        Ok(if body.is_empty() { Value::Null } else { serde_json::from_slice(&body)? })
    }
}

impl Terminal {
    /// Types a line that has the shell work something out, and waits for the answer.
    pub fn question(&mut self, number: usize) -> Result<()> {
        let line = format!("echo answer-$(({number}+1))\n");
        let mut frame = vec![0];
        frame.extend_from_slice(line.as_bytes());
        self.0.send(Message::Binary(frame.into()))?;
        self.read_until(|text| text.contains(&format!("answer-{}", number + 1)))
    }

    /// Reads output until it is as it should be. What a screen shows counts as output.
    fn read_until(&mut self, enough: impl Fn(&str) -> bool) -> Result<()> {
        let mut text = String::new();
        loop {
            let frame = match self.0.read()? {
                Message::Binary(frame) => frame,
                Message::Close(reason) => bail!("the terminal was closed: {reason:?}"),
                _ => continue,
            };
            // Kind and offset, and of a screen its size.
            let header = match frame.first() {
                Some(0) => 9,
                Some(1) => 13,
                _ => continue,
            };
            text.push_str(&plain(&String::from_utf8_lossy(frame.get(header..).unwrap_or(&[]))));
            if enough(&text) {
                return Ok(());
            }
        }
    }
}

/// A text without the sequences that only move and colour.
fn plain(text: &str) -> String {
    let (mut plain, mut inside) = (String::new(), false);
    for c in text.chars() {
        match c {
            '\u{1b}' => inside = true,
            _ if inside => inside = !(c.is_ascii_alphabetic() || c == '\\'),
            _ => plain.push(c),
        }
    }
    plain
}

impl Contestant for Api {
    fn worker(&self) -> Result<Box<dyn Worker + '_>> {
        Ok(Box::new(self.caller()?))
    }
}

impl Worker for Caller<'_> {
    fn start(&mut self) -> Result<()> {
        self.live = Some(self.create()?);
        Ok(())
    }

    fn stop(&mut self) -> Result<()> {
        let Some((id, _terminal)) = self.live.take() else { return Ok(()) };
        self.delete(&id)
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn only_what_can_be_read_is_text() {
        assert_eq!(plain("\u{1b}[?1049l\u{1b}[m\u{1b}[H/ # "), "/ # ");
        assert_eq!(plain("\u{1b}c\u{1b}[1;3H"), "");
    }
}
