//! The master of a PTY, read and written without blocking.

use bytes::{Buf, BytesMut};
use container_api::TerminalSize;
use rustix::{
    buffer::spare_capacity,
    fs::{OFlags, fcntl_getfl, fcntl_setfl},
    termios::{Winsize, tcsetwinsize},
};
use std::{io, os::fd::OwnedFd};
use tokio::io::{Interest, unix::AsyncFd};

/// What an attempt to read brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Read {
    /// This many bytes more.
    Bytes(usize),
    /// Nothing for now.
    Empty,
    /// No process has the terminal open any more.
    Closed,
}

#[derive(Debug)]
pub(crate) struct Pty {
    master: AsyncFd<OwnedFd>,
}

impl Pty {
    /// Takes a PTY's master over. The non-blocking mode is shared with every duplicate of the
    /// descriptor.
    pub(crate) fn new(master: OwnedFd) -> io::Result<Self> {
        fcntl_setfl(&master, fcntl_getfl(&master)? | OFlags::NONBLOCK)?;
        #[expect(
            deprecated,
            reason = "unsound for types whose descriptor changes or is not theirs; \
                                       an OwnedFd's never does, and its successor is unsafe"
        )]
        let master = AsyncFd::new(master)?;
        Ok(Self { master })
    }

    /// Waits until there may be something to read.
    pub(crate) async fn readable(&self) -> io::Result<()> {
        self.master.readable().await?.retain_ready();
        Ok(())
    }

    /// Waits until there may be room to write.
    pub(crate) async fn writable(&self) -> io::Result<()> {
        self.master.writable().await?.retain_ready();
        Ok(())
    }

    /// Reads once, behind what `buffer` holds and within its capacity.
    pub(crate) fn read(&self, buffer: &mut Vec<u8>) -> io::Result<Read> {
        outcome(self.master.try_io(Interest::READABLE, |fd| {
            rustix::io::read(fd, spare_capacity(buffer)).map_err(io::Error::from)
        }))
    }

    /// Like [`Self::read`], though nothing was heard of something to read.
    pub(crate) fn read_on(&self, buffer: &mut Vec<u8>) -> io::Result<Read> {
        let fd = self.master.get_ref();
        outcome(rustix::io::read(fd, spare_capacity(buffer)).map_err(io::Error::from))
    }

    /// Writes as much of `pending` as the program's side takes, and removes it there. False: no
    /// process has the terminal open any more.
    pub(crate) fn write(&self, pending: &mut BytesMut) -> io::Result<bool> {
        while !pending.is_empty() {
            let written = self.master.try_io(Interest::WRITABLE, |fd| {
                rustix::io::write(fd, pending).map_err(io::Error::from)
            });
            match written {
                Ok(count) => pending.advance(count),
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock => break,
                    io::ErrorKind::Interrupted => {}
                    _ if is_hang_up(&error) => return Ok(false),
                    _ => return Err(error),
                },
            }
        }
        Ok(true)
    }

    /// Tells the terminal its size; the foreground processes get SIGWINCH.
    pub(crate) fn resize(&self, size: TerminalSize) -> io::Result<()> {
        let size = Winsize { ws_row: size.rows, ws_col: size.columns, ws_xpixel: 0, ws_ypixel: 0 };
        Ok(tcsetwinsize(self.master.get_ref(), size)?)
    }
}

fn outcome(read: io::Result<usize>) -> io::Result<Read> {
    match read {
        Ok(0) => Ok(Read::Closed),
        Ok(count) => Ok(Read::Bytes(count)),
        Err(error) => match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => Ok(Read::Empty),
            _ if is_hang_up(&error) => Ok(Read::Closed),
            _ => Err(error),
        },
    }
}

/// Linux answers EIO on a master whose other side nobody has open.
fn is_hang_up(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error())
}
