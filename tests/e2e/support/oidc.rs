//! A certified OpenID provider, `oidc-provider` from npm, as a process of its own.

use super::{PATIENCE, free_port, until};
use std::{
    net::TcpStream,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

pub struct OpenIdProvider {
    process: Child,
    port: u16,
}

impl OpenIdProvider {
    /// Starts it for a site at this address.
    pub async fn start(site: &str, port: u16) -> Self {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/oidc");
        assert!(
            folder.join("node_modules").exists(),
            "oidc-provider is missing: (cd tests/oidc && npm ci)"
        );
        let process = Command::new("node")
            .arg("server.mjs")
            .arg(port.to_string())
            .arg(site)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("node is missing");
        until("the OpenID provider answers", PATIENCE, async || {
            TcpStream::connect(("127.0.0.1", port)).ok()
        })
        .await;
        Self { process, port }
    }

    /// A port for one that is not there yet.
    pub fn port() -> u16 {
        free_port()
    }

    /// Whether an address is one of its pages.
    pub fn has(&self, url: &reqwest::Url) -> bool {
        url.port() == Some(self.port)
    }
}

impl Drop for OpenIdProvider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The site's file of providers: the same provider under two names, as two clients of it.
pub fn config(port: u16) -> String {
    let entry = |name: &str, label: &str| {
        format!(
            "[[provider]]\nname = \"{name}\"\nkind = \"oidc\"\nlabel = \"{label}\"\n\
             issuer = \"http://127.0.0.1:{port}\"\nclient_id = \"{name}\"\n\
             client_secret = \"secret of {name}\"\n"
        )
    };
    [entry("company", "Company"), entry("partner", "Partner")].concat()
}
