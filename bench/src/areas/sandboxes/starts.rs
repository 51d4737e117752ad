//! Starts and stops: one at a time in turn, then each side some at once.

use super::contestant::{Contestant, Life, live};
use crate::load::Times;
use anyhow::{Context, Result};
use std::{
    sync::mpsc::{Receiver, Sender, channel},
    thread::{self, Scope},
};

/// Somebody who takes part.
pub struct Party<'a> {
    /// How it is called.
    pub name: &'static str,
    /// How it starts shells.
    pub contestant: &'a dyn Contestant,
    /// It takes part in every so many-th turn: the slow ones seldom.
    pub every: usize,
}

/// How long its starts and stops took.
pub struct Lives {
    /// Whose.
    pub name: &'static str,
    /// From the request to the first byte of the prompt.
    pub starts: Times,
    /// From the request until nothing is left.
    pub stops: Times,
}

struct Turns {
    go: Sender<()>,
    done: Receiver<Result<Life>>,
}

/// One at a time: in each turn everybody starts and stops one shell, one after the other.
pub fn in_turn(parties: &[Party<'_>], turns: usize) -> Result<Vec<Lives>> {
    let mut all: Vec<Lives> = parties.iter().map(|party| Lives::of(party)).collect();
    thread::scope(|scope| {
        let threads: Vec<Turns> = parties.iter().map(|party| waiting(scope, party)).collect();
        for turn in 0..turns {
            for ((party, lives), thread) in parties.iter().zip(&mut all).zip(&threads) {
                if turn % party.every == 0 {
                    thread.go.send(()).context(party.name)?;
                    lives.record(thread.done.recv()?.context(party.name)?);
                }
            }
        }
        Ok(all)
    })
}

/// A thread that starts and stops a shell whenever it is told to.
fn waiting<'scope, 'env: 'scope>(
    scope: &'scope Scope<'scope, 'env>,
    party: &'scope Party<'env>,
) -> Turns {
    let ((go, told), (tell, done)) = (channel(), channel());
    scope.spawn(move || {
        let mut worker = party.contestant.worker();
        while told.recv().is_ok() {
            let life = match &mut worker {
                Ok(worker) => live(worker.as_mut()),
                Err(error) => Err(anyhow::anyhow!("{error:#}")),
            };
            if tell.send(life).is_err() {
                return;
            }
        }
    });
    Turns { go, done }
}

/// So many at once, each of them so often.
pub fn at_once(party: &Party<'_>, at_once: usize, each: usize) -> Result<Lives> {
    let mut all = Lives::of(party);
    thread::scope(|scope| {
        let work = || -> Result<Vec<Life>> {
            let mut worker = party.contestant.worker()?;
            (0..each).map(|_| live(worker.as_mut())).collect()
        };
        let threads: Vec<_> = (0..at_once).map(|_| scope.spawn(work)).collect();
        for thread in threads {
            let lives = thread.join().map_err(|_| anyhow::anyhow!("a thread broke off"))?;
            lives.context(party.name)?.into_iter().for_each(|life| all.record(life));
        }
        Ok(all)
    })
}

impl Lives {
    fn of(party: &Party<'_>) -> Self {
        Self { name: party.name, starts: Times::new(), stops: Times::new() }
    }

    fn record(&mut self, life: Life) {
        self.starts.record(life.start, true);
        self.stops.record(life.stop, true);
    }
}
