//! Which words does somebody look for?
//!
//! What is typed is text: it has no operators. It is taken apart into words of letters and digits,
//! in lower case and without accents, so that what reaches a database cannot mean anything else.

use unicode_normalization::UnicodeNormalization as _;

/// As much of a query is looked at, in characters.
const LENGTH: usize = 200;
/// So many of its words.
const WORDS: usize = 8;
/// As much of a word.
const WORD: usize = 40;

/// What somebody looks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Words {
    /// The words, each once.
    pub words: Vec<String>,
    /// Whether the last may still be growing: nothing was typed behind it.
    pub open: bool,
}

impl Words {
    /// Reads what was typed.
    #[must_use]
    pub fn of(typed: &str) -> Self {
        let typed: String = typed.chars().take(LENGTH).collect();
        let plain = plain(&typed);
        let open = plain.chars().next_back().is_some_and(char::is_alphanumeric);
        let mut words: Vec<String> = Vec::new();
        for word in split(&plain) {
            let word: String = word.chars().take(WORD).collect();
            // A word that comes again stays where it came last, for that is where one types.
            words.retain(|other| *other != word);
            words.push(word);
        }
        words.truncate(WORDS);
        Self { words, open }
    }

    /// Whether the word at this place stands for all that begin so. Korean words do always: they
    /// carry what English says by words of their own (터미널, 터미널을, 터미널에서). A single letter
    /// begins too much to be of use.
    #[must_use]
    pub fn is_prefix(&self, at: usize) -> bool {
        let Some(word) = self.words.get(at) else { return false };
        let last = self.open && at + 1 == self.words.len() && word.len() > 1;
        last || word.chars().any(is_hangul)
    }

    /// The words with a space between.
    #[must_use]
    pub fn text(&self) -> String {
        self.words.join(" ")
    }
}

fn is_hangul(letter: char) -> bool {
    ('\u{1100}'..='\u{11ff}').contains(&letter) || ('\u{ac00}'..='\u{d7a3}').contains(&letter)
}

/// The text in lower case, without accents and variants of letters.
fn plain(text: &str) -> String {
    let apart = text.nfkd().filter(|letter| !('\u{300}'..='\u{36f}').contains(letter));
    let joined: String = apart.nfc().collect();
    joined.to_lowercase()
}

fn split(plain: &str) -> impl Iterator<Item = &str> {
    plain.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// The words of a text that somebody wrote about a project.
pub fn of_text(text: &str) -> Vec<String> {
    split(&plain(text)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_becomes_words() {
        let cases: [(&str, &[&str], bool); 20] = [
            ("", &[], false),
            ("   ", &[], false),
            ("jq", &["jq"], true),
            ("JSON tool ", &["json", "tool"], false),
            ("c++", &["c"], false),
            ("node.js", &["node", "js"], true),
            ("\"", &[], false),
            ("*", &[], false),
            ("% _", &[], false),
            ("NEAR(a b)", &["near", "a", "b"], false),
            ("a AND NOT b", &["a", "and", "not", "b"], true),
            ("name:x OR -y^2", &["name", "x", "or", "y", "2"], true),
            ("a\0b", &["a", "b"], true),
            ("'; DROP TABLE projects; --", &["drop", "table", "projects"], false),
            ("café ＶＩＭ", &["cafe", "vim"], true),
            ("웹 브라우저", &["웹", "브라우저"], true),
            ("웹", &["웹"], true),
            ("a b a", &["b", "a"], true),
            ("\u{202e}evil\u{200b}", &["evil"], false),
            ("1 2 3 4 5 6 7 8 9", &["1", "2", "3", "4", "5", "6", "7", "8"], true),
        ];
        for (typed, words, open) in cases {
            let read = Words::of(typed);
            assert_eq!(read.words, words, "{typed:?}");
            assert_eq!(read.open, open, "{typed:?}");
        }
    }

    #[test]
    fn long_queries_are_cut() {
        let read = Words::of(&"x".repeat(10_000));
        assert_eq!((read.words.len(), read.words[0].len()), (1, 40));
        assert_eq!(Words::of(&"ab ".repeat(5_000)).words, ["ab"]);
        assert!(Words::of(&"\u{fdfa}".repeat(10_000)).words.len() <= WORDS);
    }

    #[test]
    fn the_last_word_and_korean_ones_stand_for_all_that_begin_so() {
        let prefixes = |typed: &str| {
            let words = Words::of(typed);
            (0..words.words.len()).map(|at| words.is_prefix(at)).collect::<Vec<_>>()
        };
        assert_eq!(prefixes("json to"), [false, true]);
        assert_eq!(prefixes("json to "), [false, false]);
        assert_eq!(prefixes("json t"), [false, false]);
        assert_eq!(prefixes("터미널 tool "), [true, false]);
    }
}
