//! Which tries have ended, and what is new of how quickly they came, by what the container server
//! lists. Pure.

use crate::{
    models::{
        now,
        tries::{Timings, Try},
    },
    tries::lost,
};
use chrono::{DateTime, Utc};
use container_api::{EndReason, SandboxId, SandboxState, SandboxView};
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

/// A sandbox that is not listed for this long is lost. A container server that has just started
/// needs a moment to find what lives.
const PATIENCE: Duration = Duration::from_secs(30);

/// Since when a try's sandbox has not been listed.
#[derive(Debug, Default)]
pub struct Absences(HashMap<SandboxId, Instant>);

/// An end to write down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// Which try.
    pub id: SandboxId,
    /// When.
    pub at: DateTime<Utc>,
    /// How.
    pub reason: EndReason,
}

/// The ends among the tries that count as living.
pub fn ends(
    rows: &[Try],
    seen: &[SandboxView],
    absences: &mut Absences,
    moment: Instant,
) -> Vec<End> {
    let seen: HashMap<&SandboxId, &SandboxView> =
        seen.iter().map(|view| (&view.id, view)).collect();
    absences.0.retain(|id, _| rows.iter().any(|row| row.id == *id) && !seen.contains_key(id));
    let end_of = |row: &Try| match seen.get(&row.id) {
        Some(view) if view.state == SandboxState::Ended => Some(End {
            id: row.id.clone(),
            at: view.ended_at.unwrap_or_else(now),
            reason: view.end.clone().unwrap_or_else(lost),
        }),
        Some(_) => None,
        None => {
            let since = *absences.0.entry(row.id.clone()).or_insert(moment);
            let is_lost = moment.duration_since(since) >= PATIENCE;
            is_lost.then(|| End { id: row.id.clone(), at: now(), reason: lost() })
        }
    };
    rows.iter().filter_map(end_of).collect()
}

/// What is listed of how quickly tries came, and not written down yet.
pub fn timings(rows: &[Try], seen: &[SandboxView]) -> Vec<(SandboxId, Timings)> {
    let seen: HashMap<&SandboxId, &SandboxView> =
        seen.iter().map(|view| (&view.id, view)).collect();
    let news_of = |row: &Try| {
        let all = row.timings.or(Timings::of(seen.get(&row.id)?));
        (all != row.timings).then(|| (row.id.clone(), all))
    };
    rows.iter().filter_map(news_of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Try {
        Try {
            id: SandboxId::random(),
            project_id: 1,
            owner_key: "g:1".to_owned(),
            started_at: now(),
            ended_at: None,
            end: None,
            timings: Timings::default(),
            tag: String::new(),
        }
    }

    fn view(row: &Try, state: SandboxState, end: Option<EndReason>) -> SandboxView {
        SandboxView {
            id: row.id.clone(),
            state,
            project: "jq".to_owned(),
            title: "jq".to_owned(),
            owner: row.owner_key.clone(),
            created_at: row.started_at,
            expires_at: row.started_at,
            ready_at: None,
            first_command_at: None,
            ended_at: end.is_some().then_some(row.started_at),
            end,
        }
    }

    #[test]
    fn what_lives_stays_and_what_ended_is_noted() {
        let (lives, ended) = (row(), row());
        let seen = [
            view(&lives, SandboxState::Running, None),
            view(&ended, SandboxState::Ended, Some(EndReason::Idle)),
        ];
        let rows = [lives, ended.clone()];
        let found = ends(&rows, &seen, &mut Absences::default(), Instant::now());
        let expected = End { id: ended.id, at: ended.started_at, reason: EndReason::Idle };
        assert_eq!(found, [expected]);
    }

    #[test]
    fn timings_are_written_down_once() {
        let (fresh, known) = (row(), row());
        let ms = chrono::TimeDelta::milliseconds;
        let seen = |row: &Try, first: Option<i64>| SandboxView {
            ready_at: Some(row.started_at + ms(5)),
            first_command_at: first.map(|first| row.started_at + ms(first)),
            ..view(row, SandboxState::Running, None)
        };
        let start = Timings { start_ms: Some(4), first_command_ms: None };
        let known = Try { timings: start, ..known };
        for (views, expected) in [
            (vec![], vec![]),
            (vec![view(&fresh, SandboxState::Starting, None)], vec![]),
            (vec![seen(&known, None)], vec![]),
            (
                vec![seen(&known, Some(900)), seen(&fresh, None)],
                vec![
                    (&fresh, Timings { start_ms: Some(5), first_command_ms: None }),
                    (&known, Timings { first_command_ms: Some(900), ..start }),
                ],
            ),
        ] {
            let found = timings(&[fresh.clone(), known.clone()], &views);
            let expected: Vec<_> = expected.into_iter().map(|(r, t)| (r.id.clone(), t)).collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn what_is_not_listed_gets_a_while_to_turn_up() {
        let rows = [row()];
        let mut absences = Absences::default();
        let start = Instant::now();
        assert!(ends(&rows, &[], &mut absences, start).is_empty());
        let nearly = start + PATIENCE - Duration::from_secs(1);
        assert!(ends(&rows, &[], &mut absences, nearly).is_empty());
        // It turned up, so the clock starts again.
        let there = [view(&rows[0], SandboxState::Running, None)];
        assert!(ends(&rows, &there, &mut absences, start + PATIENCE).is_empty());
        assert!(ends(&rows, &[], &mut absences, start + PATIENCE * 2).is_empty());
        let found = ends(&rows, &[], &mut absences, start + PATIENCE * 3);
        assert_eq!((found.len(), &found[0].reason), (1, &lost()));
    }
}
