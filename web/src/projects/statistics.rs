//! How often is a project tried, and how does it go? Pure: what is known of its tries in, figures
//! out.

use crate::models::statistics::Sample;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use container_api::EndReason;

/// A day and how often the project was tried on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// In UTC.
    pub day: NaiveDate,
    /// How often.
    pub tries: i64,
}

/// The `count` days up to `last`, those without a try among them.
#[must_use]
pub fn days(known: &[(NaiveDate, i64)], last: NaiveDate, count: u64) -> Vec<Day> {
    let tries_on = |day| known.iter().find(|(known, _)| *known == day).map_or(0, |(_, n)| *n);
    (0..count)
        .rev()
        .map(|ago| last - Days::new(ago))
        .map(|day| Day { day, tries: tries_on(day) })
        .collect()
}

/// How far a visitor came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Pressed Try.
    Started,
    /// Had a terminal to type into.
    Prompt,
    /// Typed a first line.
    FirstLine,
    /// Was there for this many minutes.
    Stayed(i64),
}

const STAGES: [Stage; 6] = [
    Stage::Started,
    Stage::Prompt,
    Stage::FirstLine,
    Stage::Stayed(1),
    Stage::Stayed(5),
    Stage::Stayed(10),
];

impl Stage {
    fn reached(self, sample: &Sample, now: DateTime<Utc>) -> bool {
        let times = sample.timings;
        match self {
            Self::Started => true,
            Self::Prompt => times.start_ms.is_some() || times.first_command_ms.is_some(),
            Self::FirstLine => times.first_command_ms.is_some(),
            Self::Stayed(minutes) => {
                let stayed = sample.ended_at.unwrap_or(now) - sample.started_at;
                stayed > TimeDelta::minutes(minutes)
            }
        }
    }
}

/// How a try came to its end, in kinds that are worth telling apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It goes on.
    Running,
    /// Its visitor stopped it.
    Stopped,
    /// The program ended without an error.
    Exited,
    /// The program ended with one.
    ExitedBadly,
    /// It needed too much memory.
    OutOfMemory,
    /// Nobody was there any more.
    Idle,
    /// Its time was up.
    Lifetime,
    /// The operator ended it.
    Operator,
    /// It could not go on.
    Failed,
}

impl Ending {
    const ALL: [Self; 9] = [
        Self::Running,
        Self::Stopped,
        Self::Exited,
        Self::ExitedBadly,
        Self::OutOfMemory,
        Self::Idle,
        Self::Lifetime,
        Self::Operator,
        Self::Failed,
    ];

    fn of(sample: &Sample) -> Self {
        match (&sample.end, sample.ended_at) {
            (None, None) => Self::Running,
            (None, Some(_)) | (Some(EndReason::Failed { .. }), _) => Self::Failed,
            (Some(EndReason::Stopped), _) => Self::Stopped,
            (Some(EndReason::Exited { code: 0 }), _) => Self::Exited,
            (Some(EndReason::Exited { .. }), _) => Self::ExitedBadly,
            (Some(EndReason::OutOfMemory), _) => Self::OutOfMemory,
            (Some(EndReason::Idle), _) => Self::Idle,
            (Some(EndReason::Lifetime), _) => Self::Lifetime,
            (Some(EndReason::Operator), _) => Self::Operator,
        }
    }
}

/// What tries have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// How many were looked at.
    pub tries: usize,
    /// From the request to the prompt, for half of those that are known at most.
    pub start_ms: Option<i64>,
    /// The same to the first line.
    pub first_command_ms: Option<i64>,
    /// How many came how far.
    pub stages: Vec<(Stage, usize)>,
    /// How they ended: the most frequent first, without those that did not occur.
    pub endings: Vec<(Ending, usize)>,
}

/// The figures of these tries.
#[must_use]
pub fn figures(samples: &[Sample], now: DateTime<Utc>) -> Figures {
    let count = |stage: Stage| samples.iter().filter(|s| stage.reached(s, now)).count();
    let ended = |ending| samples.iter().filter(|s| Ending::of(s) == ending).count();
    let mut endings: Vec<(Ending, usize)> =
        Ending::ALL.map(|ending| (ending, ended(ending))).into_iter().collect();
    endings.retain(|(_, number)| *number > 0);
    endings.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    Figures {
        tries: samples.len(),
        start_ms: median(samples.iter().filter_map(|s| s.timings.start_ms)),
        first_command_ms: median(samples.iter().filter_map(|s| s.timings.first_command_ms)),
        stages: STAGES.map(|stage| (stage, count(stage))).into_iter().collect(),
        endings,
    }
}

/// The number in the middle; between two, their mean.
fn median(numbers: impl Iterator<Item = i64>) -> Option<i64> {
    let mut numbers: Vec<i64> = numbers.collect();
    numbers.sort_unstable();
    let upper = *numbers.get(numbers.len() / 2)?;
    match numbers.len() % 2 {
        1 => Some(upper),
        _ => Some(i64::midpoint(numbers[numbers.len() / 2 - 1], upper)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::tries::Timings;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
    }

    #[test]
    fn medians() {
        for (numbers, middle) in [
            (&[][..], None),
            (&[7], Some(7)),
            (&[9, 1], Some(5)),
            (&[3, 1, 2], Some(2)),
            (&[100, 1, 2, 4], Some(3)),
            (&[1, 2], Some(1)),
            (&[i64::MAX, i64::MAX], Some(i64::MAX)),
        ] {
            assert_eq!(median(numbers.iter().copied()), middle, "{numbers:?}");
        }
    }

    #[test]
    fn days_without_a_try_are_days_too() {
        let known = [(day(1), 4), (day(3), 2)];
        let told = |count| days(&known, day(4), count).iter().map(|d| d.tries).collect::<Vec<_>>();
        assert_eq!(told(2), [2, 0]);
        assert_eq!(told(5), [0, 4, 0, 2, 0]);
        assert_eq!(days(&[], day(4), 3)[0], Day { day: day(2), tries: 0 });
        assert!(days(&known, day(4), 0).is_empty());
    }

    #[test]
    fn how_far_visitors_came_and_how_it_ended() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(1);
        let ended = |start, first, seconds, end| Sample {
            started_at: now - TimeDelta::hours(1),
            ended_at: Some(now - TimeDelta::hours(1) + TimeDelta::seconds(seconds)),
            end: Some(end),
            timings: Timings { start_ms: start, first_command_ms: first },
        };
        let failed = EndReason::Failed { message: String::new() };
        let samples = [
            ended(None, None, 1, failed),
            ended(Some(40), None, 59, EndReason::Stopped),
            ended(Some(20), None, 60, EndReason::Idle),
            ended(Some(30), Some(900), 301, EndReason::Idle),
            // The start was not seen, but nobody types before it.
            ended(None, Some(1_100), 601, EndReason::Exited { code: 1 }),
            Sample {
                started_at: now - TimeDelta::minutes(7),
                ended_at: None,
                end: None,
                timings: Timings { start_ms: Some(10), first_command_ms: None },
            },
        ];
        let found = figures(&samples, now);
        assert_eq!(
            (found.tries, found.start_ms, found.first_command_ms),
            (6, Some(25), Some(1_000))
        );
        let stages: Vec<usize> = found.stages.iter().map(|(_, number)| *number).collect();
        assert_eq!(stages, [6, 5, 2, 3, 3, 1]);
        assert_eq!(
            found.endings,
            [
                (Ending::Idle, 2),
                (Ending::Running, 1),
                (Ending::Stopped, 1),
                (Ending::ExitedBadly, 1),
                (Ending::Failed, 1),
            ]
        );
        let none = figures(&[], now);
        assert_eq!((none.tries, none.start_ms, none.endings.len()), (0, None, 0));
    }
}
