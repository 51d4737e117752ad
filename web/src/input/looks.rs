//! What a name looks like: names that people cannot tell apart have the same key.

use std::{collections::HashMap, sync::LazyLock};
use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton;

/// Which ASCII letter or digit has this Unicode skeleton; the letter, where both have.
static ASCII: LazyLock<HashMap<String, char>> = LazyLock::new(|| {
    let plain = ('0'..='9').chain('a'..='z');
    plain.map(|c| (skeleton(c.encode_utf8(&mut [0; 4])).collect(), c)).collect()
});

/// The same for names that look alike: compatibility forms (full-width letters, ligatures), case,
/// and letters of other scripts that are drawn like ASCII ones count as what they look like.
/// ASCII letters and digits are told apart, although some fonts draw l and 1 alike: `sl` and `s1`
/// may be two programs.
#[must_use]
pub fn key(name: &str) -> String {
    let folded: String = name.nfkc().flat_map(char::to_lowercase).nfkc().collect();
    let mut key = String::with_capacity(folded.len());
    for c in folded.chars() {
        if c.is_ascii() {
            key.push(c);
            continue;
        }
        let looks: String = skeleton(c.encode_utf8(&mut [0; 4])).collect();
        match ASCII.get(&looks) {
            Some(plain) => key.push(*plain),
            None => key.extend(looks.chars().flat_map(char::to_lowercase)),
        }
    }
    // Accents may have come apart.
    key.nfkc().collect()
}

/// Whether an ASCII name passes for one of these words, with digits and hyphens in the place of
/// letters: `adm1n`, `r00t`, `try-this`.
#[must_use]
pub fn passes_for(name: &str, words: &[&str]) -> bool {
    let plain = |text: &str| -> String {
        let letter = |c| match c {
            '0' => 'o',
            '1' | 'i' => 'l',
            '3' => 'e',
            '4' => 'a',
            '5' => 's',
            '7' => 't',
            other => other,
        };
        text.chars().filter(|c| *c != '-').map(letter).collect()
    };
    let name = plain(name);
    words.iter().any(|word| plain(word) == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_alike_has_one_key() {
        for (name, like) in [
            ("jq", "ЈԚ"),
            ("jq", "\u{458}q"),
            ("jq", "ｊｑ"),
            ("JQ", "jQ"),
            ("Vim", "VІM"),
            ("file", "ﬁle"),
            ("cowsay", "соwsау"),
            ("nano 2", "nano ２"),
            ("Café", "Cafe\u{301}"),
            ("straße", "STRAẞE"),
        ] {
            assert_eq!(key(name), key(like), "{name} {like}");
        }
    }

    #[test]
    fn what_differs_has_two() {
        for (name, other) in [
            ("jq", "yq"),
            ("sl", "s1"),
            ("modem", "modern"),
            ("fo", "f0"),
            ("Café", "Cafe"),
            ("日本", "日木"),
            ("C++", "C"),
        ] {
            assert_ne!(key(name), key(other), "{name} {other}");
        }
    }

    #[test]
    fn a_key_is_its_own_key() {
        for name in ["ЈԚ", "Ünï-cödé 2.0", "한글 도구", "emoji 🎉", "ŉ", "㎏", "ⅿ", "ﷺ"]
        {
            assert_eq!(key(&key(name)), key(name), "{name}");
        }
    }

    #[test]
    fn digits_pass_for_letters() {
        for name in ["adm1n", "admin", "r00t", "try-this", "5upp0rt", "a-d-m-i-n"] {
            assert!(passes_for(name, &["admin", "root", "trythis", "support"]), "{name}");
        }
        assert!(!passes_for("ada", &["admin", "api"]));
    }
}
