//! From the command line's words to each service's settings.

use crate::{
    cli::Serve,
    setup::{data::DataFolder, secrets::Secrets},
};
use anyhow::{Context, Result};
use container_api::{ContainerClient, Limits, TicketKey};
use container_server::{builds::BuildsConfig, config::EgressConfig};
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

/// Whom sandboxes may reach.
pub fn egress(options: &Serve) -> EgressConfig {
    EgressConfig {
        hosts: options.reach.allow_host.clone(),
        tcp: options.reach.open_ports.clone(),
        bytes_per_second: Some(options.reach.mbit_per_second * 125_000),
    }
}

/// What builds may use.
pub fn builds(options: &Serve, folder: &DataFolder) -> BuildsConfig {
    let time_limit = Duration::from_secs(options.limits.build_seconds);
    BuildsConfig { time_limit, ..BuildsConfig::new(folder.path()) }
}

/// The sites that people may log in with.
pub fn oauth(options: &Serve) -> Result<pages::OAuthConfig> {
    let read = options.oauth.as_deref().map(pages::OAuthConfig::read).transpose();
    Ok(read.context("--oauth")?.unwrap_or_default())
}

/// Whose banner the home page shows.
pub fn sponsor(options: &Serve) -> Result<Option<pages::Sponsor>> {
    options.sponsor.as_deref().map(pages::Sponsor::read).transpose().context("--sponsor")
}

/// Pages, accounts and the database.
pub fn web(
    options: &Serve,
    oauth: pages::OAuthConfig,
    sponsor: Option<pages::Sponsor>,
    database: pages::DatabaseUrl,
    secrets: &Secrets,
    containers: ContainerClient,
) -> pages::Config {
    let mut key = [0; 64];
    key[..32].copy_from_slice(&secrets.key("session cookie, first half"));
    key[32..].copy_from_slice(&secrets.key("session cookie, second half"));
    let https = options.public_url.as_ref().is_some_and(|url| url.starts_with("https://"));
    pages::Config {
        database,
        session: pages::SessionConfig {
            key: pages::SessionKey(key),
            secure_cookies: https,
            redis: options.redis.clone().map(pages::RedisUrl),
        },
        containers,
        address: pages::AddressConfig {
            public_url: options.public_url.clone(),
            behind_proxy: options.behind_proxy,
        },
        oauth,
        imports: pages::ImportConfig::default().with(options.import_from.clone()),
        discover: pages::DiscoverConfig { sponsor, ..pages::DiscoverConfig::default() },
        passwords: pages::PasswordConfig::default(),
        audit: pages::AuditConfig { days: options.audit_days },
        accounts: pages::AccountConfig { sign_ups_per_hour: options.limits.sign_ups_per_hour },
        tries: pages::TryConfig {
            limits: limits(options),
            per_owner: 1,
            per_minute: options.limits.tries_per_minute,
            // Ten minutes' worth of starts.
            per_prefix: options.limits.tries_per_minute.saturating_mul(10),
            longest_seconds: longest(options),
            ..pages::TryConfig::default()
        },
    }
}

/// How long a sandbox lives that is given more time again and again, in seconds.
fn longest(options: &Serve) -> u64 {
    let lifetime = options.limits.lifetime_minutes;
    options.limits.longest_minutes.unwrap_or(2 * lifetime).max(lifetime) * 60
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
        freeze_seconds: given.freeze_seconds,
        quiet_seconds: given.quiet_seconds,
    }
}
