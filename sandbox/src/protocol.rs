//! What the supervisor is asked and what it answers.
//!
//! One `SOCK_SEQPACKET` connection carries one request and its reply (for [`Request::Events`], a
//! stream of [`Event`]s). Messages are JSON; descriptors travel beside them by `SCM_RIGHTS`.
//! Names are checked here, before any of them becomes part of a path.

mod egress;
mod usage;

pub use egress::{CLOSED_PORTS, CLOSED_RANGES, Egress, can_never_be_named};
pub use usage::Usage;

/// The most layers of a sandbox: more than any image has; overlayfs takes 500.
pub const MAX_LAYERS: usize = 200;

use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddrV4},
};

/// The name of an unpacked layer: `[a-z0-9][a-z0-9._-]{0,127}`, so that it is one path component.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

/// A text that is not a [`Name`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a name: [a-z0-9][a-z0-9._-]*, at most 128 characters")]
pub struct InvalidName(pub String);

impl Name {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Name {
    type Error = InvalidName;
    fn try_from(text: String) -> Result<Self, InvalidName> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let inner = |b: u8| plain(b) || matches!(b, b'.' | b'_' | b'-');
        let first = text.bytes().next().is_some_and(plain);
        if first && text.len() <= 128 && text.bytes().all(inner) {
            Ok(Self(text))
        } else {
            Err(InvalidName(text.chars().take(128).collect()))
        }
    }
}

impl From<Name> for String {
    fn from(name: Name) -> String {
        name.0
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Everything that is needed to start a sandbox.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Spec {
    /// Unique among those that live.
    pub id: Name,
    /// Kept and given back by [`Request::List`]; means nothing to the supervisor.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// What `hostname` says inside.
    pub hostname: String,
    /// Read-only layers, the lowest first.
    pub layers: Vec<Name>,
    /// Where writes go.
    pub upper: Upper,
    /// What to run.
    pub process: Process,
    /// What the process's standard streams are.
    pub io: Io,
    /// What it may use.
    pub limits: Limits,
    /// Whom it may reach.
    pub network: Network,
    /// Look round inside instead of running the process; the output is a line of JSON, a
    /// [`Seen`].
    #[serde(default)]
    pub probe: Option<Probe>,
}

/// What a look round inside a sandbox tries.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// Listen at this TCP port.
    pub listen: Option<u16>,
    /// Say who owns this file.
    pub owner_of: Option<String>,
    /// Try to reach these by TCP, all at once.
    pub reach: Vec<SocketAddrV4>,
    /// How many milliseconds an answer may take.
    pub patience_ms: u32,
    /// Stay for some seconds, to be tried by others.
    pub stay: bool,
}

/// What a look round inside a sandbox found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Its own address, if it has a network.
    pub address: Option<Ipv4Addr>,
    /// The host's end of its network.
    pub gateway: Option<Ipv4Addr>,
    /// Who its root is on the host.
    pub root_outside: u32,
    /// Who owns the file that was asked for.
    pub owner_of: Option<u32>,
    /// Whether a filter stands before its system calls.
    pub seccomp: bool,
    /// Whether set-uid programs and the like win nothing.
    pub no_new_privileges: bool,
    /// What its root may do, such as `CAP_CHOWN`.
    pub capabilities: Vec<String>,
    /// 1 or 2.
    pub cgroup_version: u8,
    /// What became of the tries, in their order.
    pub reached: Vec<Reached>,
}

/// A try to reach somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// Who was tried.
    pub to: SocketAddrV4,
    /// Whether an answer came, be it a refusal.
    pub answered: bool,
}

/// Which of its limits a living sandbox has met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pressure {
    /// Which one.
    pub id: Name,
    /// How many processes the memory limit has killed.
    pub memory_kills: u64,
    /// How often a process was not made because there were enough; 0 where the kernel does not
    /// count.
    pub refused_processes: u64,
    /// Whether nothing more can be written.
    pub disk_full: bool,
    /// Whether no further file can be made.
    pub files_full: bool,
}

/// Where a sandbox's writes go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Upper {
    /// A tmpfs of its own, gone with the sandbox.
    Memory {
        /// Its size.
        bytes: u64,
        /// How many files it may hold.
        inodes: u64,
    },
    /// The layer of this name, made if it does not exist; it stays when the sandbox ends.
    Layer(Name),
}

/// The program that a sandbox runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// The command and its arguments; looked up along the environment's PATH.
    pub argv: Vec<String>,
    /// `NAME=value` pairs: the whole environment.
    pub env: Vec<String>,
    /// The working directory; made if it does not exist.
    pub cwd: String,
    /// `name`, `uid`, `name:group` or `uid:gid`, as in an image's configuration; empty is root.
    /// Names are looked up in the image's own /etc/passwd and /etc/group.
    pub user: String,
}

/// What a sandbox's standard streams are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Io {
    /// A PTY of the sandbox's own devpts, of this size from the first moment. The reply carries
    /// its master.
    Terminal {
        /// Width in character cells.
        columns: u16,
        /// Height in character cells.
        rows: u16,
    },
    /// Standard output and error go to one pipe, input is empty. The reply carries the read end.
    Output,
}

/// What a sandbox may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Memory in bytes; swap is none on top of it.
    pub memory_bytes: u64,
    /// Thousandths of a processor core.
    pub cpu_millis: u32,
    /// Processes and threads.
    pub processes: u32,
    /// Open files of one process.
    pub open_files: u32,
}

/// Whom a sandbox may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// Nobody but itself.
    None,
    /// The outside, by the egress policy; never the host or another sandbox.
    Outbound,
}

/// A question to the supervisor.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// Start a sandbox. Answers [`Reply::Started`] and one descriptor once its program was
    /// executed.
    Start(Box<Spec>),
    /// The descriptor of a living sandbox once more. Answers [`Reply::Done`] and it.
    Attach(Name),
    /// End a sandbox: every process is killed and everything of it is released before the answer
    /// [`Reply::Done`]. Ending what does not exist is no error.
    Stop(Name),
    /// Stop its processes in their tracks. Answers [`Reply::Done`] once they all stand, and a
    /// failure of kind `Busy` while some do not yet: to be asked again.
    Freeze(Name),
    /// Let them go on.
    Thaw(Name),
    /// Keep other labels with a living sandbox from now on.
    Relabel {
        /// Which one.
        id: Name,
        /// All of its labels.
        labels: BTreeMap<String, String>,
    },
    /// Which limits these have met; what does not live is left out. Answers [`Reply::Pressure`].
    Pressure(Vec<Name>),
    /// What these use; what does not live is left out. Answers [`Reply::Statistics`].
    Statistics(Vec<Name>),
    /// Let sandboxes reach these from now on.
    SetEgress(Egress),
    /// What lives. Answers [`Reply::Sandboxes`].
    List,
    /// Follow what ends. Answers a stream of [`Event`]s until the connection closes.
    Events,
    /// Unpack a plain tar stream, read from the descriptor that comes along, into `target`.
    Unpack(Unpack),
    /// Write the layer as a plain OCI layer tar (white-outs as `.wh.` files) to the descriptor
    /// that comes along.
    Pack(Name),
    /// The unpacked layers. Answers [`Reply::Layers`].
    Layers,
    /// Give a layer its final name, atomically. Where that exists already, the one that stands
    /// stays and `from` is removed.
    RenameLayer {
        /// Its name until now.
        from: Name,
        /// Its name from now on.
        to: Name,
    },
    /// Remove a layer. One that a living sandbox uses is refused.
    RemoveLayer(Name),
    /// End every sandbox, release everything, and exit.
    Shutdown,
}

/// Where a tar stream goes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unpack {
    /// A new layer as OCI images define it (`.wh.` files become white-outs). Not visible under
    /// this name before it is whole.
    Layer(Name),
    /// Into the file system that `layers` with `upper` on top make, below the directory `into`
    /// (made if it does not exist), following the links in there: what COPY does.
    Copy {
        /// Read-only layers, the lowest first.
        layers: Vec<Name>,
        /// The layer that is written, made if it does not exist.
        upper: Name,
        /// An absolute path inside.
        into: String,
    },
}

/// The supervisor's answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// Done as asked.
    Done,
    /// The sandbox runs.
    Started {
        /// The process id of its init, as the host sees it.
        pid: i32,
    },
    /// What lives.
    Sandboxes(Vec<Living>),
    /// Which limits were met.
    Pressure(Vec<Pressure>),
    /// What is used.
    Statistics(Vec<Usage>),
    /// The unpacked layers.
    Layers(Vec<Name>),
    /// It could not be done.
    Failed(Failure),
}

/// A sandbox that lives.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Living {
    /// Its name.
    pub id: Name,
    /// As given last.
    pub labels: BTreeMap<String, String>,
    /// The process id of its init, as the host sees it.
    pub pid: i32,
    /// Whether it was frozen, and not thawed since.
    #[serde(default)]
    pub frozen: bool,
}

/// Something that happened without being asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A sandbox ended, and everything of it is released. Sent for every end, asked for or not.
    Ended {
        /// Which one.
        id: Name,
        /// How its program ended.
        exit: Exit,
    },
}

/// How a sandbox's program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// Its exit code, or 128 plus the signal's number.
    pub code: i32,
    /// Whether the memory limit killed a process in it.
    pub out_of_memory: bool,
}

/// Why the supervisor could not do something. `message` may be shown to users: it names no host
/// path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// What kind of failure it is.
    pub kind: FailureKind,
    /// What happened.
    pub message: String,
}

/// The kinds of failure that a caller may want to tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// No sandbox or layer of that name.
    NotFound,
    /// A sandbox of that name lives.
    Exists,
    /// A layer is in use, or not every process of a sandbox stands still yet.
    Busy,
    /// The program is missing or not executable, or the user unknown, in the image.
    Program,
    /// The archive is not a readable tar stream, or holds what may not be unpacked.
    Archive,
    /// The request makes no sense.
    Invalid,
    /// The host refused something.
    Internal,
}
