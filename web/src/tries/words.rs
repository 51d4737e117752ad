//! How the end of a sandbox is told.

use crate::i18n::{fill, t};
use container_api::{EndReason, Limits};

/// A heading and a sentence.
#[must_use]
pub fn of(end: &EndReason, limits: &Limits) -> (&'static str, String) {
    match end {
        EndReason::Stopped => (t("Stopped"), t("You stopped this sandbox.").to_owned()),
        EndReason::Exited { code: 0 } => {
            (t("The program has ended"), t("It ended by itself, without an error.").to_owned())
        }
        EndReason::Exited { code } => (
            t("The program has ended"),
            fill(t("It ended by itself, with exit code {code}."), &[("code", code)]),
        ),
        EndReason::OutOfMemory => (
            t("Out of memory"),
            fill(
                t("It needed more than the {n} MiB of memory that a sandbox may use."),
                &[("n", &(limits.memory_bytes >> 20))],
            ),
        ),
        EndReason::Idle => (
            t("Ended while you were away"),
            fill(
                t("Nobody had the terminal open for {time}, so it was cleared away."),
                &[("time", &time(limits.idle_seconds))],
            ),
        ),
        EndReason::Lifetime => (
            t("The time is up"),
            fill(t("A sandbox lives for {time}."), &[("time", &time(limits.lifetime_seconds))]),
        ),
        EndReason::Operator => (
            t("Ended by the operator"),
            t("The server was restarted or needed the room, or an administrator stopped it.")
                .to_owned(),
        ),
        EndReason::Failed { message } => (t("It could not go on"), message.clone()),
    }
}

fn time(seconds: u64) -> String {
    let (number, words) = match seconds {
        7_200.. => (seconds / 3_600, t("{n} hours")),
        120.. => (seconds / 60, t("{n} minutes")),
        60.. => (1, t("{n} minute")),
        1 => (1, t("{n} second")),
        _ => (seconds, t("{n} seconds")),
    };
    fill(words, &[("n", &number)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        for (seconds, text) in [
            (1, "1 second"),
            (45, "45 seconds"),
            (60, "1 minute"),
            (120, "2 minutes"),
            (1_800, "30 minutes"),
            (7_200, "2 hours"),
        ] {
            assert_eq!(time(seconds), text);
        }
    }

    #[test]
    fn an_exit_code_is_named() {
        let (_, text) = of(&EndReason::Exited { code: 3 }, &Limits::default());
        assert!(text.contains("exit code 3"));
    }
}
