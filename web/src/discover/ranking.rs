//! In which order do hits come?

use super::words;
use crate::models::search::{Hit, Order};
use std::cmp::Ordering;

/// How somebody wants to read hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// By how well they fit.
    Best,
    /// By something else.
    By(Order),
}

impl Sort {
    /// In the order in which they are offered.
    pub const ALL: [Self; 5] = [
        Self::Best,
        Self::By(Order::MostTried),
        Self::By(Order::Trending),
        Self::By(Order::Newest),
        Self::By(Order::Name),
    ];

    /// Its name in the address.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Best => "best",
            Self::By(Order::MostTried) => "tries",
            Self::By(Order::Trending) => "trending",
            Self::By(Order::Newest) => "newest",
            Self::By(Order::Name) => "name",
        }
    }

    /// The one of this name; the first for what is none.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        Self::ALL.into_iter().find(|sort| sort.name() == name).unwrap_or(Self::Best)
    }
}

/// Sorts hits. `typed` are the words that were looked for.
pub fn sort(hits: &mut [Hit], sort: Sort, typed: &[String]) {
    match sort {
        Sort::Best => best_first(hits, typed),
        Sort::By(order) => hits.sort_by(|a, b| by(order, a, b).then_with(|| b.id.cmp(&a.id))),
    }
}

fn by(order: Order, a: &Hit, b: &Hit) -> Ordering {
    match order {
        Order::MostTried => b.tries.cmp(&a.tries),
        Order::Trending => b.trend.total_cmp(&a.trend),
        Order::Newest => b.created_at.cmp(&a.created_at),
        Order::Name => a.name.to_lowercase().cmp(&b.name.to_lowercase()),
    }
}

/// Who types a name wants that project. After that the words count, and among those that fit about
/// as well what others try.
fn best_first(hits: &mut [Hit], typed: &[String]) {
    let most = |value: fn(&Hit) -> f64, hits: &[Hit]| hits.iter().map(value).fold(0.0, f64::max);
    let (score, tries) = (most(|hit| hit.score, hits), most(popularity, hits));
    let part = |value: f64, most: f64| if most > 0.0 { value / most } else { 0.0 };
    let fit =
        |hit: &Hit| named(hit, typed) + part(hit.score, score) + 0.3 * part(popularity(hit), tries);
    hits.sort_by(|a, b| fit(b).total_cmp(&fit(a)).then_with(|| b.id.cmp(&a.id)));
}

/// A thousand tries are three times ten, not a hundred times.
#[allow(clippy::cast_precision_loss)]
fn popularity(hit: &Hit) -> f64 {
    (hit.tries.max(0) as f64).ln_1p()
}

fn named(hit: &Hit, typed: &[String]) -> f64 {
    let name = words::of_text(&hit.name).join(" ");
    let typed = typed.join(" ");
    if typed.is_empty() {
        0.0
    } else if name == typed {
        4.0
    } else if name.starts_with(&typed) {
        1.0
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    fn hit(id: i64, name: &str, score: f64, tries: i64) -> Hit {
        Hit {
            id,
            slug: name.to_lowercase(),
            name: name.to_owned(),
            score,
            at: Default::default(),
            tries,
            trend: -(id as f64),
            created_at: DateTime::from_timestamp(id, 0).unwrap().naive_utc(),
        }
    }

    fn sorted(by: Sort, typed: &str) -> Vec<i64> {
        let mut hits = [
            hit(1, "vim", 2.0, 5),
            hit(2, "Vim-like editors", 9.0, 100),
            hit(3, "Neovim", 8.0, 900),
            hit(4, "An editor", 8.1, 0),
            hit(5, "Emacs", 0.1, 900),
        ];
        let typed: Vec<String> = typed.split_whitespace().map(str::to_owned).collect();
        sort(&mut hits, by, &typed);
        hits.map(|hit| hit.id).to_vec()
    }

    #[test]
    fn orders() {
        for (by, typed, ids) in [
            (Sort::Best, "vim", [1, 2, 3, 4, 5]),
            (Sort::Best, "editors", [2, 3, 4, 5, 1]),
            (Sort::By(Order::MostTried), "vim", [5, 3, 2, 1, 4]),
            (Sort::By(Order::Trending), "vim", [1, 2, 3, 4, 5]),
            (Sort::By(Order::Newest), "vim", [5, 4, 3, 2, 1]),
            (Sort::By(Order::Name), "vim", [4, 5, 3, 1, 2]),
        ] {
            assert_eq!(sorted(by, typed), ids, "{by:?} {typed}");
        }
    }

    #[test]
    fn names_are_read_back() {
        for sort in Sort::ALL {
            assert_eq!(Sort::of_name(sort.name()), sort);
        }
        assert_eq!(Sort::of_name("'; DROP"), Sort::Best);
    }
}
