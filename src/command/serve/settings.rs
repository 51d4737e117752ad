//! From the command line's words to each service's settings.

use crate::{
    cli::Serve,
    setup::{data::DataFolder, secrets::Secrets},
};
use anyhow::{Context, Result};
use container_api::{ContainerClient, Limits, TicketKey};
use container_server::builds::BuildsConfig;
use std::time::Duration;
use terminal_proxy::{Origins, TerminalsConfig};
use web as pages;

/// Terminals: pages of the server's own host, and of the public address, may open them.
pub fn terminals(options: &Serve, secrets: &Secrets) -> Result<TerminalsConfig> {
    let key = TicketKey::new(secrets.key("terminal tickets"));
    let allowed_origins = Origins::with(&options.public_url)
        .context("--public-url is a scheme and a host, such as https://try.example.org")?;
    Ok(TerminalsConfig { allowed_origins, ..TerminalsConfig::new(key) })
}

/// What builds may use.
pub fn builds(options: &Serve, folder: &DataFolder) -> BuildsConfig {
    let time_limit = Duration::from_secs(options.limits.build_seconds);
    BuildsConfig { time_limit, ..BuildsConfig::new(folder.path()) }
}

/// Pages, accounts and the database.
pub fn web(
    options: &Serve,
    folder: &DataFolder,
    secrets: &Secrets,
    containers: ContainerClient,
) -> pages::Config {
    let mut key = [0; 64];
    key[..32].copy_from_slice(&secrets.key("session cookie, first half"));
    key[32..].copy_from_slice(&secrets.key("session cookie, second half"));
    let https = options.public_url.as_ref().is_some_and(|url| url.starts_with("https://"));
    pages::Config {
        database: folder.database().display().to_string(),
        session: pages::SessionConfig { key: pages::SessionKey(key), secure_cookies: https },
        containers,
        address: pages::AddressConfig {
            public_url: options.public_url.clone(),
            behind_proxy: options.behind_proxy,
        },
        passwords: pages::PasswordConfig::default(),
        tries: pages::TryConfig {
            limits: limits(options),
            per_owner: 1,
            per_minute: options.limits.tries_per_minute,
        },
    }
}

fn limits(options: &Serve) -> Limits {
    let given = &options.limits;
    Limits {
        memory_bytes: given.memory_mib << 20,
        cpu_millis: given.cpu_millis,
        processes: given.processes,
        disk_bytes: given.disk_mib << 20,
        lifetime_seconds: given.lifetime_minutes * 60,
        idle_seconds: given.idle_seconds,
    }
}
