//! What may be said of a project besides: its licence, where its source is, its language and its
//! topics. Each may be left empty.

use super::text::{check_line, one_line};
use crate::i18n::{fill, t};
use spdx::Expression;
use url::{Host, Url};

/// The licences that the form suggests. Any other SPDX expression holds as well.
pub const LICENCES: [&str; 20] = [
    "MIT",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "GPL-2.0-only",
    "GPL-2.0-or-later",
    "GPL-3.0-only",
    "GPL-3.0-or-later",
    "LGPL-2.1-or-later",
    "LGPL-3.0-or-later",
    "AGPL-3.0-only",
    "AGPL-3.0-or-later",
    "MPL-2.0",
    "EPL-2.0",
    "0BSD",
    "Zlib",
    "Unlicense",
    "CC0-1.0",
    "MIT OR Apache-2.0",
];

/// The languages that the form suggests, as they write themselves.
pub const LANGUAGES: [&str; 32] = [
    "Ada",
    "Assembly",
    "C",
    "C#",
    "C++",
    "Clojure",
    "Common Lisp",
    "D",
    "Dart",
    "Elixir",
    "Erlang",
    "Fortran",
    "Go",
    "Haskell",
    "Java",
    "JavaScript",
    "Julia",
    "Kotlin",
    "Lua",
    "Nim",
    "OCaml",
    "Perl",
    "PHP",
    "Python",
    "R",
    "Ruby",
    "Rust",
    "Scala",
    "Shell",
    "Swift",
    "TypeScript",
    "Zig",
];

const LICENCE_LIMIT: usize = 200;
const REPOSITORY_LIMIT: usize = 300;
const LANGUAGE_LIMIT: usize = 40;
/// How many topics a project may have.
pub const TOPICS_LIMIT: usize = 10;
const TOPIC_LIMIT: usize = 40;

fn at_most(limit: usize, text: &str) -> Result<(), String> {
    if text.chars().count() <= limit {
        return Ok(());
    }
    Err(fill(t("Up to {n} characters fit here."), &[("n", &limit)]))
}

/// A licence, as SPDX writes it: `mit` becomes `MIT`, and `GPL-3.0+` `GPL-3.0-or-later`.
///
/// # Errors
/// A sentence, where it is no SPDX expression.
pub fn licence(typed: &str) -> Result<String, String> {
    let typed = one_line(typed);
    if typed.is_empty() {
        return Ok(typed);
    }
    at_most(LICENCE_LIMIT, &typed)?;
    // Deprecated ones have successors, which the canonical form names as far as there is one way.
    let canonical = Expression::canonicalize(&typed).ok().map(|changed| changed.unwrap_or(typed));
    let says = |text: &String| !["NONE", "NOASSERTION"].contains(&text.as_str());
    canonical.filter(|text| says(text) && Expression::parse(text).is_ok()).ok_or_else(|| {
        t("Write the licence as SPDX does, such as MIT, GPL-3.0-or-later or MIT OR Apache-2.0.")
            .to_owned()
    })
}

/// Where the source is: an https address that says nothing about who looks there.
///
/// # Errors
/// A sentence.
pub fn repository(typed: &str) -> Result<String, String> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(String::new());
    }
    at_most(REPOSITORY_LIMIT, typed)?;
    // The parser passes over tabs and line ends; whoever reads the address does not.
    check_line(typed)?;
    let no_address =
        || t("Write a whole address, such as https://github.com/owner/name.").to_owned();
    let url = Url::parse(typed).map_err(|_| no_address())?;
    if url.scheme() != "https" {
        return Err(t("The address has to begin with https://.").to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            t("Leave out the name and the password: everybody can see the address.").to_owned()
        );
    }
    match url.host() {
        Some(Host::Domain(name)) if name.contains('.') => {}
        _ => return Err(no_address()),
    }
    let url = url.to_string();
    at_most(REPOSITORY_LIMIT, &url)?;
    Ok(url)
}

/// A programming language: a common one as it writes itself, another one as it was typed.
///
/// # Errors
/// A sentence.
pub fn language(typed: &str) -> Result<String, String> {
    let typed = one_line(typed);
    check_line(&typed)?;
    at_most(LANGUAGE_LIMIT, &typed)?;
    let known = LANGUAGES.iter().find(|known| known.eq_ignore_ascii_case(&typed));
    Ok(known.map_or(typed, |known| (*known).to_owned()))
}

/// Topics: words in lower case, with a space between.
///
/// # Errors
/// A sentence.
pub fn topics(typed: &str) -> Result<String, String> {
    let mut topics: Vec<String> = Vec::new();
    let words =
        typed.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty());
    for word in words.map(str::to_lowercase) {
        check_line(&word)?;
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '+' | '#');
        if !word.chars().all(plain) || !word.starts_with(char::is_alphanumeric) {
            let message = t("A topic is made of letters, digits and hyphens: “{word}” is not.");
            return Err(fill(message, &[("word", &word)]));
        }
        if word.chars().count() > TOPIC_LIMIT {
            return Err(fill(t("A topic has up to {n} characters."), &[("n", &TOPIC_LIMIT)]));
        }
        if !topics.contains(&word) {
            topics.push(word);
        }
    }
    if topics.len() > TOPICS_LIMIT {
        return Err(fill(t("Name up to {n} topics."), &[("n", &TOPICS_LIMIT)]));
    }
    Ok(topics.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licences() {
        for known in LICENCES {
            assert_eq!(licence(known).as_deref(), Ok(known));
        }
        for (typed, written) in [
            ("", ""),
            (" mit ", "MIT"),
            ("GPL-3.0", "GPL-3.0-only"),
            ("GPL-2.0+", "GPL-2.0-or-later"),
            ("MIT/Apache-2.0", "MIT OR Apache-2.0"),
            ("PSF-2.0", "PSF-2.0"),
            ("blessing", "blessing"),
            ("LicenseRef-Ours", "LicenseRef-Ours"),
            ("Apache-2.0 WITH LLVM-exception", "Apache-2.0 WITH LLVM-exception"),
        ] {
            assert_eq!(licence(typed).as_deref(), Ok(written), "{typed}");
        }
        for bad in ["free", "MIT OR", "(MIT", "MIT MIT", "<script>", "MIT\u{202e}", "NOASSERTION"] {
            assert!(licence(bad).unwrap_err().contains("SPDX"), "{bad}");
        }
        assert!(licence(&"MIT OR ".repeat(50)).unwrap_err().contains("200"));
    }

    #[test]
    fn repositories() {
        for (typed, written) in [
            ("", ""),
            (" https://github.com/jqlang/jq ", "https://github.com/jqlang/jq"),
            ("HTTPS://Git.Example.ORG/~ada/x.git", "https://git.example.org/~ada/x.git"),
            ("https://münchen.example/x", "https://xn--mnchen-3ya.example/x"),
        ] {
            assert_eq!(repository(typed).as_deref(), Ok(written), "{typed}");
        }
        for (bad, says) in [
            ("jqlang/jq", "whole address"),
            ("http://example.org/x", "https://"),
            ("javascript:alert(1)", "https://"),
            ("JaVaScRiPt://example.org/%0aalert(1)", "https://"),
            ("java\tscript:alert(1)", "U+0009"),
            ("data:text/html,x", "https://"),
            ("ssh://git@example.org/x", "https://"),
            ("https://ada:secret@example.org/x", "password"),
            ("https://ada@example.org/x", "password"),
            ("https://localhost/x", "whole address"),
            ("https://127.0.0.1/x", "whole address"),
            ("https://[::1]/x", "whole address"),
            ("https://exam\u{200b}ple.org/x", "U+200B"),
            ("https://", "whole address"),
        ] {
            assert!(repository(bad).unwrap_err().contains(says), "{bad}");
        }
        assert!(repository(&format!("https://a.example/{}", "x".repeat(300))).is_err());
    }

    #[test]
    fn languages() {
        for (typed, written) in [("", ""), ("rust", "Rust"), ("C++", "C++"), ("Koka 2", "Koka 2")] {
            assert_eq!(language(typed).as_deref(), Ok(written));
        }
        assert!(language("a\u{202e}b").unwrap_err().contains("U+202E"));
        assert!(language(&"x".repeat(41)).unwrap_err().contains("40"));
        assert!(LANGUAGES.is_sorted_by_key(|name| name.to_lowercase()));
    }

    #[test]
    fn topic_words() {
        for (typed, written) in [
            ("", ""),
            (" JSON, cli\tjson  ", "json cli"),
            ("c++ c# node.js 한글 half-life", "c++ c# node.js 한글 half-life"),
        ] {
            assert_eq!(topics(typed).as_deref(), Ok(written));
        }
        for (bad, says) in [
            ("<b>", "<b>"),
            ("-x", "-x"),
            ("a\u{200b}b", "U+200B"),
            ("1 2 3 4 5 6 7 8 9 10 11", "10"),
            ("%", "letters"),
        ] {
            assert!(topics(bad).unwrap_err().contains(says), "{bad}");
        }
        assert!(topics(&"x".repeat(41)).is_err());
    }
}
