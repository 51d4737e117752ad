//! Falling asleep where nobody is there, and waking up before anybody notices.

use super::{
    actor::{Actor, Report},
    books::Phase,
    standing::{Standing, Turn},
};
use crate::engine::EngineError;
use container_api::SandboxId;
use std::time::{Duration, Instant};
use terminal_proxy::Activity;

/// How long one is left alone that did not stand still.
const SLEEPLESS: Duration = Duration::from_secs(60);
/// Who keeps more of a processor core busy works, though nobody sees anything of it.
const RESTING: f64 = 0.01;

impl Actor {
    /// Sends to sleep what nobody has touched since `seen`. What is typed from now on waits, so that
    /// it meets a program that reads.
    pub(super) fn fall_asleep(&mut self, id: &SandboxId, seen: &Activity) {
        if seen.viewers > 0 && !self.rests(id) {
            return;
        }
        if let Some(touched) = self.terminals.sleep(id, seen) {
            self.report_when(touched, Report::Wanted { id: id.clone() });
            self.turn(id, Turn { to: Standing::Asleep, reply: None });
        }
    }

    /// Whether it does nothing while somebody looks on. That takes some seconds to find out.
    fn rests(&mut self, id: &SandboxId) -> bool {
        let Some(record) = self.books.get_mut(id) else { return false };
        match record.measured.busy_now() {
            Some(cores) if cores <= RESTING => return true,
            Some(_) => record.sleepless_until = Some(Instant::now() + SLEEPLESS),
            None => self.find_out(id),
        }
        false
    }

    /// Listens at the terminal of one that slept when an earlier server ended.
    pub(super) fn sleep_on(&mut self, id: &SandboxId) {
        if let Some(seen) = self.terminals.activity(id)
            && let Some(touched) = self.terminals.sleep(id, &seen)
        {
            self.report_when(touched, Report::Wanted { id: id.clone() });
        }
    }

    /// Somebody has come or typed.
    pub(super) fn wanted(&mut self, id: &SandboxId) {
        if let Some(record) = self.books.get_mut(id)
            && matches!(record.phase, Phase::Running { .. })
        {
            record.wanted = true;
            self.wake_up(id);
        }
    }

    /// Wakes one whom somebody wants; asked again and again until it is awake.
    pub(super) fn wake_up(&mut self, id: &SandboxId) {
        let Some(record) = self.books.get_mut(id) else { return };
        // What a person has asked for meanwhile counts more.
        let coming = record.turns.back().map_or(record.standing, |turn| turn.to);
        if record.wanted && coming == Standing::Asleep {
            self.turn(id, Turn { to: Standing::Going, reply: None });
        }
    }

    /// The engine could not do what nobody waits for by name.
    pub(super) fn unturned(&mut self, id: &SandboxId, to: Standing, error: &EngineError) {
        tracing::warn!(sandbox = %id, ?to, %error, "a sandbox did not fall asleep or wake up");
        let Some(record) = self.books.get_mut(id) else { return };
        if to == Standing::Asleep {
            record.sleepless_until = Some(Instant::now() + SLEEPLESS);
            record.wanted = false;
            // It goes on, and so does what was typed meanwhile.
            self.terminals.set_frozen(id, false);
        }
    }
}
