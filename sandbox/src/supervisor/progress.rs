//! What inits tell of their starts.

use super::{Supervisor, registry::Phase};
use crate::{
    fault::{Doing, Fault},
    protocol::{Failure, FailureKind, Name, Reply},
    start::Progress,
    wire,
};
use std::io;

impl Supervisor {
    /// Reads what a starting sandbox's init has to say.
    pub(super) fn hear(&mut self, id: &Name) {
        loop {
            let Some(sandbox) = self.registry.sandboxes.get_mut(id) else { return };
            let Phase::Starting { handshake, .. } = &sandbox.phase else { return };
            let mut buffer = vec![0; 16 * 1024];
            let heard = wire::receive(handshake, &mut buffer).and_then(|message| {
                message.map_or(Ok(None), |(length, fd)| {
                    wire::decode::<Progress>(&buffer[..length]).map(|progress| Some((progress, fd)))
                })
            });
            match heard {
                Ok(Some((Progress::Terminal, Some(master)))) => sandbox.io = Some(master),
                Ok(Some((Progress::Running, _))) => return self.started(id),
                Ok(Some((Progress::Failed { failure, internal }, _))) => {
                    if let Some(internal) = internal {
                        tracing::error!("a sandbox could not be started: {internal}");
                    }
                    return self.end(id, Some(failure));
                }
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => return,
                // It ended before it heard all of us. The kernel says so once; what it said is next.
                Err(e) if e.kind() == io::ErrorKind::ConnectionReset => {}
                Ok(Some((Progress::Terminal, None)) | None) | Err(_) => {
                    return self.end(id, Some(broke_off()));
                }
            }
        }
    }

    /// Its program runs.
    fn started(&mut self, id: &Name) {
        let Some(sandbox) = self.registry.sandboxes.get_mut(id) else { return };
        let before = std::mem::replace(&mut sandbox.phase, Phase::Running);
        let Phase::Starting { client, .. } = before else { return };
        if !self.connections.is_open(client) {
            // Nobody knows of it.
            return self.end(id, None);
        }
        self.registry.transient.remove(id);
        let io = sandbox.io.as_ref().map(|io| io.try_clone()).transpose();
        match io.doing("copy a descriptor").map(|io| io.zip(sandbox.pid)) {
            Ok(Some((io, pid))) => {
                let pid = pid.as_raw_nonzero().get();
                self.connections.answer(client, &Reply::Started { pid }, Some(io));
            }
            Ok(None) => {
                self.conclude(client, Err(Fault::Told(broke_off())));
                self.end(id, None);
            }
            Err(fault) => {
                self.conclude(client, Err(fault));
                self.end(id, None);
            }
        }
    }

    /// Ends what takes too long to start.
    pub(super) fn too_slow(&mut self, id: &Name) {
        let text = "The sandbox did not start in time; the host may be overloaded.";
        self.end(id, Some(Failure { kind: FailureKind::Internal, message: text.to_owned() }));
    }
}

/// Its init ended without a word.
fn broke_off() -> Failure {
    Fault::Host { doing: "start the sandbox", source: io::ErrorKind::UnexpectedEof.into() }
        .into_failure()
}
