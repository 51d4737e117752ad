//! In which words is a ban told?

use crate::{
    i18n::{fill, t},
    policy::{ban::Ban, subject::Subject},
};

/// A heading, and what happened, until when, and what to do next, for whoever is banned.
#[must_use]
pub fn told(ban: &Ban) -> (&'static str, String) {
    let title = match ban.subject {
        Subject::OneUser(_) => t("Your account is banned"),
        _ => t("Your network is banned"),
    };
    let end = match ban.ends_at {
        Some(end) => fill(t("It ends at {time} UTC."), &[("time", &end.format("%Y-%m-%d %H:%M"))]),
        None => t("It has no end for now.").to_owned(),
    };
    let why = fill(t("The reason that was given: “{reason}”."), &[("reason", &ban.reason)]);
    let next = t(
        "You can go on looking, log out, export your data and leave. If you think that this is a mistake, write to the people who run this site.",
    );
    (title, format!("{why} {end} {next}"))
}

/// The same for the audit log.
#[must_use]
pub fn noted(ban: &Ban) -> String {
    match ban.ends_at {
        Some(end) => format!("Until {} UTC: {}", end.format("%Y-%m-%d %H:%M"), ban.reason),
        None => format!("Until it is lifted: {}", ban.reason),
    }
}
