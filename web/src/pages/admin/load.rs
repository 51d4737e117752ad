//! The machine's load over the last ten minutes, as charts and as a table.

use super::chart::{self, Line};
use crate::i18n::{fill, t};
use chrono::{DateTime, Utc};
use container_api::LoadSample;

/// Rows of the table: one a minute.
const MINUTES: i64 = 10;

/// One chart.
#[derive(Debug)]
pub struct Chart {
    /// Its heading.
    pub title: &'static str,
    /// How it stands now.
    pub now: String,
    /// What the top line means.
    pub top: String,
    /// The whole picture in a sentence.
    pub words: String,
    /// The line.
    pub path: Line,
}

/// A moment in the table.
#[derive(Debug)]
pub struct Row {
    /// When, in words.
    pub when: String,
    /// What the charts show, in their order.
    pub cells: [String; 5],
}

/// What a chart is of.
struct Subject {
    title: &'static str,
    value: fn(&LoadSample) -> f64,
    /// What the top line means, where it does not follow the values.
    top: Option<f64>,
    tell: fn(f64) -> String,
}

/// The charts of these samples, the oldest first; none without a sample.
#[must_use]
pub fn charts(samples: &[LoadSample], now: DateTime<Utc>) -> Vec<Chart> {
    let Some(newest) = samples.last() else { return Vec::new() };
    let draw = |Subject { title, value, top, tell }| {
        let points: Vec<(DateTime<Utc>, f64)> = samples.iter().map(|s| (s.at, value(s))).collect();
        let most = points.iter().map(|(_, value)| *value).fold(0.0, f64::max);
        let top = top.unwrap_or_else(|| chart::round_up(most * 1.2, 2.0));
        let words = fill(
            t("{title}: {now} now, at most {most} in the last 10 minutes"),
            &[("title", &title), ("now", &tell(value(newest))), ("most", &tell(most))],
        );
        let path = chart::draw(&points, top, now);
        Chart { title, now: tell(value(newest)), top: tell(top), words, path }
    };
    subjects(gib(newest.memory_total_bytes)).into_iter().map(draw).collect()
}

fn subjects(memory: f64) -> [Subject; 5] {
    let [cpu, ram, average, sandboxes, builds] = titles();
    let subject = |title, value, top, tell| Subject { title, value, top, tell };
    [
        subject(cpu, |s| s.cpu_busy * 100.0, Some(100.0), percent),
        subject(ram, |s| gib(s.memory_used_bytes), Some(memory), gibibytes),
        subject(average, |s| s.load_average, None, hundredths),
        subject(sandboxes, |s| count(s.sandboxes), None, whole),
        subject(builds, |s| count(s.builds), None, whole),
    ]
}

/// The headings of the charts and of the table's columns.
#[must_use]
pub fn titles() -> [&'static str; 5] {
    [t("Processor"), t("Memory"), t("Load average"), t("Sandboxes"), t("Builds")]
}

/// The last sample of every minute, the newest first.
#[must_use]
pub fn rows(samples: &[LoadSample], now: DateTime<Utc>) -> Vec<Row> {
    let in_minute = |minute: i64| {
        let sample = samples.iter().rev().find(|s| (now - s.at).num_minutes() == minute)?;
        let when = match minute {
            0 => t("now").to_owned(),
            _ => fill(t("{n} min ago"), &[("n", &minute)]),
        };
        let cells = [
            percent(sample.cpu_busy * 100.0),
            gibibytes(gib(sample.memory_used_bytes)),
            hundredths(sample.load_average),
            whole(count(sample.sandboxes)),
            whole(count(sample.builds)),
        ];
        Some(Row { when, cells })
    };
    (0..MINUTES).filter_map(in_minute).collect()
}

#[expect(clippy::cast_precision_loss, reason = "shown with one digit behind the point")]
fn gib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 30)
}

#[expect(clippy::cast_precision_loss, reason = "there are no 2^52 sandboxes")]
fn count(number: usize) -> f64 {
    number as f64
}

fn percent(value: f64) -> String {
    format!("{value:.0} %")
}

fn gibibytes(value: f64) -> String {
    format!("{value:.1} GiB")
}

fn hundredths(value: f64) -> String {
    format!("{value:.2}")
}

fn whole(value: f64) -> String {
    format!("{value:.0}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn samples_become_charts_and_rows() {
        let now = Utc::now();
        let sample = |ago: i64| LoadSample {
            at: now - TimeDelta::seconds(5 * ago),
            cpu_busy: 0.25,
            memory_used_bytes: 3 << 29,
            memory_total_bytes: 8 << 30,
            load_average: 0.5,
            sandboxes: 7,
            builds: 0,
        };
        let samples: Vec<LoadSample> = (0..120).rev().map(sample).collect();
        let charts = charts(&samples, now);
        let shown: Vec<_> = charts.iter().map(|c| (c.now.as_str(), c.top.as_str())).collect();
        assert_eq!(
            shown,
            [("25 %", "100 %"), ("1.5 GiB", "8.0 GiB"), ("0.50", "2.00"), ("7", "10"), ("0", "2")]
        );
        assert!(charts[0].words.contains("Processor: 25 % now"), "{}", charts[0].words);
        let rows = rows(&samples, now);
        assert_eq!((rows.len(), rows[0].when.as_str()), (10, "now"));
        assert_eq!(rows[9].cells[3], "7");
        assert!(super::charts(&[], now).is_empty() && super::rows(&[], now).is_empty());
    }
}
