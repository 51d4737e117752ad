//! How the rest of trythis asks the supervisor.
//!
//! Every call opens a connection, asks, reads the answer and closes: there is no state to lose when
//! either side restarts. Calls block; from asynchronous code they belong on a blocking thread.

use crate::{
    protocol::{
        Egress, Event, Failure, FailureKind, Living, Name, Pressure, Reply, Request, Spec, Unpack,
        Usage,
    },
    wire,
};
use rustix::net::{AddressFamily, Shutdown, SocketAddrUnix, SocketFlags, SocketType};
use std::{
    collections::BTreeMap,
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

/// How long the processes of a sandbox may take to stand still.
const FREEZE_PATIENCE: Duration = Duration::from_secs(2);
/// How long to wait before looking again whether they do.
const FREEZE_PAUSE: Duration = Duration::from_millis(5);

/// Why a call brought nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The supervisor could not do it.
    #[error("{0}")]
    Failure(#[from] Failure),
    /// The supervisor cannot be reached, or its answer makes no sense.
    #[error("the sandbox supervisor cannot be reached: {0}")]
    Io(#[from] io::Error),
}

/// A handle on one supervisor; cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    socket: Arc<PathBuf>,
}

impl Client {
    /// A client of the supervisor that listens at `socket`. Connects at each call, not here.
    pub fn new(socket: impl Into<PathBuf>) -> Self {
        Self { socket: Arc::new(socket.into()) }
    }

    /// Where the supervisor listens.
    #[must_use]
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Starts a sandbox. Returns, once its program was executed, the process id of its init and the
    /// master of its terminal or the read end of its output.
    ///
    /// # Errors
    /// [`Error::Failure`] of kind `Exists`, `NotFound` (a layer), `Program`, `Invalid` or
    /// `Internal`.
    pub fn start(&self, spec: &Spec) -> Result<(i32, OwnedFd), Error> {
        match self.ask(&Request::Start(Box::new(spec.clone())), None)? {
            (Reply::Started { pid }, Some(fd)) => Ok((pid, fd)),
            (other, _) => Err(unexpected(&other)),
        }
    }

    /// The descriptor of a living sandbox once more.
    ///
    /// # Errors
    /// [`Error::Failure`] of kind `NotFound` when it does not live.
    pub fn attach(&self, id: &Name) -> Result<OwnedFd, Error> {
        match self.ask(&Request::Attach(id.clone()), None)? {
            (Reply::Done, Some(fd)) => Ok(fd),
            (other, _) => Err(unexpected(&other)),
        }
    }

    /// Ends a sandbox and waits until everything of it is released. Ending what does not live is
    /// no error.
    ///
    /// # Errors
    /// [`Error::Io`] when the supervisor cannot be reached.
    pub fn stop(&self, id: &Name) -> Result<(), Error> {
        self.done(&Request::Stop(id.clone()), None)
    }

    /// Stops its processes in their tracks; returns when they all stand. Where they do not within
    /// two seconds, as when one of them waits for a slow device, they go on again.
    ///
    /// # Errors
    /// [`Error::Failure`] of kind `NotFound` when it does not live, of kind `Busy` when it does not
    /// stand in time, or `Internal`.
    pub fn freeze(&self, id: &Name) -> Result<(), Error> {
        let deadline = Instant::now() + FREEZE_PATIENCE;
        loop {
            let frozen = self.done(&Request::Freeze(id.clone()), None);
            match &frozen {
                Err(Error::Failure(failure)) if failure.kind == FailureKind::Busy => {}
                Err(Error::Failure(failure)) if failure.kind == FailureKind::NotFound => {
                    return frozen;
                }
                Ok(()) => return frozen,
                Err(_) => {
                    // Whatever half of it was done.
                    let _ = self.thaw(id);
                    return frozen;
                }
            }
            if Instant::now() > deadline {
                self.thaw(id)?;
                return frozen;
            }
            thread::sleep(FREEZE_PAUSE);
        }
    }

    /// Lets its processes go on.
    ///
    /// # Errors
    /// [`Error::Failure`] of kind `NotFound` when it does not live.
    pub fn thaw(&self, id: &Name) -> Result<(), Error> {
        self.done(&Request::Thaw(id.clone()), None)
    }

    /// Has other labels kept with it from now on.
    ///
    /// # Errors
    /// [`Error::Failure`] of kind `NotFound` when it does not live.
    pub fn relabel(&self, id: &Name, labels: BTreeMap<String, String>) -> Result<(), Error> {
        self.done(&Request::Relabel { id: id.clone(), labels }, None)
    }

    /// Which limits these sandboxes have met; those that do not live are left out.
    ///
    /// # Errors
    /// [`Error::Io`] when the supervisor cannot be reached.
    pub fn pressure(&self, ids: &[Name]) -> Result<Vec<Pressure>, Error> {
        self.of_each(ids, Request::Pressure, |reply| match reply {
            Reply::Pressure(part) => Ok(part),
            other => Err(unexpected(&other)),
        })
    }

    /// What these sandboxes use; those that do not live are left out.
    ///
    /// # Errors
    /// [`Error::Io`] when the supervisor cannot be reached.
    pub fn statistics(&self, ids: &[Name]) -> Result<Vec<Usage>, Error> {
        self.of_each(ids, Request::Statistics, |reply| match reply {
            Reply::Statistics(part) => Ok(part),
            other => Err(unexpected(&other)),
        })
    }

    /// Lets sandboxes reach these from now on, and nobody else. What is connected stays so.
    ///
    /// # Errors
    /// [`Error::Failure`] of kind `Invalid`, or `Internal` where the host's firewall refuses.
    pub fn set_egress(&self, egress: &Egress) -> Result<(), Error> {
        self.done(&Request::SetEgress(egress.clone()), None)
    }

    /// What lives.
    ///
    /// # Errors
    /// [`Error::Io`] when the supervisor cannot be reached.
    pub fn list(&self) -> Result<Vec<Living>, Error> {
        let mut all = Vec::new();
        self.parts(&Request::List, |reply| match reply {
            Reply::Sandboxes(part) => {
                all.extend(part);
                Ok(())
            }
            other => Err(unexpected(&other)),
        })?;
        Ok(all)
    }

    /// Follows what ends. When this returns the supervisor has taken note: no end after it is
    /// missed.
    ///
    /// # Errors
    /// [`Error::Io`] when the supervisor cannot be reached.
    pub fn events(&self) -> Result<Events, Error> {
        let socket = self.send(&Request::Events, None)?;
        match receive(&socket)? {
            Some((Reply::Done, _)) => Ok(Events { socket: Arc::new(socket) }),
            Some((other, _)) => Err(unexpected(&other)),
            None => Err(hung_up()),
        }
    }

    /// Unpacks a plain tar stream that is read from `tar`; returns when it is done. Dropping the
    /// connection, by the end of this process, ends the unpacking.
    ///
    /// # Errors
    /// [`Error::Failure`] of kind `Archive`, `NotFound`, `Exists`, `Busy` or `Internal`.
    pub fn unpack(&self, target: &Unpack, tar: impl AsFd) -> Result<(), Error> {
        self.done(&Request::Unpack(target.clone()), Some(tar.as_fd()))
    }

    /// Writes a layer as a plain OCI layer tar to `tar`; returns when it is written.
    ///
    /// # Errors
    /// [`Error::Failure`] of kind `NotFound` or `Internal`.
    pub fn pack(&self, layer: &Name, tar: impl AsFd) -> Result<(), Error> {
        self.done(&Request::Pack(layer.clone()), Some(tar.as_fd()))
    }

    /// The unpacked layers.
    ///
    /// # Errors
    /// [`Error::Io`] when the supervisor cannot be reached.
    pub fn layers(&self) -> Result<Vec<Name>, Error> {
        let mut all = Vec::new();
        self.parts(&Request::Layers, |reply| match reply {
            Reply::Layers(part) => {
                all.extend(part);
                Ok(())
            }
            other => Err(unexpected(&other)),
        })?;
        Ok(all)
    }

    /// Gives a layer its final name, atomically. Where that exists already, the one that stands
    /// stays and `from` is removed.
    ///
    /// # Errors
    /// [`Error::Failure`] of kind `NotFound` or `Busy`.
    pub fn rename_layer(&self, from: &Name, to: &Name) -> Result<(), Error> {
        self.done(&Request::RenameLayer { from: from.clone(), to: to.clone() }, None)
    }

    /// Removes a layer. Removing what does not exist is no error.
    ///
    /// # Errors
    /// [`Error::Failure`] of kind `Busy` while a sandbox uses it.
    pub fn remove_layer(&self, layer: &Name) -> Result<(), Error> {
        self.done(&Request::RemoveLayer(layer.clone()), None)
    }

    /// Ends every sandbox, waits until everything is released, and ends the supervisor.
    ///
    /// # Errors
    /// [`Error::Io`] when the supervisor cannot be reached.
    pub fn shutdown(&self) -> Result<(), Error> {
        self.done(&Request::Shutdown, None)
    }

    fn done(&self, request: &Request, fd: Option<BorrowedFd<'_>>) -> Result<(), Error> {
        match self.ask(request, fd)? {
            (Reply::Done, _) => Ok(()),
            (other, _) => Err(unexpected(&other)),
        }
    }

    fn ask(
        &self,
        request: &Request,
        fd: Option<BorrowedFd<'_>>,
    ) -> Result<(Reply, Option<OwnedFd>), Error> {
        let socket = self.send(request, fd)?;
        match receive(&socket)? {
            Some((Reply::Failed(failure), _)) => Err(failure.into()),
            Some(answer) => Ok(answer),
            None => Err(hung_up()),
        }
    }

    /// Asks about many sandboxes: a question has to fit into one message.
    fn of_each<T>(
        &self,
        ids: &[Name],
        request: impl Fn(Vec<Name>) -> Request,
        part: impl Fn(Reply) -> Result<Vec<T>, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        for some in ids.chunks(500) {
            self.parts(&request(some.to_vec()), |reply| {
                all.extend(part(reply)?);
                Ok(())
            })?;
        }
        Ok(all)
    }

    fn parts(
        &self,
        request: &Request,
        mut each: impl FnMut(Reply) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let socket = self.send(request, None)?;
        let mut any = false;
        while let Some((reply, _)) = receive(&socket)? {
            any = true;
            match reply {
                Reply::Failed(failure) => return Err(failure.into()),
                reply => each(reply)?,
            }
        }
        if any { Ok(()) } else { Err(hung_up()) }
    }

    fn send(&self, request: &Request, fd: Option<BorrowedFd<'_>>) -> Result<OwnedFd, Error> {
        let socket = connect(&self.socket)?;
        wire::send(&socket, &wire::encode(request), fd)?;
        Ok(socket)
    }
}

/// What ends, one by one, until the connection closes. Iterating blocks.
#[derive(Debug)]
pub struct Events {
    socket: Arc<OwnedFd>,
}

/// Closes an [`Events`] from another thread.
#[derive(Debug, Clone)]
pub struct EventsHandle {
    socket: Arc<OwnedFd>,
}

impl Events {
    /// A handle that closes the stream from another thread.
    #[must_use]
    pub fn handle(&self) -> EventsHandle {
        EventsHandle { socket: Arc::clone(&self.socket) }
    }
}

impl EventsHandle {
    /// Ends the stream: its iterator returns `None`.
    pub fn close(&self) {
        // It fails only where the supervisor closed first, which ends the stream as well.
        let _ = rustix::net::shutdown(&self.socket, Shutdown::Both);
    }
}

impl Iterator for Events {
    type Item = Result<Event, Error>;
    fn next(&mut self) -> Option<Self::Item> {
        let mut buffer = vec![0; wire::MAX_MESSAGE];
        match wire::receive(&*self.socket, &mut buffer) {
            Ok(None) => None,
            Ok(Some((length, _))) => Some(wire::decode(&buffer[..length]).map_err(Error::Io)),
            Err(e) if e.kind() == io::ErrorKind::ConnectionReset => None,
            Err(e) => Some(Err(e.into())),
        }
    }
}

fn connect(path: &Path) -> io::Result<OwnedFd> {
    let socket = rustix::net::socket_with(
        AddressFamily::UNIX,
        SocketType::SEQPACKET,
        SocketFlags::CLOEXEC,
        None,
    )?;
    rustix::net::connect(&socket, &SocketAddrUnix::new(path)?)?;
    Ok(socket)
}

fn receive(socket: &OwnedFd) -> io::Result<Option<(Reply, Option<OwnedFd>)>> {
    let mut buffer = vec![0; wire::MAX_MESSAGE];
    match wire::receive(socket, &mut buffer)? {
        Some((length, fd)) => Ok(Some((wire::decode(&buffer[..length])?, fd))),
        None => Ok(None),
    }
}

fn hung_up() -> Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "it hung up before it answered").into()
}

fn unexpected(reply: &Reply) -> Error {
    let text = format!("an answer to another question: {reply:?}");
    io::Error::new(io::ErrorKind::InvalidData, text).into()
}
