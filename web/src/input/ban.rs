//! Whom a ban is for, why, and for how long.

use super::FieldErrors;
use crate::{
    http::address::Prefix,
    i18n::{fill, t},
    policy::{ban::Ban, subject::Subject},
};
use chrono::{DateTime, TimeDelta, Utc};
use std::net::IpAddr;

/// The most characters of a reason.
pub const REASON: usize = 500;
/// What the form offers, in hours; nothing: until it is lifted.
pub const LENGTHS: [&str; 6] = ["", "1", "24", "168", "720", "8760"];

/// The form as it was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BanForm {
    /// `ada`, `user:ada`, an address or a network.
    pub subject: String,
    /// Why.
    pub reason: String,
    /// Hours; empty: until it is lifted.
    pub lasts: String,
}

impl BanForm {
    /// What the form says.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn check(&self, now: DateTime<Utc>) -> Result<Ban, FieldErrors> {
        let mut errors = FieldErrors::default();
        let hours = match self.lasts.trim() {
            "" => None,
            text if LENGTHS.contains(&text) => text.parse::<i64>().ok(),
            _ => {
                errors.add("lasts", t("Choose one of the list."));
                None
            }
        };
        let ends_at = hours.map(|hours| now + TimeDelta::hours(hours));
        match (subject(&self.subject), check(&self.reason, ends_at, now)) {
            (Ok(subject), Ok(reason)) if errors.is_empty() => {
                Ok(Ban { subject, reason, created_at: now, ends_at })
            }
            (subject, reason) => {
                errors.check("subject", subject.map(drop));
                Err(errors.and(reason.err().unwrap_or_default()))
            }
        }
    }
}

/// The reason as it is kept.
///
/// # Errors
/// What is wrong with reason and end, by field.
pub fn check(
    reason: &str,
    ends_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<String, FieldErrors> {
    let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut errors = FieldErrors::default();
    if reason.is_empty() {
        errors.add("reason", t("Say why: whoever is banned reads it too."));
    } else if reason.chars().count() > REASON {
        errors.add("reason", fill(t("At most {n} characters."), &[("n", &REASON)]));
    } else if reason.chars().any(char::is_control) {
        errors.add("reason", t("Write plain text, without control characters."));
    }
    if ends_at.is_some_and(|end| end <= now) {
        errors.add("ends_at", t("This time is past."));
    }
    if errors.is_empty() { Ok(reason) } else { Err(errors) }
}

/// Whom a text names: an account (`ada`, `user:ada`) or a network (`192.0.2.0/24`,
/// `prefix:192.0.2.0/24`); a single address stands for the network around it.
///
/// # Errors
/// A sentence.
pub fn subject(text: &str) -> Result<Subject, String> {
    let text = text.trim();
    let bare = text.strip_prefix("prefix:").unwrap_or(text);
    let text = match bare.parse::<IpAddr>() {
        Ok(address) => format!("prefix:{}", Prefix::from(address)),
        Err(_) if text.contains('/') => format!("prefix:{bare}"),
        Err(_) if text.contains(':') => text.to_owned(),
        Err(_) => format!("user:{text}"),
    };
    let wrong = t(
        "Write an account’s name, or a network such as 192.0.2.0/24 (/24 or larger) or 2001:db8::/48 (/64 or larger).",
    );
    match text.parse() {
        Ok(subject @ (Subject::OneUser(_) | Subject::OneNetwork(_))) => Ok(subject),
        _ => Err(wrong.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_named_shortly_too() {
        for (text, expected) in [
            ("ada", Some("user:ada")),
            (" User:Ada", None),
            ("user:Ada", Some("user:ada")),
            ("192.0.2.77", Some("prefix:192.0.2.0/24")),
            ("prefix:192.0.2.77", Some("prefix:192.0.2.0/24")),
            ("192.0.2.0/24", Some("prefix:192.0.2.0/24")),
            ("10.1.2.3/8", Some("prefix:10.0.0.0/8")),
            ("2001:db8:1:2:3::4", Some("prefix:2001:db8:1:2::/64")),
            ("prefix:2001:db8::/32", Some("prefix:2001:db8::/32")),
            ("192.0.2.1/32", None),
            ("guest", Some("user:guest")),
            ("guest:x", None),
            ("", None),
        ] {
            let found = subject(text).ok().map(|subject| subject.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_told_at_its_field() {
        let now = Utc::now();
        let long = "x".repeat(REASON + 1);
        for (subject, reason, lasts, wrong) in [
            ("ada", "Spam.", "", ""),
            ("ada", " two\n lines ", "24", ""),
            ("user:", "Spam.", "", "subject"),
            ("ada", " ", "", "reason"),
            ("ada", &long, "", "reason"),
            ("ada", "a\u{7}b", "", "reason"),
            ("ada", "Spam.", "-1", "lasts"),
            ("ada", "Spam.", "2", "lasts"),
            ("ada", "Spam.", "forever", "lasts"),
        ] {
            let [subject, reason, lasts] = [subject, reason, lasts].map(str::to_owned);
            match (BanForm { subject, reason, lasts }).check(now) {
                Ok(ban) => {
                    assert_eq!(wrong, "");
                    assert!(!ban.reason.contains('\n'));
                }
                Err(errors) => assert!(!errors.at(wrong).is_empty(), "{wrong}: {errors}"),
            }
        }
        assert!(check("Spam.", Some(now), now).is_err_and(|e| !e.at("ends_at").is_empty()));
    }
}
