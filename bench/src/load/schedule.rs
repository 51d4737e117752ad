//! When requests are due: as people and programs come, independently of each other.

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use std::time::Duration;

/// Arrivals of a Poisson process of `rate` a second, over `length`. The same seed gives the same
/// arrivals, so that both sides get the same load.
pub fn poisson(rate: f64, length: Duration, seed: u64) -> Vec<Duration> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut due = Vec::with_capacity((rate * length.as_secs_f64() * 1.1) as usize);
    let mut at = 0.0;
    loop {
        // 1 - x is in (0, 1]: its logarithm is finite.
        let uniform: f64 = 1.0 - random.random::<f64>();
        at -= uniform.ln() / rate;
        if at >= length.as_secs_f64() {
            return due;
        }
        due.push(Duration::from_secs_f64(at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENGTH: Duration = Duration::from_secs(60);

    #[test]
    fn arrivals_come_in_order_at_the_rate() {
        let due = poisson(500.0, LENGTH, 1);
        // Within four standard deviations of 30,000.
        assert!((29_300..30_700).contains(&due.len()), "{}", due.len());
        assert!(due.is_sorted());
        assert!(due.last().is_some_and(|last| *last < LENGTH));
    }

    #[test]
    fn gaps_are_those_of_independent_comers() {
        let due = poisson(500.0, LENGTH, 2);
        let gaps: Vec<f64> = due.windows(2).map(|w| (w[1] - w[0]).as_secs_f64()).collect();
        let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
        let longer = gaps.iter().filter(|gap| **gap > mean).count() as f64 / gaps.len() as f64;
        // Of an exponential distribution 1/e lies above the mean.
        assert!((longer - 0.368).abs() < 0.02, "{longer}");
    }

    #[test]
    fn the_seed_decides() {
        let second = Duration::from_secs(1);
        assert_eq!(poisson(100.0, second, 3), poisson(100.0, second, 3));
        assert_ne!(poisson(100.0, second, 3), poisson(100.0, second, 4));
    }
}
