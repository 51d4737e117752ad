//! Ends: killing, reaping, releasing, and telling.

use super::{
    Supervisor,
    registry::{Ending, Phase, Sandbox},
};
use crate::{
    net::Net,
    protocol::{Event, Exit, Failure, Name, Reply},
};
use rustix::process::{Signal, WaitOptions, WaitStatus, kill_process, wait};
use std::{
    io,
    time::{Duration, Instant},
};

/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_millis(500);
/// After so many attempts, about two seconds, a device that did not go with its namespace is
/// removed by itself, and the log is told.
const PATIENT_ATTEMPTS: u32 = 12;

impl Supervisor {
    /// Kills a sandbox, in whatever state it is. `failure` is for the client that waits for its
    /// start.
    pub(super) fn end(&mut self, id: &Name, failure: Option<Failure>) {
        let Some(sandbox) = self.registry.sandboxes.get_mut(id) else { return };
        let mut ending = match &sandbox.phase {
            Phase::Ending(_) => return,
            Phase::Running => Ending::now(true),
            Phase::Starting { client, .. } => {
                let failure = failure.unwrap_or_else(|| Failure {
                    kind: crate::protocol::FailureKind::NotFound,
                    message: "The sandbox was stopped while it started.".to_owned(),
                });
                Ending { failed: Some((*client, failure)), ..Ending::now(false) }
            }
        };
        kill(sandbox);
        ending.next = Instant::now() + pause(0);
        sandbox.phase = Phase::Ending(ending);
        self.registry.transient.insert(id.clone());
    }

    /// Reaps every child that has ended.
    pub(super) fn reap(&mut self) {
        while let Ok(Some((pid, status))) = wait(WaitOptions::NOHANG) {
            if !self.worker_ended(pid)
                && let Some(id) = self.registry.take_pid(pid)
            {
                self.init_ended(&id, status);
            }
        }
    }

    /// A sandbox's init is gone, and by the kernel's rules every process of it.
    fn init_ended(&mut self, id: &Name, status: WaitStatus) {
        // It may have said why, last of all.
        self.hear(id);
        let Some(sandbox) = self.registry.sandboxes.get_mut(id) else { return };
        let code = status.exit_status();
        let code = code.or_else(|| status.terminating_signal().map(|number| 128 + number));
        let out_of_memory = sandbox.group.out_of_memory();
        // From here on its number may be another process's.
        sandbox.pid = None;
        self.end(id, None);
        let Some(sandbox) = self.registry.sandboxes.get_mut(id) else { return };
        if let Phase::Ending(ending) = &mut sandbox.phase {
            ending.exit = Some(Exit { code: code.unwrap_or(127), out_of_memory });
        }
        self.release(id);
    }

    /// Devices went; those who waited for one are released.
    pub(super) fn devices_went(&mut self) {
        let Some(gone) = self.net.as_mut().map(Net::departed) else { return };
        let waits = |id: &&Name| {
            let sandbox = self.registry.sandboxes.get(*id);
            let reaped = |s: &&Sandbox| matches!(&s.phase, Phase::Ending(e) if e.exit.is_some());
            let device = sandbox.filter(reaped).and_then(|sandbox| sandbox.device.as_ref());
            device.is_some_and(|device| gone.contains(device))
        };
        let waiting: Vec<Name> = self.registry.transient.iter().filter(waits).cloned().collect();
        for id in waiting {
            if let Some(Sandbox { phase: Phase::Ending(ending), .. }) =
                self.registry.sandboxes.get_mut(&id)
            {
                // The kernel tells a moment before everything of a device is gone.
                ending.attempts = 0;
            }
            self.release(&id);
        }
    }

    /// Does what is due for a sandbox that ends.
    pub(super) fn release(&mut self, id: &Name) {
        let Some(sandbox) = self.registry.sandboxes.get_mut(id) else { return };
        let Phase::Ending(ending) = &mut sandbox.phase else { return };
        ending.attempts += 1;
        let (attempts, reaped) = (ending.attempts, ending.exit.is_some());
        ending.next = Instant::now() + pause(attempts);
        if !reaped {
            if attempts % PATIENT_ATTEMPTS == 0 {
                tracing::warn!("the sandbox {id} was killed and does not end");
            }
            return kill(sandbox);
        }
        match remains(&self.store, sandbox) {
            Ok(()) => self.released(id),
            Err(e) => {
                if attempts % PATIENT_ATTEMPTS == 0 {
                    tracing::warn!("something of the sandbox {id} stays, to be tried again: {e}");
                    if let (Some(net), Some(device)) = (&mut self.net, &sandbox.device)
                        && let Err(e) = net.disconnect(device)
                    {
                        tracing::warn!("cannot remove the device {device}: {e}");
                    }
                }
            }
        }
    }

    /// Nothing is left of it: tells everybody who wants to know.
    fn released(&mut self, id: &Name) {
        let Some(sandbox) = self.registry.remove(id) else { return };
        let Phase::Ending(Ending { exit: Some(exit), failed, ran, .. }) = sandbox.phase else {
            return;
        };
        if ran {
            self.connections.announce(&Event::Ended { id: id.clone(), exit });
        }
        if let Some((client, failure)) = failed {
            self.connections.answer(client, &Reply::Failed(failure), None);
        }
        for client in sandbox.waiting {
            self.connections.answer(client, &Reply::Done, None);
        }
    }
}

/// Releases what can be released; an error says what stays.
fn remains(store: &crate::layers::Store, sandbox: &mut Sandbox) -> io::Result<()> {
    // Ours is not the last master where a client holds one.
    sandbox.io = None;
    sandbox.group.kill()?;
    sandbox.group.remove()?;
    if let Some(work) = &sandbox.work {
        store.try_remove_work(work)?;
    }
    match &sandbox.device {
        Some(device) if Net::exists(device) => {
            Err(io::Error::other(format!("the network device {device}")))
        }
        _ => Ok(()),
    }
}

fn kill(sandbox: &Sandbox) {
    if let Err(e) = sandbox.group.kill() {
        tracing::warn!("cannot kill a sandbox by its cgroup: {e}");
    }
    // It cannot fail before the init is reaped.
    if let Some(pid) = sandbox.pid {
        let _ = kill_process(pid, Signal::KILL);
    }
}

fn pause(attempts: u32) -> Duration {
    Duration::from_millis(1 << attempts.min(16)).min(LONGEST_PAUSE)
}
