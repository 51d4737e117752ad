//! Many people at once, each through all the steps.

use super::{
    browser::Browser,
    sites::{Person, Site},
};
use crate::load::Times;
use anyhow::Result;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

/// How often somebody looks at the front page meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// What people met.
#[derive(Debug)]
pub struct Journeys {
    /// By step, in the order of their taking at trythis.
    pub steps: Vec<(&'static str, Times)>,
    /// The front page, seen by somebody else meanwhile.
    pub front_page: Times,
    /// People through all steps a second.
    pub rate: f64,
    /// What the first failures were.
    pub failures: Vec<String>,
}

impl Journeys {
    /// How many steps and front pages failed.
    pub fn errors(&self) -> u64 {
        self.steps.iter().map(|(_, times)| times.errors()).sum::<u64>() + self.front_page.errors()
    }

    fn record(&mut self, step: &'static str, latency: Duration, answer: Result<()>) {
        if let Some((_, times)) = self.steps.iter_mut().find(|(name, _)| *name == step) {
            times.record(latency, answer.is_ok());
        }
        if let Err(error) = answer
            && self.failures.len() < 3
        {
            self.failures.push(format!("{step}: {error:#}"));
        }
    }
}

/// Sends `people` through the site, `at_once` at a time.
pub async fn travel(site: &Site, people: usize, at_once: usize) -> Result<Journeys> {
    let (site, next) = (Arc::new(site.clone()), Arc::new(AtomicUsize::new(0)));
    let over = CancellationToken::new();
    let looking = tokio::spawn(look(site.clone(), over.clone()));
    let start = Instant::now();
    let mut running = JoinSet::new();
    for _ in 0..at_once {
        let (site, next) = (site.clone(), next.clone());
        running.spawn(async move {
            let mut taken = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= people {
                    return taken;
                }
                go_through(&site, number, &mut taken).await;
            }
        });
    }
    let steps = ["sign up", "log out", "log in"].map(|name| (name, Times::new())).into();
    let mut journeys =
        Journeys { steps, front_page: Times::new(), rate: 0.0, failures: Vec::new() };
    while let Some(taken) = running.join_next().await {
        for (step, latency, answer) in taken? {
            journeys.record(step, latency, answer);
        }
    }
    journeys.rate = people as f64 / start.elapsed().as_secs_f64();
    over.cancel();
    journeys.front_page = looking.await??;
    Ok(journeys)
}

/// One person, all steps; after one that failed the others are not tried.
async fn go_through(
    site: &Site,
    number: usize,
    taken: &mut Vec<(&'static str, Duration, Result<()>)>,
) {
    let person = Person::number(number);
    let browser = match Browser::open(site, number) {
        Ok(browser) => browser,
        Err(error) => return taken.push((site.steps[0].name, Duration::ZERO, Err(error))),
    };
    for step in &site.steps {
        let begun = Instant::now();
        let answer = browser.take(step, &person).await;
        let failed = answer.is_err();
        taken.push((step.name, begun.elapsed(), answer));
        if failed {
            return;
        }
    }
}

/// Looks at the front page again and again. A look counts from when it was due.
async fn look(site: Arc<Site>, over: CancellationToken) -> Result<Times> {
    // Far from everybody else's address.
    let browser = Browser::open(&site, 60_000)?;
    let mut times = Times::new();
    let mut due = interval(LOOK_EVERY);
    due.set_missed_tick_behavior(MissedTickBehavior::Burst);
    loop {
        let moment = tokio::select! {
            moment = due.tick() => moment,
            () = over.cancelled() => return Ok(times),
        };
        let answer = browser.get(site.front).await;
        times.record(moment.elapsed(), answer.is_ok());
    }
}
