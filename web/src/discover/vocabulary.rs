//! What may a word have meant?
//!
//! The words that names, topics and lines of projects are made of, with how often each comes. A
//! word that nothing has is compared with them: those that hold it (브라우저 in 웹브라우저), and
//! those that a slip or two away are it (htpo, sqllite). Korean is compared letter by letter (ㅌㅓㅁㅣ…),
//! not syllable by syllable: one wrong key is one wrong letter there too.

use super::words::{self, Words};
use std::collections::HashMap;
use unicode_normalization::UnicodeNormalization as _;

/// So many words stand in for one.
const MOST: usize = 12;

/// Words by which projects are found.
#[derive(Debug, Default)]
pub struct Vocabulary {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    word: String,
    letters: Vec<char>,
    /// Which letters, so that most words are passed over at a glance.
    set: LetterSet,
    /// How often it comes; words of names count more.
    weight: u64,
}

/// What stands in for a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stands {
    /// The word is known, or begins known ones.
    ItIsKnown,
    /// Words that hold it.
    Within(Vec<String>),
    /// Words that it may be a misspelling of, the likeliest first.
    Slip(Vec<String>),
    /// Nothing is like it.
    Nothing,
}

impl Vocabulary {
    /// Of texts and how much each word in them weighs.
    pub fn of<'a>(texts: impl IntoIterator<Item = (&'a str, u64)>) -> Self {
        let mut weights: HashMap<String, u64> = HashMap::new();
        for (text, weight) in texts {
            for word in words::of_text(text) {
                *weights.entry(word).or_default() += weight;
            }
        }
        let entry = |(word, weight): (String, u64)| {
            let letters = letters(&word);
            Entry { set: LetterSet::of(&letters), letters, word, weight }
        };
        let mut entries: Vec<Entry> = weights.into_iter().map(entry).collect();
        entries.sort_by(|a, b| b.weight.cmp(&a.weight).then_with(|| a.word.cmp(&b.word)));
        Self { entries }
    }

    /// What stands in for a word.
    #[must_use]
    pub fn look_up(&self, word: &str, prefix: bool) -> Stands {
        let known = |entry: &Entry| {
            if prefix { entry.word.starts_with(word) } else { entry.word == word }
        };
        let typed = letters(word);
        let set = LetterSet::of(&typed);
        let having_all = self.entries.iter().filter(|entry| set.without(entry.set) == 0);
        if having_all.clone().any(known) {
            return Stands::ItIsKnown;
        }
        if typed.len() >= 3 {
            let holding = having_all.filter(|entry| entry.word.contains(word));
            let holding: Vec<String> = holding.take(MOST).map(|entry| entry.word.clone()).collect();
            if !holding.is_empty() {
                return Stands::Within(holding);
            }
        }
        let slips = self.slips(&typed, set);
        if slips.is_empty() { Stands::Nothing } else { Stands::Slip(slips) }
    }

    /// The nearest, of those the most frequent first.
    fn slips(&self, typed: &[char], set: LetterSet) -> Vec<String> {
        let mut most = slips_allowed(typed.len());
        let mut found: Vec<(usize, &Entry)> = Vec::new();
        for entry in &self.entries {
            // A slip takes one letter away at most, and brings one.
            let apart = set.without(entry.set).max(entry.set.without(set));
            let lengths = entry.letters.len().abs_diff(typed.len());
            if most == 0 || apart.max(lengths) > most {
                continue;
            }
            let distance = distance(typed, &entry.letters);
            if distance <= most {
                most = distance;
                found.push((distance, entry));
            }
        }
        found.retain(|(distance, _)| *distance == most);
        // Most slips are not in the first letter.
        found.sort_by_key(|(_, entry)| entry.letters.first() != typed.first());
        found.into_iter().take(MOST).map(|(_, entry)| entry.word.clone()).collect()
    }

    /// The query with each word that is not known replaced by the likeliest one, and the words that
    /// stand in for each; nothing where a word is like none, or all are known.
    #[must_use]
    pub fn mend(&self, typed: &Words) -> Option<(Words, Vec<Vec<String>>)> {
        let (mut likely, mut groups, mut changed) = (Vec::new(), Vec::new(), false);
        for (at, word) in typed.words.iter().enumerate() {
            let group = match self.look_up(word, typed.is_prefix(at)) {
                Stands::ItIsKnown => vec![word.clone()],
                Stands::Within(words) | Stands::Slip(words) => {
                    changed = true;
                    words
                }
                Stands::Nothing => return None,
            };
            likely.push(group[0].clone());
            groups.push(group);
        }
        changed.then_some((Words { words: likely, open: typed.open }, groups))
    }
}

/// The letters of a word as bits. Two letters may share one, so words may be farther from each
/// other than it seems by this, and never nearer.
#[derive(Debug, Clone, Copy)]
struct LetterSet(u64);

impl LetterSet {
    fn of(letters: &[char]) -> Self {
        Self(letters.iter().fold(0, |set, letter| set | 1 << (u32::from(*letter) % 64)))
    }

    /// How many of its letters the other one has not, at least.
    const fn without(self, other: Self) -> usize {
        (self.0 & !other.0).count_ones() as usize
    }
}

/// Letters as they are typed: a Korean syllable is two or three.
fn letters(word: &str) -> Vec<char> {
    word.nfd().collect()
}

/// So many slips may be in a word of this length.
const fn slips_allowed(letters: usize) -> usize {
    match letters {
        0..=2 => 0,
        3..=5 => 1,
        _ => 2,
    }
}

/// How many slips one word is from another: a letter too much, too few or wrong, or two neighbours
/// changed places (Damerau and Levenshtein, each pair moved once).
fn distance(a: &[char], b: &[char]) -> usize {
    let width = b.len() + 1;
    let (mut before, mut last) = (vec![0; width], (0..width).collect::<Vec<_>>());
    let mut row = vec![0; width];
    for (i, x) in a.iter().enumerate() {
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let wrong = last[j] + usize::from(x != y);
            let mut best = wrong.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                best = best.min(before[j - 1] + 1);
            }
            row[j + 1] = best;
        }
        std::mem::swap(&mut before, &mut last);
        std::mem::swap(&mut last, &mut row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary() -> Vocabulary {
        let names = ["htop", "jq", "sqlite3", "Vim", "ripgrep", "nginx", "터미널", "웹브라우저"];
        let lines = ["A terminal browser", "search in files", "Process viewer", "search in text"];
        let names = names.iter().map(|name| (*name, 5));
        Vocabulary::of(names.chain(lines.iter().map(|line| (*line, 1))))
    }

    #[test]
    fn slips_are_counted() {
        for (a, b, slips) in [
            ("htop", "htop", 0),
            ("htpo", "htop", 1),
            ("sqllite3", "sqlite3", 1),
            ("sqlte", "sqlite", 1),
            ("sqlote", "sqlite", 1),
            ("ab", "", 2),
            ("", "ab", 2),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(&letters(a), &letters(b)), slips, "{a} {b}");
        }
    }

    #[test]
    fn what_stands_in() {
        let vocabulary = vocabulary();
        let slip = |word: &str| Stands::Slip(vec![word.to_owned()]);
        let within = |word: &str| Stands::Within(vec![word.to_owned()]);
        for (typed, prefix, stands) in [
            ("htop", false, Stands::ItIsKnown),
            ("ht", true, Stands::ItIsKnown),
            ("htpo", true, slip("htop")),
            ("hto", false, within("htop")),
            ("sqllite", false, slip("sqlite3")),
            ("serach", false, slip("search")),
            ("ngnix", false, slip("nginx")),
            ("lite", true, within("sqlite3")),
            ("브라우저", true, within("웹브라우저")),
            ("터미날", true, slip("터미널")),
            ("vmi", false, slip("vim")),
            ("qj", false, Stands::Nothing),
            ("kubernetes", false, Stands::Nothing),
            ("xyz", false, Stands::Nothing),
        ] {
            assert_eq!(vocabulary.look_up(typed, prefix), stands, "{typed}");
        }
    }

    #[test]
    fn queries_are_mended_word_by_word() {
        let vocabulary = vocabulary();
        let mended =
            |typed: &str| vocabulary.mend(&Words::of(typed)).map(|(likely, _)| likely.text());
        assert_eq!(mended("serach htpo").as_deref(), Some("search htop"));
        assert_eq!(mended("search files"), None, "nothing to mend");
        assert_eq!(mended("serach kubernetes"), None, "nothing like it");
        assert_eq!(mended(""), None);
    }
}
