//! `/admin`: what administrators see. For everybody else these pages do not exist.

pub mod audit;
pub mod bans;
pub mod builds;
mod chart;
mod load;
pub mod overview;
pub mod projects;
pub mod quotas;
pub mod reports;
pub mod sandboxes;
pub mod users;
mod walls;

use super::{Frame, PageResult, encode, html, see_other};
use crate::{
    error::Error,
    http::visitor::Visitor,
    policy::{self, Action},
};
use chrono::{DateTime, SecondsFormat, Utc};

/// Lets nobody else see a page.
fn check(visitor: &Visitor, here: &str) -> Result<(), Error> {
    policy::check(visitor.actor(), Action::Oversee, here, Error::NoSuchPage)
}

/// The frame of these pages.
fn frame(visitor: &Visitor) -> Result<Frame, Error> {
    Frame::of(visitor, "/admin")
}

/// A moment for `<time datetime>`.
fn machine(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The same for people.
fn human(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M UTC").to_string()
}
