//! The routes on a free port.

use super::{client::Client, shell::Shell};
use actix_web::{App, HttpServer, dev::ServerHandle, web};
use chrono::{DateTime, Utc};
use container_api::{SandboxId, TerminalSize, TicketKey};
use std::{net::SocketAddr, time::SystemTime};
use terminal_proxy::{Origins, Terminals, TerminalsConfig};

pub struct Server {
    pub terminals: Terminals,
    pub address: SocketAddr,
    key: TicketKey,
    handle: ServerHandle,
}

impl Server {
    pub fn start() -> Self {
        let key = TicketKey::new([7; 32]);
        let mut config = TerminalsConfig::new(key.clone());
        config.allowed_origins = Origins::with(["https://friend.example"]).expect("an origin");
        let terminals = Terminals::new(config);
        let data = web::Data::new(terminals.clone());
        let server = HttpServer::new(move || {
            App::new().app_data(data.clone()).configure(terminal_proxy::routes)
        })
        .workers(1)
        .disable_signals()
        .bind("127.0.0.1:0")
        .expect("a free port");
        let address = server.addrs()[0];
        let running = server.run();
        let handle = running.handle();
        actix_web::rt::spawn(running);
        Self { terminals, address, key, handle }
    }

    /// A terminal with a program.
    pub fn open(&self, argv: &[&str]) -> (SandboxId, Shell) {
        let id = SandboxId::random();
        let (shell, master) = Shell::start(argv);
        let size = TerminalSize { columns: 80, rows: 24 };
        self.terminals.open(id.clone(), master, size, expiry()).expect("a terminal");
        (id, shell)
    }

    pub fn ticket(&self, id: &SandboxId) -> String {
        self.key.sign(id, SystemTime::now()).0
    }

    pub fn path(&self, id: &SandboxId) -> String {
        format!("/terminals/{id}?ticket={}", self.ticket(id))
    }

    pub async fn attach(&self, id: &SandboxId) -> Client {
        Client::connect(self.address, &self.path(id)).await
    }

    /// A terminal with a shell, and a client at its first prompt.
    pub async fn shell(&self) -> (SandboxId, Shell, Client) {
        let (id, shell) = self.open(&["/bin/sh"]);
        let mut client = self.attach(&id).await;
        client.see("$ ").await;
        (id, shell, client)
    }

    pub async fn stop(self) {
        self.handle.stop(false).await;
    }
}

pub fn expiry() -> DateTime<Utc> {
    DateTime::from_timestamp(1_900_000_000, 0).expect("in range")
}
