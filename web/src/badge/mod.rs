//! Badges: small pictures of a project for READMEs, and the words to put them there.
//!
//! Pure but for [`Shelf`]: [`said_of`] turns what is known of a project into a [`Badge`], which
//! [`Badge::svg`] draws. The static badge says the same of every project, so it is one drawing. The
//! words are English in every language: a badge stands in a README and is kept by caches that
//! know nothing of their reader.

mod draw;
mod metrics;
mod shelf;
pub mod snippets;
#[cfg(test)]
mod tests;
pub mod xml;

pub use draw::{Badge, POLICY, Tone};
pub use shelf::Shelf;

use crate::models::badges::Known;
use container_api::BuildState;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// A badge as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawing {
    /// A hash of the picture.
    pub tag: String,
    /// The picture.
    pub svg: String,
}

impl From<Badge> for Drawing {
    fn from(badge: Badge) -> Self {
        let svg = badge.svg();
        Self { tag: hex::encode(&Sha256::digest(&svg)[..12]), svg }
    }
}

/// The same for every project.
pub static STATIC: LazyLock<Drawing> = LazyLock::new(|| {
    let words = "Try in browser".to_owned();
    Badge { title: words.clone(), label: "", message: words, tone: Tone::Good }.into()
});

/// In the place of a project that there is not.
pub static NOT_FOUND: LazyLock<Drawing> = LazyLock::new(|| without_project("not found"));

/// While nobody can say.
pub static UNAVAILABLE: LazyLock<Drawing> = LazyLock::new(|| without_project("unavailable"));

fn without_project(message: &str) -> Drawing {
    let title = format!("trythis: {message}");
    Badge { title, label: "trythis", message: message.to_owned(), tone: Tone::Quiet }.into()
}

/// The live badge of a project. What has an image can be tried, whatever became of its newest build.
#[must_use]
pub fn said_of(known: &Known) -> Badge {
    use BuildState::{Failed, Queued, Running};
    let quiet = |words: &str| ("trythis", words.to_owned(), Tone::Quiet);
    let (label, message, tone) = match (known.archived, known.has_image, known.build) {
        (true, ..) => quiet("archived"),
        (_, true, Some(Queued | Running)) => ("try it", "rebuilding".to_owned(), Tone::Busy),
        (_, true, Some(Failed)) => ("try it", "last build failed".to_owned(), Tone::Wary),
        (_, true, _) => ("try it", this_week(known.tries), Tone::Good),
        (_, false, Some(Queued | Running)) => ("trythis", "building".to_owned(), Tone::Busy),
        (_, false, Some(Failed)) => ("trythis", "build failing".to_owned(), Tone::Bad),
        (_, false, _) => quiet("not built"),
    };
    Badge { title: format!("{}: {label}, {message}", known.name), label, message, tone }
}

fn this_week(tries: i64) -> String {
    match tries {
        ..=0 => "ready".to_owned(),
        tries => format!("{} this week", short(tries)),
    }
}

/// A number in at most four characters, never more than it is: `999`, `1.2k`, `12k`, `3.4M`.
fn short(number: i64) -> String {
    const UNITS: [(i64, char); 3] = [(1_000_000_000, 'G'), (1_000_000, 'M'), (1_000, 'k')];
    match UNITS.into_iter().find(|(unit, _)| number >= *unit) {
        None => number.to_string(),
        Some((unit, letter)) => match (number / unit, number / (unit / 10) % 10) {
            (whole @ 0..10, tenth @ 1..) => format!("{whole}.{tenth}{letter}"),
            (whole, _) => format!("{whole}{letter}"),
        },
    }
}
