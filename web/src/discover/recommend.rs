//! What may this visitor like?
//!
//! The places are shared out among the categories as the visitor's own tries are, by largest
//! remainder (Hamilton); each category fills its places with what is tried most there. What the
//! visitor tried already goes last. Who has tried nothing gets what is tried most, one category
//! after the other.

use std::collections::{BTreeMap, BTreeSet};

/// A project that may be recommended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its number.
    pub id: i64,
    /// Its category.
    pub category: String,
    /// How often everybody tried it.
    pub tries: i64,
}

/// What one visitor tried: a project's number and category, once for each try.
pub type History = [(i64, String)];

/// The numbers of at most `places` projects, the most fitting first.
#[must_use]
pub fn recommend(history: &History, candidates: &[Candidate], places: usize) -> Vec<i64> {
    let tried: BTreeSet<i64> = history.iter().map(|(id, _)| *id).collect();
    let known = |candidate: &&Candidate| tried.contains(&candidate.id);
    let mut ranked: Vec<&Candidate> = candidates.iter().collect();
    ranked.sort_by_key(|one| (known(one), std::cmp::Reverse(one.tries), one.id));
    ranked.dedup_by_key(|one| one.id);
    let mut chosen = if history.is_empty() {
        in_turns(&ranked, places)
    } else {
        by_share(history, &ranked, places)
    };
    // Where a category has too little, the others have more.
    let rest = ranked.iter().copied().filter(|one| !chosen.iter().any(|other| other.id == one.id));
    let missing = places.saturating_sub(chosen.len());
    let rest: Vec<&Candidate> = rest.take(missing).collect();
    chosen.extend(rest);
    chosen.sort_by_key(known);
    chosen.into_iter().map(|one| one.id).collect()
}

fn by_share<'a>(history: &History, ranked: &[&'a Candidate], places: usize) -> Vec<&'a Candidate> {
    let mut tries: BTreeMap<&str, u64> = BTreeMap::new();
    for (_, category) in history {
        *tries.entry(category).or_default() += 1;
    }
    let mut shares: Vec<(&str, u64)> = tries.into_iter().collect();
    shares.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let counts: Vec<u64> = shares.iter().map(|(_, count)| *count).collect();
    let parts = shares.iter().zip(apportion(&counts, places));
    parts.flat_map(|((category, _), part)| of_category(ranked, category).take(part)).collect()
}

fn in_turns<'a>(ranked: &[&'a Candidate], places: usize) -> Vec<&'a Candidate> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut turns: Vec<(usize, &Candidate)> = ranked
        .iter()
        .map(|one| {
            let turn = seen.entry(&one.category).or_default();
            *turn += 1;
            (*turn, *one)
        })
        .collect();
    turns.sort_by_key(|(turn, _)| *turn);
    turns.into_iter().take(places).map(|(_, one)| one).collect()
}

fn of_category<'a>(
    ranked: &[&'a Candidate],
    category: &str,
) -> impl Iterator<Item = &'a Candidate> {
    ranked.iter().copied().filter(move |one| one.category == category)
}

/// Shares out places in proportion to counts: each gets the whole part of its share, and what is
/// left goes to the largest remainders, of equal ones to the first.
fn apportion(counts: &[u64], places: usize) -> Vec<usize> {
    let total: u128 = counts.iter().map(|count| u128::from(*count)).sum();
    if total == 0 {
        return vec![0; counts.len()];
    }
    let shares = counts.iter().map(|count| u128::from(*count) * places as u128);
    let shares: Vec<(u128, u128)> = shares.map(|share| (share / total, share % total)).collect();
    let mut parts: Vec<usize> =
        shares.iter().map(|(whole, _)| usize::try_from(*whole).unwrap_or(places)).collect();
    let mut order: Vec<usize> = (0..counts.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(shares[*at].1));
    let left = places - parts.iter().sum::<usize>().min(places);
    for at in order.into_iter().take(left) {
        parts[at] += 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten of each category; Cloud is 100 to 109, AI 200 to 209, and so on: the first is tried most.
    fn catalogue() -> Vec<Candidate> {
        let of = |(row, category): (i64, &str)| {
            let category = category.to_owned();
            (0..10)
                .map(move |at| Candidate {
                    id: row * 100 + at,
                    category: category.clone(),
                    tries: 1_000 - at * 10 - row,
                })
                .collect::<Vec<_>>()
        };
        [(1, "Cloud"), (2, "AI"), (3, "System"), (4, "Games")].into_iter().flat_map(of).collect()
    }

    /// So many tries of the category's project at that place.
    fn tried(what: &[(&str, i64, usize)]) -> Vec<(i64, String)> {
        what.iter()
            .flat_map(|(category, id, times)| vec![(*id, (*category).to_owned()); *times])
            .collect()
    }

    #[test]
    fn ten_tries_of_which_six_are_cloud() {
        // Of projects that are gone from the catalogue, so that nothing was tried already.
        let history = tried(&[("Cloud", 1, 6), ("AI", 2, 2), ("System", 3, 2)]);
        let places = recommend(&history, &catalogue(), 10);
        assert_eq!(places, [100, 101, 102, 103, 104, 105, 200, 201, 300, 301]);
    }

    #[test]
    fn what_was_tried_goes_last() {
        let history = tried(&[("Cloud", 100, 6), ("AI", 2, 2), ("System", 300, 2)]);
        let places = recommend(&history, &catalogue(), 10);
        assert_eq!(places, [101, 102, 103, 104, 105, 106, 200, 201, 301, 302]);
        // Only where there is nothing else.
        let few: Vec<Candidate> =
            catalogue().into_iter().filter(|one| [100, 101, 200].contains(&one.id)).collect();
        assert_eq!(recommend(&history, &few, 10), [101, 200, 100]);
    }

    #[test]
    fn shares_add_up() {
        let cases: [(&[u64], usize, &[usize]); 11] = [
            (&[6, 2, 2], 10, &[6, 2, 2]),
            (&[6, 2, 2], 5, &[3, 1, 1]),
            (&[1, 1, 1], 10, &[4, 3, 3]),
            (&[5, 3, 1], 7, &[4, 2, 1]),
            (&[47, 16, 158, 12, 10], 10, &[2, 1, 7, 0, 0]),
            (&[1], 10, &[10]),
            (&[1, 0], 3, &[3, 0]),
            (&[0, 0], 3, &[0, 0]),
            (&[], 3, &[]),
            (&[7, 2], 0, &[0, 0]),
            (&[u64::MAX, u64::MAX], 3, &[2, 1]),
        ];
        for (counts, places, parts) in cases {
            assert_eq!(apportion(counts, places), parts, "{counts:?} in {places}");
        }
    }

    #[test]
    fn a_category_with_too_little_is_filled_up_by_the_most_tried() {
        let mut few = catalogue();
        few.retain(|one| one.category != "AI" || one.id == 200);
        let history = tried(&[("AI", 1, 3), ("Games", 2, 1)]);
        assert_eq!(recommend(&history, &few, 4), [200, 400, 100, 300]);
        // A category that is gone altogether.
        assert_eq!(recommend(&tried(&[("Gone", 1, 3)]), &catalogue(), 2), [100, 200]);
    }

    #[test]
    fn without_history_the_categories_take_turns() {
        let places = recommend(&[], &catalogue(), 10);
        assert_eq!(places, [100, 200, 300, 400, 101, 201, 301, 401, 102, 202]);
        assert_eq!(recommend(&[], &[], 10), [0; 0]);
        assert_eq!(recommend(&[], &catalogue(), 0), [0; 0]);
    }
}
