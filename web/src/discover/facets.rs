//! How many hits has each category, licence and language?
//!
//! A choice narrows the other lists but not its own: who chose Games still sees how much Tools has.

use std::collections::BTreeMap;

/// The lists by which hits are narrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Facet {
    Category,
    Licence,
    Language,
}

impl Facet {
    /// In the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::Category, Self::Licence, Self::Language];

    /// Its name in the address.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Category => "category",
            Self::Licence => "licence",
            Self::Language => "language",
        }
    }
}

/// What was chosen of each, empty for nothing, in the order of [`Facet::ALL`].
pub type Choice = [String; 3];

/// How many projects are alike in all three.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Their category, licence and language.
    pub at: Choice,
    /// How many.
    pub count: i64,
}

/// Cells of single projects, added up.
pub fn add_up(projects: impl IntoIterator<Item = Choice>) -> Vec<Cell> {
    let mut counts: BTreeMap<Choice, i64> = BTreeMap::new();
    for at in projects {
        *counts.entry(at).or_default() += 1;
    }
    counts.into_iter().map(|(at, count)| Cell { at, count }).collect()
}

/// Whether something is among what was chosen.
#[must_use]
pub fn fits(choice: &Choice, at: &Choice) -> bool {
    fits_but(choice, at, None)
}

fn fits_but(choice: &Choice, at: &Choice, but: Option<usize>) -> bool {
    (0..3).all(|i| but == Some(i) || choice[i].is_empty() || choice[i] == at[i])
}

/// How many fit the whole choice.
#[must_use]
pub fn total(cells: &[Cell], choice: &Choice) -> i64 {
    cells.iter().filter(|cell| fits(choice, &cell.at)).map(|cell| cell.count).sum()
}

/// The values of a facet and how many hits each has, the most first; what is not told is left out,
/// what was chosen is there with 0 too.
#[must_use]
pub fn values(cells: &[Cell], choice: &Choice, facet: Facet) -> Vec<(String, i64)> {
    let own = facet as usize;
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    if !choice[own].is_empty() {
        counts.insert(&choice[own], 0);
    }
    for cell in cells.iter().filter(|cell| fits_but(choice, &cell.at, Some(own))) {
        if !cell.at[own].is_empty() {
            *counts.entry(&cell.at[own]).or_default() += cell.count;
        }
    }
    let mut values: Vec<(String, i64)> =
        counts.into_iter().map(|(value, count)| (value.to_owned(), count)).collect();
    values.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(category: &str, licence: &str, language: &str) -> Choice {
        [category, licence, language].map(str::to_owned)
    }

    fn cells() -> Vec<Cell> {
        add_up([
            at("Tools", "MIT", "C"),
            at("Tools", "MIT", "C"),
            at("Tools", "GPL-3.0", "Rust"),
            at("Games", "MIT", "Rust"),
            at("Games", "", ""),
        ])
    }

    #[test]
    fn a_choice_narrows_the_others_but_not_itself() {
        let owned = |pairs: &[(&str, i64)]| -> Vec<(String, i64)> {
            pairs.iter().map(|(value, count)| ((*value).to_owned(), *count)).collect()
        };
        for (choice, total_of, categories, licences, languages) in [
            (
                at("", "", ""),
                5,
                owned(&[("Tools", 3), ("Games", 2)]),
                owned(&[("MIT", 3), ("GPL-3.0", 1)]),
                owned(&[("C", 2), ("Rust", 2)]),
            ),
            (
                at("Games", "", ""),
                2,
                owned(&[("Tools", 3), ("Games", 2)]),
                owned(&[("MIT", 1)]),
                owned(&[("Rust", 1)]),
            ),
            (
                at("Games", "MIT", ""),
                1,
                owned(&[("Tools", 2), ("Games", 1)]),
                owned(&[("MIT", 1)]),
                owned(&[("Rust", 1)]),
            ),
            (at("AI", "", ""), 0, owned(&[("Tools", 3), ("Games", 2), ("AI", 0)]), vec![], vec![]),
        ] {
            let cells = cells();
            assert_eq!(total(&cells, &choice), total_of, "{choice:?}");
            assert_eq!(values(&cells, &choice, Facet::Category), categories, "{choice:?}");
            assert_eq!(values(&cells, &choice, Facet::Licence), licences, "{choice:?}");
            assert_eq!(values(&cells, &choice, Facet::Language), languages, "{choice:?}");
        }
    }
}
