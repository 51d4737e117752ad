//! What does a check of the self-test mean? The container server sends a name, and details in English.

use crate::i18n::t;

/// How a check came out, in the reader's words; nothing of one that is not known here.
#[must_use]
pub fn words(name: &str, passed: bool) -> Option<&'static str> {
    let words = match (name, passed) {
        ("probe-works", true) => t("A sandbox reaches itself, as it has to."),
        ("probe-works", false) => {
            t("A sandbox does not even reach itself, so the other checks tell nothing.")
        }
        ("host-unreachable", true) => t("Sandboxes do not reach this machine."),
        ("host-unreachable", false) => t("Sandboxes reach this machine."),
        ("neighbour-unreachable", true) => t("Sandboxes do not reach each other."),
        ("neighbour-unreachable", false) => t("Sandboxes reach each other."),
        ("metadata-unreachable", true) => {
            t("Sandboxes do not reach the address where clouds keep a machine’s secrets.")
        }
        ("metadata-unreachable", false) => {
            t("Sandboxes reach the address where clouds keep a machine’s secrets.")
        }
        ("root-is-nobody", true) => t("Root inside is an unprivileged user of this machine."),
        ("root-is-nobody", false) => t("Root inside is root of this machine."),
        ("system-calls-filtered", true) => {
            t("Only system calls that ordinary programs need are let through.")
        }
        ("system-calls-filtered", false) => t("Every system call is let through."),
        ("no-new-privileges", true) => t("Set-uid programs win nothing."),
        ("no-new-privileges", false) => t("Set-uid programs may win privileges."),
        _ => return None,
    };
    Some(words)
}
