//! Where does a list by time go on? In an address: a moment in microseconds, a hyphen, an id.

use crate::models::listing::Mark;
use chrono::DateTime;

/// Reads a mark; nothing where no page ended with it.
#[must_use]
pub fn read(text: &str) -> Option<Mark> {
    let (at, id) = text.split_once('-')?;
    let digits = (1..=18).contains(&at.len()) && at.bytes().all(|byte| byte.is_ascii_digit());
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let plain = id.len() == 32 && id.bytes().all(hex);
    let at = at.parse().ok().filter(|_| digits && plain)?;
    Some((DateTime::from_timestamp_micros(at)?, id.to_owned()))
}

/// Writes a mark.
#[must_use]
pub fn write((at, id): &Mark) -> String {
    format!("{}-{id}", at.timestamp_micros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_reads_as_it_was_written() {
        let given =
            (DateTime::from_timestamp_micros(1_763_000_000_123_456).unwrap(), "a".repeat(32));
        assert_eq!(read(&write(&given)), Some(given));
        for bad in
            ["", "1", "x-y", "1-x", "99999999999999999999-a", &format!("-1-{}", "a".repeat(31))]
        {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
