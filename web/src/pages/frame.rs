//! What every page has around its content.

use crate::{
    error::Error,
    http::{assets, visitor::Visitor},
    i18n::{self, Language},
    policy::{Action, Answer, decide},
};

/// What the layout needs.
#[derive(Debug, Default, Clone)]
pub struct Frame {
    /// The name of the account that is logged in; empty for guests.
    pub user: String,
    /// For the forms of the page.
    pub token: String,
    /// A word that the last request left; empty mostly.
    pub flash: String,
    /// Why what the last request asked for was not done; empty mostly.
    pub refusal: String,
    /// Whether the pages of administrators are there.
    pub oversees: bool,
    /// The path that the navigation marks.
    pub here: &'static str,
}

impl Frame {
    /// The frame for a visitor.
    ///
    /// # Errors
    /// When the session cannot be written.
    pub fn of(visitor: &Visitor, here: &'static str) -> Result<Self, Error> {
        Ok(Self {
            user: visitor.user().map(|user| user.name.clone()).unwrap_or_default(),
            token: visitor.token()?,
            flash: visitor.take_flash().unwrap_or_default(),
            refusal: visitor.take_refusal().unwrap_or_default(),
            oversees: decide(visitor.actor(), Action::Oversee) == Answer::Yes,
            here,
        })
    }

    /// The tag of the page's language.
    #[must_use]
    pub fn language(&self) -> &'static str {
        i18n::language().code()
    }

    /// What the switch offers.
    #[must_use]
    pub fn languages(&self) -> [Language; 2] {
        Language::ALL
    }

    /// What a category is called.
    #[must_use]
    pub fn category<'a>(&self, name: &'a str) -> &'a str {
        super::categories::category(name)
    }

    /// The URL of a static file.
    #[must_use]
    pub fn asset(&self, path: &str) -> String {
        assets::asset(path)
    }
}
