//! `GET /`: what there is to try.

use super::{Frame, PageResult, html};
use crate::{
    http::visitor::Visitor,
    i18n::filters,
    input::project::CATEGORIES,
    models::cards::{self, Card},
    service::Services,
};
use actix_web::{http::StatusCode, web};
use askama::Template;

/// The most cards on the page.
const CARDS: i64 = 300;

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    frame: Frame,
    groups: Vec<Group>,
}

/// A category with something in it.
struct Group {
    category: &'static str,
    cards: Vec<Card>,
}

/// The page.
pub async fn show(services: web::Data<Services>, visitor: Visitor) -> PageResult {
    let cards = services.db.read(|conn| cards::catalogue(conn, CARDS)).await?;
    html(StatusCode::OK, &Home { frame: Frame::of(&visitor, "/")?, groups: group(cards) })
}

/// Cards by category, in the categories' order; what has none of them comes under the last.
fn group(cards: Vec<Card>) -> Vec<Group> {
    let mut groups: Vec<Group> =
        CATEGORIES.map(|category| Group { category, cards: Vec::new() }).into();
    let last = groups.len() - 1;
    for card in cards {
        let place = CATEGORIES.iter().position(|category| *category == card.category);
        groups[place.unwrap_or(last)].cards.push(card);
    }
    groups.retain(|group| !group.cards.is_empty());
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(slug: &str, category: &str) -> Card {
        Card {
            slug: slug.to_owned(),
            name: slug.to_owned(),
            category: category.to_owned(),
            short: String::new(),
            ready: true,
            build: None,
            tries: 0,
        }
    }

    #[test]
    fn cards_are_grouped_in_the_categories_order() {
        let cards =
            vec![card("a", "Games"), card("b", "Gone"), card("c", "Tools"), card("d", "Games")];
        let groups = group(cards);
        let shown: Vec<(&str, Vec<&str>)> = groups
            .iter()
            .map(|g| (g.category, g.cards.iter().map(|c| c.slug.as_str()).collect()))
            .collect();
        assert_eq!(shown, [("Tools", vec!["c"]), ("Games", vec!["a", "d"]), ("Other", vec!["b"])]);
        assert!(group(Vec::new()).is_empty());
    }
}
