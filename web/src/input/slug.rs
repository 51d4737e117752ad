//! A project's place in URLs, made from its name.

use super::looks;
use crate::i18n::t;
use deunicode::deunicode_char;
use unicode_normalization::UnicodeNormalization;

/// Longest a slug may be.
const LONGEST: usize = 64;

/// Words that look like pages or people of ours.
const RESERVED: [&str; 17] = [
    "about", "admin", "api", "badge", "builds", "edit", "embed", "help", "login", "logout", "new",
    "projects", "search", "signup", "static", "status", "trythis",
];

/// Why a name makes no slug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SlugError {
    /// Nothing of it can be in an address.
    #[error(
        "{}",
        t("The name needs at least one letter or digit, because the address is made of them.")
    )]
    Empty,
    /// The site uses it.
    #[error("{}", t("This name is kept for the site itself. Choose another one."))]
    Reserved,
}

/// The slug of a name: its letters and digits in lower case, hyphens between. What is not written
/// with Latin letters is spelled with them, as on road signs: `한글 도구` is `hangeul-dogu`.
///
/// # Errors
/// When nothing is left, or when the site needs the word itself.
pub fn slug(name: &str) -> Result<String, SlugError> {
    let slug = plain(name);
    // What a name looks like counts as well.
    let reserved = |slug: &str| RESERVED.contains(&slug);
    if slug.is_empty() {
        Err(SlugError::Empty)
    } else if reserved(&slug) || reserved(&plain(&looks::key(name))) {
        Err(SlugError::Reserved)
    } else {
        Ok(slug)
    }
}

/// A letter in Latin ones; a sign that is none keeps words apart.
fn spelled(letter: char) -> impl Iterator<Item = char> {
    let known = deunicode_char(letter).filter(|_| letter.is_alphanumeric());
    // The soft sign and its like are apostrophes there.
    known.unwrap_or(" ").chars().filter(|c| !matches!(c, '\'' | '"' | '`'))
}

fn plain(name: &str) -> String {
    let mut slug = String::new();
    // Letters may be written in pieces.
    for c in name.nfc().flat_map(spelled) {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() == LONGEST {
            break;
        }
    }
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs() {
        for (name, expected) in [
            ("jq", Ok("jq")),
            ("Python REPL", Ok("python-repl")),
            ("C++", Ok("c")),
            ("  --A__b..C--  ", Ok("a-b-c")),
            ("한글 도구 2", Ok("hangeul-dogu-2")),
            ("지뢰찾기", Ok("jiroecajgi")),
            ("\u{1112}\u{1161}\u{11ab}", Ok("han")),
            ("naïve", Ok("naive")),
            ("北京 tool", Ok("bei-jing-tool")),
            ("Больше", Ok("bolshe")),
            ("x🎉y", Ok("x-y")),
            ("어드민", Ok("eodeumin")),
            ("аdmin", Err(SlugError::Reserved)),
            ("New", Err(SlugError::Reserved)),
            ("try this", Ok("try-this")),
            ("TryThis", Err(SlugError::Reserved)),
            ("", Err(SlugError::Empty)),
            ("🎉", Err(SlugError::Empty)),
            ("...", Err(SlugError::Empty)),
        ] {
            assert_eq!(slug(name).as_deref(), expected.as_deref(), "{name}");
        }
        assert_eq!(slug(&"ab-".repeat(40)).unwrap().len(), 64);
    }
}
