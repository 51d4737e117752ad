//! How a build and its failure are told.

use crate::i18n::{fill, t};
use container_api::{BuildState, FailureCause};

/// A failure as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What happened.
    pub title: String,
    /// Where, and what to do.
    pub text: String,
    /// The last lines of the command that failed.
    pub tail: Vec<String>,
}

/// The words for a state.
#[must_use]
pub fn state(state: BuildState) -> &'static str {
    match state {
        BuildState::Queued => t("Waiting"),
        BuildState::Running => t("Building"),
        BuildState::Pushed => t("Ready"),
        BuildState::Failed => t("Failed"),
        BuildState::Cancelled => t("Cancelled"),
    }
}

/// The words for a failure. What the builder says of a Dockerfile or of files stays in its words.
#[must_use]
pub fn failure(cause: &FailureCause) -> Failure {
    let (title, text) = match cause {
        FailureCause::Dockerfile { line, message } => (
            fill(t("The Dockerfile has an error in line {line}"), &[("line", line)]),
            message.clone(),
        ),
        FailureCause::UnknownBase { base, message } => {
            (fill(t("The base image {base} was not found"), &[("base", base)]), message.clone())
        }
        FailureCause::Command { step, code, .. } => (
            fill(t("A command failed with exit code {code}"), &[("code", code)]),
            fill(t("It was: {step}. These are its last lines:"), &[("step", step)]),
        ),
        FailureCause::TimeLimit { seconds } => (
            fill(t("The build reached its time limit of {n} seconds"), &[("n", seconds)]),
            t("Does a command wait for an answer, or start a server that never ends? Commands \
               run without a terminal and must end by themselves.")
            .to_owned(),
        ),
        FailureCause::MemoryLimit { bytes } => (
            t("A command ran out of memory").to_owned(),
            fill(t("A build may use {n} MiB. Try fewer jobs at once."), &[("n", &(bytes >> 20))]),
        ),
        FailureCause::Context { message } => {
            (t("The uploaded files do not fit").to_owned(), message.clone())
        }
        FailureCause::Interrupted => (
            t("The build was interrupted").to_owned(),
            t("The server ended in the middle of it. Build again.").to_owned(),
        ),
        FailureCause::Internal { message } => {
            (t("The build failed on our side").to_owned(), message.clone())
        }
    };
    let tail = match cause {
        FailureCause::Command { tail, .. } => tail.iter().map(|line| plain(line)).collect(),
        _ => Vec::new(),
    };
    Failure { title, text, tail }
}

/// A line without ANSI sequences and other control characters.
fn plain(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            // CSI: up to the final byte. What else there is takes one more character.
            if chars.next() == Some('[') {
                chars.by_ref().find(|c| ('@'..='~').contains(c));
            }
        } else if c == '\t' || !c.is_control() {
            plain.push(c);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_left_out() {
        assert_eq!(plain("\u{1b}[1;31merror\u{1b}[0m: no\r"), "error: no");
        assert_eq!(plain("a\u{1b}"), "a");
        assert_eq!(plain("a\u{1b}[31"), "a");
    }

    #[test]
    fn failures_name_what_helps() {
        let command = FailureCause::Command {
            step: "RUN make".to_owned(),
            code: 7,
            tail: vec!["\u{1b}[31mthe end\u{1b}[0m".to_owned()],
        };
        let failure = failure(&command);
        assert!(failure.title.contains("exit code 7") && failure.text.contains("RUN make"));
        assert_eq!(failure.tail, ["the end"]);
    }
}
