//! The panel of a project's page that shows its badges and how to put them elsewhere.

use crate::{
    badge::snippets::{Kind, Markup, Place, embed},
    i18n::filters,
};
use askama::Template;

/// The panel.
#[derive(Template)]
#[template(path = "badge_panel.html")]
pub struct BadgePanel {
    place: Place,
    slug: String,
    /// Whether the reader may choose who embeds it.
    is_mine: bool,
}

impl BadgePanel {
    /// The panel of a project; `site` is such as `https://try.example.org`.
    #[must_use]
    pub fn of(site: &str, slug: &str, name: &str, is_mine: bool) -> Self {
        let place = Place { url: format!("{site}/p/{slug}"), name: name.to_owned() };
        Self { place, slug: slug.to_owned(), is_mine }
    }

    fn languages(&self) -> [Markup; 4] {
        Markup::ALL
    }

    fn fixed(&self, markup: &Markup) -> String {
        markup.badge(&self.place, Kind::Static)
    }

    fn live(&self, markup: &Markup) -> String {
        markup.badge(&self.place, Kind::Live)
    }

    fn embed(&self) -> String {
        embed(&self.place)
    }
}
