//! Checks that hold for any text.

use crate::i18n::{fill, t};

/// Line endings as Unix has them, whatever the browser or an editor made of them.
#[must_use]
pub fn unix_lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// One line without space around it or repeated in it.
#[must_use]
pub fn one_line(text: &str) -> String {
    // Control characters are kept here, so that the check can name them.
    text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// Changes the direction of the text around it, and so what people read.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Takes no room, and so makes two texts look alike.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00ad}' | '\u{034f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200d}' | '\u{2028}' | '\u{2029}'
        | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a reader sees a character, and sees it where it stands.
#[must_use]
pub fn is_visible(c: char) -> bool {
    !(c.is_control() || is_direction(c) || is_invisible(c))
}

/// A line without what [`check_line`] refuses, from elsewhere than a form.
#[must_use]
pub fn visible_line(text: &str) -> String {
    let spaced = text.replace(['\n', '\r', '\t'], " ");
    let kept = spaced.chars().filter(|c| check_line(c.encode_utf8(&mut [0; 4])).is_ok());
    one_line(&kept.collect::<String>())
}

/// Text of several lines without what [`check_lines`] refuses, from elsewhere than a form.
#[must_use]
pub fn visible_lines(text: &str) -> String {
    text.chars().filter(|c| check_lines(c.encode_utf8(&mut [0; 4])).is_ok()).collect()
}

/// A line that people read: no control characters, nothing invisible.
///
/// # Errors
/// Names the character.
pub fn check_line(text: &str) -> Result<(), String> {
    refuse(text, |c| !is_visible(c))
}

/// Text of several lines: control characters other than line ends and tabs, and characters that
/// turn the direction, are refused; joiners are needed by some scripts.
///
/// # Errors
/// Names the character.
pub fn check_lines(text: &str) -> Result<(), String> {
    refuse(text, |c| (c.is_control() && !matches!(c, '\n' | '\t')) || is_direction(c))
}

fn refuse(text: &str, bad: impl Fn(char) -> bool) -> Result<(), String> {
    match text.chars().find(|c| bad(*c)) {
        Some(c) => Err(fill(
            t("This holds the invisible character {code}. Type it again without."),
            &[("code", &format!("U+{:04X}", u32::from(c)))],
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_endings_become_unix() {
        assert_eq!(unix_lines("a\r\nb\rc\nd"), "a\nb\nc\nd");
        assert_eq!(one_line("  a   b "), "a b");
    }

    #[test]
    fn what_a_line_may_hold() {
        for good in ["jq", "C++", "한글 도구", "naïve", "Ünï-cödé 2.0", "日本語", "emoji 🎉"]
        {
            assert_eq!(check_line(good), Ok(()), "{good}");
        }
        for (bad, name) in [
            ("bell\u{7}", "U+0007"),
            ("a\nb", "U+000A"),
            ("a\u{202e}b", "U+202E"),
            ("a\u{200b}b", "U+200B"),
            ("a\u{200d}b", "U+200D"),
            ("\u{feff}a", "U+FEFF"),
            ("a\u{85}", "U+0085"),
            ("a\u{e0041}", "U+E0041"),
        ] {
            assert!(check_line(bad).unwrap_err().contains(name), "{bad:?}");
        }
    }

    #[test]
    fn what_lines_may_hold() {
        for good in ["a\n\tb", "family 👩\u{200d}👧"] {
            assert_eq!(check_lines(good), Ok(()), "{good}");
        }
        for bad in ["a\u{0}", "a\u{1b}[1m", "a\u{2066}b"] {
            assert!(check_lines(bad).is_err(), "{bad:?}");
        }
    }
}
