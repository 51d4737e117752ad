//! The page of an error. It knows nothing of the visitor, so that it can always be shown.

use super::Frame;
use crate::i18n::filters;
use askama::Template;
use container_api::Problem;

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    frame: Frame,
    problem: &'a Problem,
}

/// The page's HTML; the bare words should the template itself fail.
#[must_use]
pub fn render(problem: &Problem) -> String {
    let page = ErrorPage { frame: Frame::default(), problem };
    page.render().unwrap_or_else(|_| problem.title.clone())
}
