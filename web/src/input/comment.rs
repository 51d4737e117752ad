//! What people may say below a project, and of what they report.

use super::text::{check_lines, unix_lines};
use crate::i18n::{fill, t};

/// The longest comment, in characters.
pub const COMMENT_LIMIT: usize = 2_000;
/// The longest explanation of a report, in characters.
pub const DETAIL_LIMIT: usize = 1_000;

/// A comment: Markdown.
///
/// # Errors
/// A sentence.
pub fn comment(typed: &str) -> Result<String, String> {
    let text = lines(typed, COMMENT_LIMIT)?;
    if text.is_empty() {
        return Err(t("Write something first.").to_owned());
    }
    Ok(text)
}

/// What is wrong, in the reporter's words; may be empty.
///
/// # Errors
/// A sentence.
pub fn detail(typed: &str) -> Result<String, String> {
    lines(typed, DETAIL_LIMIT)
}

fn lines(typed: &str, limit: usize) -> Result<String, String> {
    let text = unix_lines(typed).trim().to_owned();
    check_lines(&text)?;
    let length = text.chars().count();
    if length > limit {
        let message = t("Up to {n} characters fit here; this has {length}.");
        return Err(fill(message, &[("n", &limit), ("length", &length)]));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments() {
        assert_eq!(comment(" a\r\nb \n").as_deref(), Ok("a\nb"));
        assert!(comment(&"한".repeat(2_000)).is_ok());
        for (bad, says) in [
            (" \n ", "Write something"),
            (&"x".repeat(2_001), "2000 characters fit here; this has 2001"),
            ("a\u{202e}b", "U+202E"),
            ("a\u{0}", "U+0000"),
        ] {
            assert!(comment(bad).unwrap_err().contains(says), "{bad:?}");
        }
        assert_eq!(detail(" ").as_deref(), Ok(""));
        assert!(detail(&"x".repeat(1_001)).is_err());
    }
}
