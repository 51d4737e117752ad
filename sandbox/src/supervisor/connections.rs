//! The socket and those who are connected.
//!
//! A connection brings one request. It stays open until its answer is sent, or, for a follower of
//! events, until it closes it.

use super::absolute;
use crate::{
    fault::{Doing, Fault},
    protocol::{Event, Reply},
    wire,
};
use rustix::{
    event::PollFlags,
    fs::{Gid, Mode, Uid, chown},
    net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType, sockopt::socket_peercred},
    process::umask,
};
use std::{
    collections::{BTreeMap, VecDeque},
    fs, io,
    os::fd::{AsFd, OwnedFd},
    path::{Path, PathBuf},
};

/// How many events a follower may be behind before it is let go. It can ask for a list then.
const MAX_BEHIND: usize = 10_000;

/// Everybody who is connected, by a number that is never used twice.
pub(super) struct Connections {
    listener: OwnedFd,
    path: PathBuf,
    owner: u32,
    next: u64,
    open: BTreeMap<u64, Connection>,
    buffer: Vec<u8>,
}

struct Connection {
    socket: OwnedFd,
    role: Role,
    out: VecDeque<(Vec<u8>, Option<OwnedFd>)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Its request is still to come.
    Fresh,
    /// Its answer is being worked on.
    Waiting,
    /// Its answer is being sent.
    Answered,
    /// It follows events.
    Follower,
}

impl Connections {
    /// Listens at `path`, for root and one other user.
    pub fn listen(path: &Path, owner: (u32, u32)) -> Result<Self, Fault> {
        let path = absolute(path).doing("find the socket's folder")?;
        match fs::remove_file(&path) {
            // Nobody listens there: whoever did held the lock that is ours now.
            Err(e) if e.kind() != io::ErrorKind::NotFound => {
                return Err(e).doing("remove an old socket");
            }
            _ => {}
        }
        let listener = rustix::net::socket_with(
            AddressFamily::UNIX,
            SocketType::SEQPACKET,
            SocketFlags::CLOEXEC | SocketFlags::NONBLOCK,
            None,
        )
        .doing("make a socket")?;
        let address = SocketAddrUnix::new(&path).doing("name the socket")?;
        let before = umask(Mode::from_raw_mode(0o177));
        let bound = rustix::net::bind(&listener, &address);
        umask(before);
        bound.doing("bind the socket")?;
        chown(&path, Some(Uid::from_raw(owner.0)), Some(Gid::from_raw(owner.1)))
            .doing("give the socket to its user")?;
        rustix::net::listen(&listener, 1024).doing("listen")?;
        let buffer = vec![0; wire::MAX_MESSAGE];
        Ok(Self { listener, path, owner: owner.0, next: 0, open: BTreeMap::new(), buffer })
    }

    /// What to wait for: readers, writers and those who may hang up.
    pub fn sources(&self) -> impl Iterator<Item = (Option<u64>, &OwnedFd, PollFlags)> {
        let listener = (None, &self.listener, PollFlags::IN);
        std::iter::once(listener).chain(self.open.iter().map(|(number, connection)| {
            let mut flags = PollFlags::empty();
            flags.set(PollFlags::IN, connection.role == Role::Fresh);
            flags.set(PollFlags::OUT, !connection.out.is_empty());
            (Some(*number), &connection.socket, flags)
        }))
    }

    /// Whether nobody is connected.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Takes everybody in who knocks.
    pub fn accept(&mut self) {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        loop {
            let socket = match rustix::net::accept_with(&self.listener, flags) {
                Ok(socket) => socket,
                Err(rustix::io::Errno::WOULDBLOCK) => return,
                Err(rustix::io::Errno::INTR | rustix::io::Errno::CONNABORTED) => continue,
                Err(e) => {
                    tracing::error!("cannot accept a connection: {e}");
                    return;
                }
            };
            let uid = socket_peercred(&socket).map(|peer| peer.uid.as_raw());
            if !uid.is_ok_and(|uid| uid == 0 || uid == self.owner) {
                tracing::warn!("a connection of another user was refused");
                continue;
            }
            self.next += 1;
            let connection = Connection { socket, role: Role::Fresh, out: VecDeque::new() };
            self.open.insert(self.next, connection);
        }
    }

    /// The request of a connection that can be read, as it came; `None` where there is none yet or
    /// the client hung up, which closes the connection.
    pub fn read(&mut self, number: u64) -> Option<(Vec<u8>, Option<OwnedFd>)> {
        let connection = self.open.get_mut(&number).filter(|c| c.role == Role::Fresh)?;
        match wire::receive(&connection.socket, &mut self.buffer) {
            Ok(Some((length, fd))) => {
                connection.role = Role::Waiting;
                Some((self.buffer[..length].to_vec(), fd))
            }
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => None,
            Ok(None) | Err(_) => {
                self.open.remove(&number);
                None
            }
        }
    }

    /// Answers a connection and closes it once that is sent. One that is gone is no matter.
    pub fn answer(&mut self, number: u64, reply: &Reply, fd: Option<OwnedFd>) {
        self.answer_in_parts(number, vec![wire::encode(reply)], fd);
    }

    /// Answers with several messages.
    pub fn answer_in_parts(&mut self, number: u64, parts: Vec<Vec<u8>>, fd: Option<OwnedFd>) {
        let Some(connection) = self.open.get_mut(&number) else { return };
        connection.role = Role::Answered;
        let mut fd = fd;
        connection.out.extend(parts.into_iter().map(|part| (part, fd.take())));
        self.flush(number);
    }

    /// Makes a connection a follower of events.
    pub fn follow(&mut self, number: u64) {
        let Some(connection) = self.open.get_mut(&number) else { return };
        connection.role = Role::Follower;
        connection.out.push_back((wire::encode(&Reply::Done), None));
        self.flush(number);
    }

    /// Tells every follower.
    pub fn announce(&mut self, event: &Event) {
        let bytes = wire::encode(event);
        let mut followers = Vec::new();
        for (number, connection) in &mut self.open {
            if connection.role == Role::Follower {
                connection.out.push_back((bytes.clone(), None));
                followers.push(*number);
            }
        }
        for number in followers {
            self.flush(number);
            if self.open.get(&number).is_some_and(|c| c.out.len() > MAX_BEHIND) {
                tracing::warn!("a follower of events is too far behind and was let go");
                self.open.remove(&number);
            }
        }
    }

    /// Sends what is to be sent, as far as the client takes it.
    pub fn flush(&mut self, number: u64) {
        let Some(connection) = self.open.get_mut(&number) else { return };
        while let Some((bytes, fd)) = connection.out.front() {
            match wire::send(&connection.socket, bytes, fd.as_ref().map(AsFd::as_fd)) {
                Ok(()) => {
                    connection.out.pop_front();
                }
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => return,
                Err(_) => {
                    self.open.remove(&number);
                    return;
                }
            }
        }
        if connection.role == Role::Answered {
            self.open.remove(&number);
        }
    }

    /// Whether a connection is open still.
    pub fn is_open(&self, number: u64) -> bool {
        self.open.contains_key(&number)
    }

    /// Closes a connection whose client hung up.
    pub fn close(&mut self, number: u64) {
        self.open.remove(&number);
    }

    /// Takes the socket's name away, at the end.
    pub fn remove_socket(&self) {
        if let Err(e) = fs::remove_file(&self.path) {
            tracing::warn!("cannot remove the socket: {e}");
        }
    }
}
