//! Latencies, kept in an HDR histogram.

use hdrhistogram::Histogram;
use std::time::Duration;

/// The longest time that is told apart, in microseconds.
const LONGEST: u64 = 600_000_000;

/// Latencies of one kind of request.
#[derive(Debug, Clone)]
pub struct Times {
    histogram: Histogram<u64>,
    errors: u64,
}

impl Times {
    /// No times yet.
    pub fn new() -> Self {
        let histogram = Histogram::new_with_bounds(1, LONGEST, 3);
        Self { histogram: histogram.expect("the bounds are in range"), errors: 0 }
    }

    /// Adds one. What failed counts with the time that it took: a quick refusal flatters nobody,
    /// because errors are a figure too.
    pub fn record(&mut self, latency: Duration, good: bool) {
        self.histogram.saturating_record(latency.as_micros().max(1) as u64);
        self.errors += u64::from(!good);
    }

    /// Adds what somebody else measured.
    pub fn add(&mut self, other: &Self) {
        self.histogram.add(&other.histogram).expect("the bounds are the same");
        self.errors += other.errors;
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.histogram.len()
    }

    /// How many failed.
    pub fn errors(&self) -> u64 {
        self.errors
    }

    /// The latency that this part of them does not exceed, in milliseconds.
    pub fn quantile_ms(&self, quantile: f64) -> f64 {
        self.histogram.value_at_quantile(quantile) as f64 / 1_000.0
    }

    /// The longest, in milliseconds.
    pub fn max_ms(&self) -> f64 {
        self.histogram.max() as f64 / 1_000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(value: f64, wanted: f64) -> bool {
        (value - wanted).abs() <= wanted * 0.002
    }

    #[test]
    fn quantiles_are_in_milliseconds() {
        let mut times = Times::new();
        for ms in 1..=100 {
            times.record(Duration::from_millis(ms), ms != 7);
        }
        assert_eq!((times.count(), times.errors()), (100, 1));
        assert!(near(times.quantile_ms(0.5), 50.0), "{}", times.quantile_ms(0.5));
        assert!(near(times.quantile_ms(0.99), 99.0), "{}", times.quantile_ms(0.99));
        assert!(near(times.max_ms(), 100.0), "{}", times.max_ms());
    }

    #[test]
    fn extremes_are_kept() {
        let mut times = Times::new();
        times.record(Duration::ZERO, true);
        times.record(Duration::from_secs(10_000), false);
        assert_eq!((times.count(), times.errors()), (2, 1));
        assert!(near(times.max_ms(), LONGEST as f64 / 1_000.0));
    }
}
