//! A user name for somebody who comes from elsewhere.

use crate::input::account::check_name;
use unicode_normalization::UnicodeNormalization;

/// Longest the part before a number may be: a user name has up to 32 characters.
const LONGEST: usize = 27;
/// How many numbers are tried.
const NUMBERS: u32 = 50;

/// Names that may be offered, the best first; all of them may be chosen, if nobody has them yet.
pub fn candidates(wish: &str) -> Vec<String> {
    let base = fold(wish);
    let numbered = (2..=NUMBERS).map(|number| format!("{base}-{number}"));
    let last = format!("{base}-{:04}", rand::random::<u16>() % 10_000);
    let all = std::iter::once(base.clone()).chain(numbered).chain([last]);
    all.filter(|name| check_name(name).is_ok()).collect()
}

/// What of a name can be in a user name: letters without their accents, digits, hyphens between.
fn fold(wish: &str) -> String {
    let mut name = String::new();
    for c in wish.nfkd() {
        if c.is_ascii_alphanumeric() {
            name.push(c.to_ascii_lowercase());
        } else if matches!(c, ' ' | '-' | '_' | '.') && !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
        if name.len() == LONGEST {
            break;
        }
    }
    let name = name.trim_end_matches('-');
    match name.len() {
        0 => "user".to_owned(),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_folded() {
        for (wish, first) in [
            ("ada", "ada"),
            ("Ada.Lovelace", "ada-lovelace"),
            ("Ádá Lövelace", "ada-lovelace"),
            ("__ada__", "ada"),
            ("ａｄａ", "ada"),
            ("ad", "ad-2"),
            ("admin", "admin-2"),
            ("Admin", "admin-2"),
            ("金", "user"),
            ("", "user"),
            ("a--b", "a-b"),
            ("<script>", "script"),
        ] {
            assert_eq!(candidates(wish)[0], first, "{wish}");
        }
        let long = candidates(&"x".repeat(100));
        assert!(long.iter().all(|name| check_name(name).is_ok()) && long.len() > 40);
    }
}
