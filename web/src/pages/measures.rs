//! How are sizes and times told?

use crate::i18n::{fill, t};

/// A number of bytes, in decimal units.
#[must_use]
pub fn size(bytes: i64) -> String {
    let (number, unit) = match bytes {
        ..1_000_000 => (rounded(bytes, 1_000), t("{n} kB")),
        1_000_000..1_000_000_000 => (rounded(bytes, 1_000_000), t("{n} MB")),
        _ => (rounded(bytes, 1_000_000_000), t("{n} GB")),
    };
    fill(unit, &[("n", &number)])
}

/// A short time, in milliseconds.
#[must_use]
pub fn short_time(ms: i64) -> String {
    match ms {
        ..1_000 => fill(t("{n} ms"), &[("n", &ms)]),
        _ => fill(t("{n} s"), &[("n", &rounded(ms, 1_000))]),
    }
}

/// With one decimal below ten, unless that is 0.
fn rounded(value: i64, unit: i64) -> String {
    let tenths = (value.max(0) * 10 + unit / 2) / unit;
    match (tenths / 10, tenths % 10) {
        (whole @ 0..10, part @ 1..) => format!("{whole}.{part}"),
        (whole, part) => (whole + i64::from(whole >= 10 && part >= 5)).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times() {
        for (bytes, text) in [
            (0, "0 kB"),
            (-5, "0 kB"),
            (1_500, "1.5 kB"),
            (999_999, "1000 kB"),
            (5_000_000, "5 MB"),
            (12_345_678, "12 MB"),
            (12_545_678, "13 MB"),
            (2_340_000_000, "2.3 GB"),
        ] {
            assert_eq!(size(bytes), text);
        }
        for (ms, text) in [(0, "0 ms"), (87, "87 ms"), (1_240, "1.2 s"), (12_900, "13 s")] {
            assert_eq!(short_time(ms), text);
        }
    }
}
