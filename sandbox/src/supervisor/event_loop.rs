//! The loop.

use super::{
    Error, Supervisor,
    registry::{Ending, Phase},
};
use crate::{fault::Doing, protocol::Name};
use nix::sys::signal::Signal;
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
};
use std::time::{Duration, Instant};

/// Where something can happen.
enum Source {
    Signals,
    Devices,
    Listener,
    Connection(u64),
    Handshake(Name),
}

impl Supervisor {
    /// Serves until everything is to end and has ended. Returns who waits to hear of it.
    pub(super) fn serve(&mut self) -> Result<Vec<u64>, Error> {
        loop {
            for (source, flags) in self.wait()? {
                match source {
                    Source::Signals => self.signalled()?,
                    Source::Devices => self.devices_went(),
                    Source::Listener => {
                        self.last_contact = Instant::now();
                        self.connections.accept();
                    }
                    Source::Connection(number) => self.connection(number, flags),
                    Source::Handshake(id) => self.hear(&id),
                }
            }
            if !self.connections.is_empty() {
                self.last_contact = Instant::now();
            }
            self.timers();
            if let Some(waiting) = self.is_over() {
                return Ok(waiting);
            }
        }
    }

    /// Waits until something happens, or a timer is due.
    fn wait(&self) -> Result<Vec<(Source, PollFlags)>, Error> {
        let mut sources = vec![Source::Signals];
        let mut fds = vec![PollFd::new(&self.signals, PollFlags::IN)];
        if let Some(net) = &self.net {
            sources.push(Source::Devices);
            fds.push(PollFd::from_borrowed_fd(net.departures(), PollFlags::IN));
        }
        for (number, socket, flags) in self.connections.sources() {
            sources.push(number.map_or(Source::Listener, Source::Connection));
            fds.push(PollFd::new(socket, flags));
        }
        for id in &self.registry.transient {
            let phase = self.registry.sandboxes.get(id).map(|sandbox| &sandbox.phase);
            if let Some(Phase::Starting { handshake, .. }) = phase {
                sources.push(Source::Handshake(id.clone()));
                fds.push(PollFd::new(handshake, PollFlags::IN));
            }
        }
        let pause = self.next_timer().saturating_duration_since(Instant::now());
        // Rounded up, so that a timer is due when its time has come.
        let timeout = Timespec {
            tv_sec: pause.as_secs().try_into().unwrap_or(i64::MAX),
            tv_nsec: pause.subsec_nanos().into(),
        };
        match poll(&mut fds, Some(&timeout)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(e) => return Err(e).doing("wait for events").map_err(Error::from),
        }
        let happened: Vec<PollFlags> = fds.iter().map(PollFd::revents).collect();
        Ok(sources.into_iter().zip(happened).filter(|(_, flags)| !flags.is_empty()).collect())
    }

    fn connection(&mut self, number: u64, flags: PollFlags) {
        if flags.contains(PollFlags::IN)
            && let Some((bytes, fd)) = self.connections.read(number)
        {
            self.request(number, &bytes, fd);
        }
        if flags.contains(PollFlags::OUT) {
            self.connections.flush(number);
        }
        if flags.intersects(PollFlags::HUP | PollFlags::ERR) {
            self.connections.close(number);
        }
        if !self.connections.is_open(number) {
            self.hung_up(number);
        }
    }

    /// Ends what only a client that is gone was waiting for.
    fn hung_up(&mut self, number: u64) {
        self.jobs.abandon(number);
        let started_for = |id: &&Name| {
            let phase = self.registry.sandboxes.get(*id).map(|sandbox| &sandbox.phase);
            matches!(phase, Some(Phase::Starting { client, .. }) if *client == number)
        };
        let orphans: Vec<Name> =
            self.registry.transient.iter().filter(started_for).cloned().collect();
        for id in orphans {
            self.end(&id, None);
        }
    }

    fn signalled(&mut self) -> Result<(), Error> {
        while let Some(signal) = self.signals.read_signal().doing("read a signal")? {
            if signal.ssi_signo == Signal::SIGCHLD as u32 {
                self.reap();
            } else {
                tracing::info!("a signal asks the supervisor to end");
                self.close(None);
            }
        }
        Ok(())
    }

    /// Does what is due.
    fn timers(&mut self) {
        let now = Instant::now();
        let transient: Vec<Name> = self.registry.transient.iter().cloned().collect();
        for id in transient {
            match self.registry.sandboxes.get(&id).map(|sandbox| &sandbox.phase) {
                Some(Phase::Starting { deadline, .. }) if *deadline <= now => self.too_slow(&id),
                Some(Phase::Ending(Ending { next, .. })) if *next <= now => self.release(&id),
                _ => {}
            }
        }
        if self.closing.is_none() && self.orphaned_at() <= now {
            tracing::info!("nobody has been connected for long: the supervisor ends");
            self.close(None);
        }
    }

    fn next_timer(&self) -> Instant {
        let transient = self.registry.transient.iter();
        let transient = transient.filter_map(|id| self.registry.sandboxes.get(id));
        let due = transient.filter_map(|sandbox| match &sandbox.phase {
            Phase::Starting { deadline, .. } => Some(*deadline),
            Phase::Ending(ending) => Some(ending.next),
            Phase::Running => None,
        });
        let closing = self.closing.as_ref().map(|closing| closing.deadline);
        let orphaned = closing.is_none().then(|| self.orphaned_at());
        due.chain(closing)
            .chain(orphaned)
            .min()
            .unwrap_or_else(|| Instant::now() + Duration::from_secs(60))
    }

    /// When everything is to end because nobody cares.
    fn orphaned_at(&self) -> Instant {
        let since = if self.connections.is_empty() { self.last_contact } else { Instant::now() };
        since + self.config.orphan_grace
    }

    /// Whether everything has ended that was to end; then, who waits for that.
    fn is_over(&mut self) -> Option<Vec<u64>> {
        let late = Instant::now() >= self.closing.as_ref()?.deadline;
        let all_ended = self.registry.sandboxes.is_empty() && self.jobs.is_empty();
        if !(late || all_ended) {
            return None;
        }
        if late {
            tracing::error!("not everything ended in time; the next start cleans up");
        }
        self.closing.take().map(|closing| closing.waiting)
    }
}
