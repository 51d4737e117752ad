//! `/admin`: what administrators see. For everybody else these pages do not exist.

pub mod audit;
pub mod bans;
pub mod builds;
mod chart;
mod checks;
mod list;
mod load;
pub mod overview;
pub mod projects;
pub mod quotas;
pub mod reports;
pub mod sandboxes;
pub mod users;
mod walls;

use super::{Frame, PageResult, encode, html, moment, see_other};
use crate::{
    error::Error,
    http::visitor::Visitor,
    policy::{self, Action},
};

/// Lets nobody else see a page.
fn check(visitor: &Visitor, here: &str) -> Result<(), Error> {
    policy::check(visitor.actor(), Action::Oversee, here, Error::NoSuchPage)
}

/// The frame of these pages.
fn frame(visitor: &Visitor) -> Result<Frame, Error> {
    Frame::of(visitor, "/admin")
}
