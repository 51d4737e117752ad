//! Which pages are read, and how often. The same seed gives the same reads.

use super::super::api::{Plan, seed};
use crate::load::Ask;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

/// The mix, for people.
pub const WORDS: &str = "30 % the home page, 10 % a search for a word of topics, 10 % for two \
     letters of one, 10 % for a project's name, 5 % for a misspelt word, 10 % a list by category \
     or order, 25 % a project's page; pages are asked for compressed, as browsers do";

/// Reads of trythis: its pages.
pub fn pages(plan: &Plan, seed: u64, count: usize) -> Vec<Ask> {
    let mut random = StdRng::seed_from_u64(seed ^ 0x9a6e);
    (0..count).map(|_| one(plan, &mut random)).collect()
}

fn one(plan: &Plan, random: &mut StdRng) -> Ask {
    let number = random.random_range(1..=plan.projects);
    let word = seed::word_of(random.random_range(0..seed::WORDS));
    match random.random_range(0..100) {
        0..30 => page("home", "/".to_owned()),
        30..40 => page("search, a word", format!("/search?q={word}")),
        40..50 => page("search, as typed", format!("/search?q={}&fragment=1", &word[..4])),
        50..60 => page("search, a name", format!("/search?q=Tool+{number:06}")),
        60..65 => {
            // Two letters in the middle changed places.
            let slip = format!("{}{}{}{}", &word[..2], &word[3..4], &word[2..3], &word[4..]);
            page("search, misspelt", format!("/search?q={slip}"))
        }
        65..75 => {
            let category = ["Tools", "AI", "Games", "Cloud"][random.random_range(0..4)];
            let sort = ["tries", "trending", "newest", "name"][random.random_range(0..4)];
            page("list", format!("/search?category={category}&sort={sort}"))
        }
        _ => page("project's page", format!("/p/{}", seed::slug(number))),
    }
}

/// Reads of trythis: live badges.
pub fn badges(plan: &Plan, seed: u64, count: usize) -> Vec<Ask> {
    let mut random = StdRng::seed_from_u64(seed ^ 0xbad6);
    let mut any = || seed::slug(random.random_range(1..=plan.projects));
    (0..count).map(|_| page("badge", format!("/p/{}/live-badge.svg", any()))).collect()
}

/// Reads of JupyterHub: pages.
pub fn theirs(_: &Plan, seed: u64, count: usize) -> Vec<Ask> {
    let mut random = StdRng::seed_from_u64(seed ^ 0x7e1f);
    let mut one = || {
        if random.random() {
            page("log in", "/hub/login".to_owned())
        } else {
            page("log in, to go on", "/hub/login?next=%2Fhub%2Fhome".to_owned())
        }
    };
    (0..count).map(|_| one()).collect()
}

fn page(kind: &'static str, path: String) -> Ask {
    let headers = vec![("accept", "text/html".to_owned()), ("accept-encoding", "gzip".to_owned())];
    Ask { kind, path, headers }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_decides() {
        let plan = Plan { rate: 1.0, seconds: 1, projects: 10, tries: 1, api_rounds: 1 };
        let paths = |seed| -> Vec<String> {
            pages(&plan, seed, 50).into_iter().map(|ask| ask.path).collect()
        };
        assert_eq!(paths(1), paths(1));
        assert_ne!(paths(1), paths(2));
        assert_eq!((badges(&plan, 1, 9).len(), theirs(&plan, 1, 9).len()), (9, 9));
    }
}
