//! What a terminal's viewers are told about its sandbox.

use chrono::{DateTime, SecondsFormat, Utc};
use container_api::{EndReason, LimitMet};
use serde::{Deserialize, Serialize, Serializer};

/// Whether the sandbox's program runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It runs, or did not yet have the chance to end.
    Running,
    /// It stands still, and what is typed waits until it goes on.
    Frozen,
    /// It makes way for a fresh start under the same id: whoever comes again finds that one.
    Restarting,
    /// It is over.
    Ended,
}

/// The payload of a status frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Whether the sandbox's program runs.
    pub state: State,
    /// When its time is up; RFC 3339 on the wire.
    #[serde(serialize_with = "rfc3339")]
    pub expires_at: DateTime<Utc>,
    /// How many have this terminal open.
    pub viewers: usize,
    /// Why it ended, if it has.
    pub end: Option<EndReason>,
    /// Which of its limits it meets just now, or has met a moment ago.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits_met: Vec<LimitMet>,
}

impl Status {
    /// Of a terminal that nobody has open.
    pub(crate) fn new(state: State, expires_at: DateTime<Utc>, end: Option<EndReason>) -> Self {
        Self { state, expires_at, viewers: 0, end, limits_met: Vec::new() }
    }

    /// The JSON of a status frame.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a status has no maps and no floats, so it always encodes")
    }
}

/// A close reason for people. A close frame holds at most 123 bytes; the status frame before it
/// has the whole.
pub(crate) fn end_sentence(reason: Option<&EndReason>) -> String {
    match reason {
        Some(EndReason::Stopped) => "the sandbox was stopped".to_owned(),
        Some(EndReason::Exited { code }) => format!("the program ended with exit code {code}"),
        Some(EndReason::OutOfMemory) => "the sandbox went over its memory limit".to_owned(),
        Some(EndReason::Idle) => "nobody had the terminal open for too long".to_owned(),
        Some(EndReason::Lifetime) => "the sandbox's time was up".to_owned(),
        Some(EndReason::Operator) => "the server ended the sandbox".to_owned(),
        Some(EndReason::Failed { message }) => message.clone(),
        None => "the sandbox ended".to_owned(),
    }
}

fn rfc3339<S: Serializer>(time: &DateTime<Utc>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&time.to_rfc3339_opts(SecondsFormat::Secs, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_is_what_pages_read() {
        let expires_at = DateTime::from_timestamp(1_800_000_000, 0).expect("in range");
        let mut status = Status { viewers: 2, ..Status::new(State::Running, expires_at, None) };
        let json = String::from_utf8(status.to_json()).expect("JSON is UTF-8");
        let running =
            r#"{"state":"running","expires_at":"2027-01-15T08:00:00Z","viewers":2,"end":null}"#;
        assert_eq!(json, running);
        status.limits_met = vec![LimitMet::Disk, LimitMet::Processes];
        let json = String::from_utf8(status.to_json()).expect("JSON is UTF-8");
        assert!(json.ends_with(r#""end":null,"limits_met":["disk","processes"]}"#), "{json}");
        status.limits_met.clear();
        status.state = State::Ended;
        status.end = Some(EndReason::Exited { code: 3 });
        let json = String::from_utf8(status.to_json()).expect("JSON is UTF-8");
        assert!(json.ends_with(r#""end":{"reason":"exited","code":3}}"#), "{json}");
        assert_eq!(serde_json::from_str::<Status>(&json).expect("reads its own"), status);
    }
}
