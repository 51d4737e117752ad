//! Requests, configurations and settings for tests.

use container_api::{CreateSandbox, ImageRef, Limits, TerminalSize, TicketKey};
use terminal_proxy::{Terminals, TerminalsConfig};

/// A sandbox for this owner, who may have one at a time.
pub fn wish(owner: &str) -> CreateSandbox {
    CreateSandbox {
        project: "jq".to_owned(),
        title: "jq".to_owned(),
        owner: owner.to_owned(),
        owner_quota: 1,
        image: ImageRef {
            repository: "projects/jq".to_owned(),
            digest: format!("sha256:{}", "0a".repeat(32)),
        },
        limits: Limits::default(),
        size: TerminalSize::default(),
        behind_walls: false,
    }
}

/// The same with other limits.
pub fn limited(owner: &str, change: impl FnOnce(&mut Limits)) -> CreateSandbox {
    let mut wish = wish(owner);
    change(&mut wish.limits);
    wish
}

/// Settings of terminals that tests use.
pub fn terminals_config() -> TerminalsConfig {
    TerminalsConfig::new(TicketKey::new([7; 32]))
}

/// Terminals with those settings.
pub fn terminals() -> Terminals {
    Terminals::new(terminals_config())
}
