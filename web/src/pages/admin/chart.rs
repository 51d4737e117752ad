//! A line over the last ten minutes, as the path of an SVG: drawn here, so that the page needs no
//! script for it. Pure.

use chrono::{DateTime, TimeDelta, Utc};
use std::fmt::Write;

/// The picture's size, in its own units.
pub const WIDTH: f64 = 600.0;
/// The same.
pub const HEIGHT: f64 = 120.0;
/// What it shows.
const WINDOW: TimeDelta = TimeDelta::minutes(10);
/// Points that are further apart are not joined: nobody looked in between.
const GAP: TimeDelta = TimeDelta::seconds(20);

/// The paths of a line.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Along the values.
    pub line: String,
    /// The ground beneath.
    pub area: String,
}

/// Draws values, the oldest first, between zero and `top`.
#[must_use]
pub fn draw(points: &[(DateTime<Utc>, f64)], top: f64, now: DateTime<Utc>) -> Line {
    let mut drawn = Line::default();
    let mut run: Vec<(f64, f64)> = Vec::new();
    let mut last = None;
    for (at, value) in points.iter().filter(|(at, _)| *at > now - WINDOW && *at <= now) {
        if last.is_some_and(|last| *at - last > GAP) {
            drawn.add(&run);
            run.clear();
        }
        last = Some(*at);
        run.push((across(*at, now), up(*value, top)));
    }
    drawn.add(&run);
    drawn
}

impl Line {
    /// Writing into a text does not fail.
    fn add(&mut self, run: &[(f64, f64)]) {
        let (Some((first, _)), Some((last, height))) = (run.first(), run.last()) else { return };
        let _ = write!(self.area, "M{first:.1} {HEIGHT}");
        for (n, (x, y)) in run.iter().enumerate() {
            let _ = write!(self.line, "{}{x:.1} {y:.1}", if n == 0 { 'M' } else { 'L' });
            let _ = write!(self.area, "L{x:.1} {y:.1}");
        }
        // A single point is seen too.
        let _ = write!(self.line, "L{:.1} {height:.1}", last + 0.5);
        let _ = write!(self.area, "L{last:.1} {HEIGHT}Z");
    }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of ten minutes")]
fn across(at: DateTime<Utc>, now: DateTime<Utc>) -> f64 {
    let ago = (now - at).num_milliseconds() as f64 / WINDOW.num_milliseconds() as f64;
    WIDTH * (1.0 - ago)
}

fn up(value: f64, top: f64) -> f64 {
    let share = if top > 0.0 { (value / top).clamp(0.0, 1.0) } else { 0.0 };
    HEIGHT * (1.0 - share)
}

/// A round number that is not below a value: 1, 2 or 5 with noughts, and `least` at least.
#[must_use]
pub fn round_up(value: f64, least: f64) -> f64 {
    let mut step = 1.0;
    loop {
        for top in [step, 2.0 * step, 5.0 * step] {
            if top >= value && top >= least || !value.is_finite() {
                return top;
            }
        }
        step *= 10.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_lines_with_gaps() {
        let now = Utc::now();
        let at = |seconds| now - TimeDelta::seconds(seconds);
        let points = [(at(900), 1.0), (at(300), 1.0), (at(295), 0.5), (at(5), 4.0), (at(0), 0.0)];
        let drawn = draw(&points, 2.0, now);
        assert_eq!(
            drawn.line,
            "M300.0 60.0L305.0 90.0L305.5 90.0M595.0 0.0L600.0 120.0L600.5 120.0"
        );
        assert!(drawn.area.starts_with("M300.0 120L300.0 60.0L305.0 90.0L305.0 120ZM595.0 120L"));
        assert_eq!(draw(&[], 2.0, now), Line::default());
    }

    #[test]
    fn tops_are_round() {
        for (value, least, top) in [
            (0.0, 1.0, 1.0),
            (3.0, 1.0, 5.0),
            (3.0, 10.0, 10.0),
            (101.0, 1.0, 200.0),
            (7e3, 1.0, 1e4),
        ] {
            assert_eq!(round_up(value, least), top, "{value}");
        }
        assert_eq!(round_up(f64::NAN, 1.0), 1.0);
    }
}
