//! How the end of a sandbox is told.

use container_api::{EndReason, Limits};

/// A heading and a sentence.
#[must_use]
pub fn of(end: &EndReason, limits: &Limits) -> (&'static str, String) {
    match end {
        EndReason::Stopped => ("Stopped", "You stopped this sandbox.".to_owned()),
        EndReason::Exited { code: 0 } => {
            ("The program has ended", "It ended by itself, without an error.".to_owned())
        }
        EndReason::Exited { code } => {
            ("The program has ended", format!("It ended by itself, with exit code {code}."))
        }
        EndReason::OutOfMemory => (
            "Out of memory",
            format!(
                "It needed more than the {} MiB of memory that a sandbox may use.",
                limits.memory_bytes >> 20
            ),
        ),
        EndReason::Idle => (
            "Ended while you were away",
            format!(
                "Nobody had the terminal open for {}, so it was cleared away.",
                time(limits.idle_seconds)
            ),
        ),
        EndReason::Lifetime => {
            ("The time is up", format!("A sandbox lives for {}.", time(limits.lifetime_seconds)))
        }
        EndReason::Operator => (
            "Ended by the operator",
            "The server was restarted or needed the room, or an administrator stopped it."
                .to_owned(),
        ),
        EndReason::Failed { message } => ("It could not go on", message.clone()),
    }
}

fn time(seconds: u64) -> String {
    let (number, unit) = match seconds {
        7_200.. => (seconds / 3_600, "hours"),
        120.. => (seconds / 60, "minutes"),
        60.. => (1, "minute"),
        1 => (1, "second"),
        _ => (seconds, "seconds"),
    };
    format!("{number} {unit}")
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
