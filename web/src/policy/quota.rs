//! How much may somebody have? Pure: rows of overrides in, one [`Quota`] out.
//!
//! From the general to the special, and what the later one says holds: the configuration, the row
//! for all guests or all users, the row of the one account; likewise the row for all networks, and
//! those of the networks that the visitor's lies in, the smallest last. A row may leave numbers
//! open. Zero means none at all, which is how somebody is kept out.

use super::{Actor, Asker, subject::Subject};
use crate::{
    config::TryConfig,
    http::address::Prefix,
    i18n::{fill, t},
};

/// No limit; what the configuration may say, no row does.
pub const UNLIMITED: u32 = u32::MAX;

/// How much one visitor may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Sandboxes of this visitor at once.
    pub sandboxes: u32,
    /// Projects of this account.
    pub projects: u32,
    /// Builds of this account's projects at once.
    pub builds: u32,
    /// Sandboxes at once of everybody in the visitor's network.
    pub network_sandboxes: u32,
    /// Sandboxes that may be started in a minute from the visitor's network.
    pub starts_per_minute: u32,
}

/// What a row says. What it leaves open, a more general one says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Sandboxes at once: of one visitor, or of a whole network.
    pub sandboxes: Option<u32>,
    /// Starts per minute, of networks.
    pub starts_per_minute: Option<u32>,
    /// Projects, of accounts.
    pub projects: Option<u32>,
    /// Builds at once, of accounts.
    pub builds: Option<u32>,
}

/// A row: whom it is for, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// Whom it is for.
    pub subject: Subject,
    /// What it says.
    pub numbers: Numbers,
}

/// Whose quota is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who<'a> {
    /// Somebody without an account.
    Guest,
    /// The holder of the account of this name.
    User(&'a str),
    /// The program itself, which has no limits.
    System,
}

impl<'a> Who<'a> {
    /// Whoever asks.
    #[must_use]
    pub fn of(asker: &'a Asker) -> Self {
        match asker.actor {
            Actor::Guest => Self::Guest,
            Actor::System => Self::System,
            Actor::User { .. } => {
                Self::User(asker.name.strip_prefix("user:").unwrap_or(&asker.name))
            }
        }
    }
}

impl From<&TryConfig> for Quota {
    fn from(config: &TryConfig) -> Self {
        Self {
            sandboxes: config.per_owner,
            projects: config.projects,
            builds: config.builds,
            network_sandboxes: config.per_prefix,
            starts_per_minute: config.per_minute,
        }
    }
}

impl Quota {
    const NONE: Self = Self {
        sandboxes: UNLIMITED,
        projects: UNLIMITED,
        builds: UNLIMITED,
        network_sandboxes: UNLIMITED,
        starts_per_minute: UNLIMITED,
    };

    fn visitor(&mut self, row: &Numbers) {
        let Numbers { sandboxes, projects, builds, .. } = *row;
        self.sandboxes = sandboxes.unwrap_or(self.sandboxes);
        self.projects = projects.unwrap_or(self.projects);
        self.builds = builds.unwrap_or(self.builds);
    }

    fn network(&mut self, row: &Numbers) {
        let Numbers { sandboxes, starts_per_minute, .. } = *row;
        self.network_sandboxes = sandboxes.unwrap_or(self.network_sandboxes);
        self.starts_per_minute = starts_per_minute.unwrap_or(self.starts_per_minute);
    }
}

/// What holds for somebody who comes from a network.
#[must_use]
pub fn effective(
    configured: Quota,
    rows: &[Override],
    who: Who<'_>,
    prefix: Option<Prefix>,
) -> Quota {
    if who == Who::System {
        return Quota::NONE;
    }
    let mut quota = configured;
    let mut matching: Vec<(u8, &Override)> =
        rows.iter().filter_map(|row| Some((rank(&row.subject, who, prefix)?, row))).collect();
    matching.sort_by_key(|(rank, _)| *rank);
    for (_, row) in matching {
        match row.subject {
            Subject::Prefix | Subject::OneNetwork(_) => quota.network(&row.numbers),
            Subject::Guest | Subject::User | Subject::OneUser(_) => quota.visitor(&row.numbers),
        }
    }
    quota
}

/// How special a row is for somebody; nothing where it is not for them.
fn rank(subject: &Subject, who: Who<'_>, prefix: Option<Prefix>) -> Option<u8> {
    match subject {
        Subject::Guest => (who == Who::Guest).then_some(0),
        Subject::User => matches!(who, Who::User(_)).then_some(0),
        Subject::OneUser(name) => (who == Who::User(name)).then_some(1),
        Subject::Prefix => prefix.map(|_| 0),
        Subject::OneNetwork(network) => {
            prefix.filter(|prefix| network.contains(*prefix)).map(|_| network.length() + 1)
        }
    }
}

/// Why somebody may not have one more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Guests may have no sandbox at all.
    #[error("guests may have no sandbox")]
    Guests,
    /// The account may have no sandbox at all.
    #[error("the account may have no sandbox")]
    Account,
    /// Nothing starts from this network.
    #[error("nothing may start from this network")]
    Network,
    /// The network has as many sandboxes as it may have at once.
    #[error("the network has its {limit} sandboxes")]
    NetworkFull {
        /// As many.
        limit: u32,
    },
    /// The account has as many projects as it may have; perhaps none.
    #[error("the account has its {limit} projects")]
    Projects {
        /// As many.
        limit: u32,
    },
    /// The account has as many builds under way as it may have at once; perhaps none.
    #[error("the account has its {limit} builds under way")]
    Builds {
        /// As many.
        limit: u32,
    },
}

impl Quota {
    /// Whether a sandbox may be started at all: who is kept out, is told so.
    ///
    /// # Errors
    /// Why not.
    pub fn admits(&self, who: Who<'_>) -> Result<(), Refusal> {
        match who {
            _ if self.network_sandboxes == 0 || self.starts_per_minute == 0 => {
                Err(Refusal::Network)
            }
            Who::Guest if self.sandboxes == 0 => Err(Refusal::Guests),
            _ if self.sandboxes == 0 => Err(Refusal::Account),
            _ => Ok(()),
        }
    }

    /// Whether the network may have one more sandbox than the `living`.
    ///
    /// # Errors
    /// Why not.
    pub fn one_more_in_network(&self, living: i64) -> Result<(), Refusal> {
        let limit = self.network_sandboxes;
        if living < i64::from(limit) { Ok(()) } else { Err(Refusal::NetworkFull { limit }) }
    }

    /// Whether the account may have one more project than it has.
    ///
    /// # Errors
    /// Why not.
    pub fn one_more_project(&self, has: i64) -> Result<(), Refusal> {
        let limit = self.projects;
        if has < i64::from(limit) { Ok(()) } else { Err(Refusal::Projects { limit }) }
    }

    /// Whether the account may have one more build under way.
    ///
    /// # Errors
    /// Why not.
    pub fn one_more_build(&self, under_way: i64) -> Result<(), Refusal> {
        let limit = self.builds;
        if under_way < i64::from(limit) { Ok(()) } else { Err(Refusal::Builds { limit }) }
    }
}

impl Refusal {
    /// Whether it passes by waiting or by making room; else only an administrator can help.
    #[must_use]
    pub const fn passes(self) -> bool {
        matches!(
            self,
            Self::NetworkFull { .. } | Self::Projects { limit: 1.. } | Self::Builds { limit: 1.. }
        )
    }

    /// A heading, and what to do next.
    #[must_use]
    pub fn words(self) -> (&'static str, String) {
        let ask =
            || t("An administrator of this site has decided so. Please write to them.").to_owned();
        match self {
            Self::Guests => (
                t("Trying needs an account here"),
                t("This site starts sandboxes only for people with an account. Log in or sign up \
                   first.")
                .to_owned(),
            ),
            Self::Account => (t("Your account may not start sandboxes"), ask()),
            Self::Network => (
                t("No sandboxes for your network"),
                t("An administrator of this site has closed it to the network that you come \
                   from. Try again from another network, or write to them.")
                .to_owned(),
            ),
            Self::NetworkFull { limit } => (
                t("Many sandboxes are open in your network"),
                fill(
                    t("Up to {sandboxes} of your network may be open at once, and they are. \
                       Please try again when one has ended."),
                    &[("sandboxes", &many(limit, t("1 sandbox"), t("{n} sandboxes")))],
                ),
            ),
            Self::Projects { limit: 0 } => (t("Your account may not publish projects"), ask()),
            Self::Projects { limit } => (
                t("You have as many projects as you may have"),
                fill(
                    t("An account here may have {projects}. Delete one that you do not need, or \
                       ask an administrator for more."),
                    &[("projects", &many(limit, t("1 project"), t("{n} projects")))],
                ),
            ),
            Self::Builds { limit: 0 } => (t("Your account may not build"), ask()),
            Self::Builds { limit } => (
                t("Your other builds come first"),
                fill(
                    t("An account here may have {builds} under way. Wait until one has ended, or \
                       cancel one."),
                    &[("builds", &many(limit, t("1 build"), t("{n} builds")))],
                ),
            ),
        }
    }
}

fn many(number: u32, one: &str, more: &str) -> String {
    if number == 1 { one.to_owned() } else { fill(more, &[("n", &number)]) }
}

#[cfg(test)]
mod tests;
