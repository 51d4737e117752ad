//! One HTTP/1.1 connection that is used again and again.

use super::{Ask, PATIENCE};
use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::{Request, client::conn::http1::SendRequest, header};
use hyper_util::rt::TokioIo;
use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};
use tokio::{net::TcpSocket, time::timeout};

type Connection = SendRequest<Empty<Bytes>>;

/// A server, and the connections to it that are free.
pub struct Target {
    address: SocketAddr,
    free: Mutex<Vec<Connection>>,
    opened: AtomicU32,
}

impl Target {
    /// A server on this machine.
    pub fn new(address: SocketAddr) -> Self {
        Self { address, free: Mutex::default(), opened: AtomicU32::new(0) }
    }

    /// Asks, reads the whole answer, and puts the connection back. Anything but a 2xx answer is an
    /// error.
    pub async fn ask(&self, ask: &Ask) -> Result<()> {
        timeout(PATIENCE, self.exchange(ask)).await.context("no answer in time")?
    }

    async fn exchange(&self, ask: &Ask) -> Result<()> {
        // As browsers do: a server may close a free connection at any time, and has then not begun
        // with the request.
        if let Some(connection) = self.take_free() {
            match self.send(connection, ask).await {
                Err(error) if was_closed(&error) => {}
                answered => return answered,
            }
        }
        self.send(self.open().await?, ask).await
    }

    async fn send(&self, mut connection: Connection, ask: &Ask) -> Result<()> {
        let mut request = Request::get(&ask.path).header(header::HOST, self.address.to_string());
        for (name, value) in &ask.headers {
            request = request.header(*name, value);
        }
        connection.ready().await?;
        let response = connection.send_request(request.body(Empty::new())?).await?;
        let status = response.status();
        let mut body = response.into_body();
        let mut bytes = 0;
        while let Some(frame) = body.frame().await {
            bytes += frame?.data_ref().map_or(0, Bytes::len);
        }
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        if !status.is_success() {
            bail!("{status} for {}", ask.path);
        }
        ensure!(bytes > 0, "an empty answer for {}", ask.path);
        Ok(())
    }

    fn take_free(&self) -> Option<Connection> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let connection = free.pop()?;
            if !connection.is_closed() {
                return Some(connection);
            }
        }
    }

    async fn open(&self) -> Result<Connection> {
        let socket = TcpSocket::new_v4()?;
        let number = self.opened.fetch_add(1, Ordering::Relaxed);
        socket.bind((loopback(number), 0).into())?;
        let stream = socket.connect(self.address).await?;
        stream.set_nodelay(true)?;
        let (connection, driver) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(driver);
        Ok(connection)
    }
}

fn was_closed(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<hyper::Error>();
    error.is_some_and(|e| e.is_closed() || e.is_canceled() || e.is_incomplete_message())
}

/// Addresses of this machine, each in a /24 of its own: servers that bound what one network may do
/// see as many networks as there would be.
pub fn loopback(number: u32) -> Ipv4Addr {
    let [_, _, high, low] = number.to_be_bytes();
    Ipv4Addr::new(127, 1 + high % 250, low, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lie_in_networks_of_their_own() {
        assert_eq!(loopback(0), Ipv4Addr::new(127, 1, 0, 10));
        assert_eq!(loopback(1_000), Ipv4Addr::new(127, 4, 232, 10));
        assert_eq!(loopback(u32::MAX), Ipv4Addr::new(127, 6, 255, 10));
    }
}
