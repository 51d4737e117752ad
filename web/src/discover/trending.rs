//! How much is a project tried just now?
//!
//! Each try counts for one when it happens and for half as much every [`HALF_LIFE`] later. Written
//! backwards, as `Σ 2^(-(now - t) / half-life)`, every project's score would change all the time.
//! Forward decay (Cormode, Shkapenyuk, Srivastava and Xu, "Forward Decay: A Practical Time Decay
//! Model for Streaming Systems", ICDE 2009) divides by the same factor on both sides instead:
//! `Σ 2^((t - epoch) / half-life)` only changes when there is a try, and orders projects the same at
//! every moment. The column `projects.trend` keeps the logarithm of that sum to the base 2, because
//! the sum itself would not fit into a number after a few years; so a list is one walk along an
//! index. The epoch is that of Unix: a project without a try has 0, which is as good as nothing.

use chrono::{DateTime, TimeDelta, Utc};

/// After this long a try counts for half.
pub const HALF_LIFE: TimeDelta = TimeDelta::days(3);
/// What was not tried for this long is in no list of what is tried just now.
pub const WINDOW: TimeDelta = TimeDelta::days(14);

/// The score of one try at this moment, and nothing before it.
#[must_use]
pub fn of_one(at: DateTime<Utc>) -> f64 {
    // Seconds and parts: microseconds of all times would not do for a product, but do for a ratio.
    #[allow(clippy::cast_precision_loss)]
    let (since, half_life) = (at.timestamp_micros() as f64, HALF_LIFE.num_seconds() as f64 * 1e6);
    since / half_life
}

/// The score after one more try at this moment.
#[must_use]
pub fn after_try(score: f64, at: DateTime<Utc>) -> f64 {
    let one = of_one(at);
    let (more, less) = if score > one { (score, one) } else { (one, score) };
    more + (less - more).exp2().ln_1p() * std::f64::consts::LOG2_E
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: f64) -> DateTime<Utc> {
        #[allow(clippy::cast_possible_truncation)]
        let micros = (day * 86_400e6) as i64;
        DateTime::from_timestamp_micros(1_790_000_000_000_000 + micros).unwrap()
    }

    fn score(days: &[f64]) -> f64 {
        days.iter().fold(0.0, |score, at| after_try(score, day(*at)))
    }

    #[test]
    fn what_counts_more() {
        let steady: Vec<f64> = (0..30).map(f64::from).collect();
        let burst = |at: f64| vec![at; 10];
        let cases: [(&str, &[f64], &[f64]); 8] = [
            ("one is more than none", &[0.0], &[]),
            ("the more recent of two", &[1.0], &[0.0]),
            ("two of one moment are more than one", &[0.0, 0.0], &[0.0]),
            ("one now is more than one three days ago and a little", &[3.1], &[0.0]),
            ("two three days ago are more than one a little earlier than now", &[0.0; 2], &[2.9]),
            ("steady is more than a burst a week ago", &steady, &burst(20.0)),
            ("a burst today is more than steady", &burst(29.0), &steady),
            ("thirty days in order are more than the last ten", &steady, &steady[20..]),
        ];
        for (what, more, less) in cases {
            assert!(score(more) > score(less), "{what}: {} and {}", score(more), score(less));
        }
    }

    #[test]
    fn the_score_is_the_sum_of_decayed_tries() {
        let days = [0.0, 0.5, 3.0, 7.25, 7.25, 20.0];
        let now = 21.0;
        let sum: f64 = days.iter().map(|at| ((at - now) / 3.0f64).exp2()).sum();
        let kept = (score(&days) - of_one(day(now))).exp2();
        assert!((kept - sum).abs() < 1e-6, "{kept} and {sum}");
    }

    #[test]
    fn the_order_of_tries_does_not_matter() {
        assert!((score(&[0.0, 5.0, 9.0]) - score(&[9.0, 0.0, 5.0])).abs() < 1e-9);
    }

    #[test]
    fn a_hundred_years_fit() {
        let years: Vec<f64> = (0..=100).map(|year| f64::from(year) * 365.25).collect();
        let all = score(&years);
        assert!(all.is_finite() && all > score(&years[..100]));
        // Still told apart: one second, at the end of it.
        let (early, late) = (36_525.0, 36_525.0 + 1.0 / 86_400.0);
        assert!(score(&[late]) > score(&[early]));
        let many = (0..1_000_000).fold(0.0, |score, _| after_try(score, day(36_525.0)));
        assert!((many - of_one(day(36_525.0)) - 1_000_000f64.log2()).abs() < 1e-3, "{many}");
    }
}
