//! Text that people wrote, in XML and HTML: markup in it stays text, and what cannot be seen or turns
//! the line around is left out.

use crate::input::text;

/// The text for between tags and for attributes in quotes.
#[must_use]
pub fn escape(wild: &str) -> String {
    let mut safe = String::with_capacity(wild.len() + 8);
    for c in plain(wild).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// The text on one line, without what a reader does not see and XML does not know.
#[must_use]
pub fn plain(wild: &str) -> String {
    let known = |c: &char| !matches!(c, '\u{fffe}' | '\u{ffff}');
    let spaced = wild.chars().map(|c| if c.is_whitespace() { ' ' } else { c });
    text::one_line(&spaced.filter(|c| text::is_visible(*c)).filter(known).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_its_place() {
        for (wild, safe) in [
            ("jq", "jq"),
            ("<b>\"x\" & 'y'</b>", "&lt;b&gt;&quot;x&quot; &amp; &#39;y&#39;&lt;/b&gt;"),
            ("a\u{202e}b\u{200b}c\u{feff}", "abc"),
            ("a\u{0}b\u{1b}c\n d\u{ffff}", "abc d"),
            ("\u{2028} 한글 🎉", "한글 🎉"),
        ] {
            assert_eq!(escape(wild), safe, "{wild:?}");
        }
    }
}
