//! A supervisor of one's own in a temporary folder, with one layer made of busybox.

use sandbox::{
    Client, Config, Error, Events,
    protocol::{Event, Exit, Failure, Io, Limits, Name, Network, Process, Spec, Unpack, Upper},
};
use std::{
    fs::{self, File},
    io::{Read, Seek, SeekFrom, Write},
    os::fd::{AsFd, OwnedFd},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tar::{Builder, EntryType, Header};
use tempfile::TempDir;

pub const BASE: &str = "busybox";
/// Only to end a test that hangs; nothing is measured by it.
const PATIENCE: Duration = Duration::from_secs(30);

const APPLETS: [&str; 38] = [
    "cat", "chmod", "chown", "chroot", "cp", "cut", "dd", "dmesg", "echo", "env", "false", "grep",
    "head", "hostname", "id", "ip", "kill", "ln", "ls", "mkdir", "mkfifo", "mknod", "mount", "nc",
    "nslookup", "ping", "ps", "rm", "sh", "sleep", "stat", "stty", "timeout", "touch", "tr",
    "true", "tty", "unshare",
];

/// A supervisor and its folder.
pub struct Lab {
    pub client: Client,
    pub config: Config,
    daemon: Option<Child>,
    /// The process whose network namespace the supervisor lives in, if not this one's.
    network: Option<u32>,
    folder: TempDir,
}

pub fn name(text: &str) -> Name {
    Name::try_from(text.to_owned()).expect("a name")
}

impl Lab {
    /// A running supervisor with the busybox layer.
    pub fn new() -> Self {
        let lab = Self::without_layers();
        lab.unpack_layer(BASE, busybox());
        lab
    }

    /// The same in the network namespace of a process.
    pub fn within(network: u32) -> Self {
        let lab = Self::started(Some(network));
        lab.unpack_layer(BASE, busybox());
        lab
    }

    pub fn without_layers() -> Self {
        Self::started(None)
    }

    fn started(network: Option<u32>) -> Self {
        assert!(rustix_is_root(), "these tests make real sandboxes: run them as root");
        let folder =
            tempfile::Builder::new().prefix("trythis-sandbox-").tempdir().expect("a folder");
        let config = Config {
            data: folder.path().join("native"),
            socket: folder.path().join("sandboxd.sock"),
            owner: (0, 0),
            subnet: None,
            orphan_grace: Duration::from_secs(60),
        };
        let client = Client::new(&config.socket);
        let mut lab = Self { client, config, daemon: None, network, folder };
        lab.start_supervisor();
        lab
    }

    pub fn start_supervisor(&mut self) {
        let mut command = match self.network {
            None => Command::new(program()),
            Some(pid) => {
                let mut enter = Command::new("nsenter");
                enter.args(["-t", &pid.to_string(), "-n", "--", program()]);
                enter
            }
        };
        let daemon = command
            .arg("sandboxd")
            .args(self.config.to_arguments())
            .stdin(Stdio::null())
            .spawn()
            .expect("the supervisor starts");
        self.daemon = Some(daemon);
        until("the supervisor answers", || self.client.list().is_ok());
    }

    /// The folder of layers and scratch.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("native").canonicalize().expect("the data folder")
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn supervisor_pid(&self) -> u32 {
        self.daemon.as_ref().expect("it runs").id()
    }

    /// Kills the supervisor without a chance to tidy up.
    pub fn kill_supervisor(&mut self) {
        let mut daemon = self.daemon.take().expect("it runs");
        daemon.kill().expect("it can be killed");
        daemon.wait().expect("it is reaped");
    }

    pub fn wait_for_supervisor(&mut self) -> bool {
        let mut daemon = self.daemon.take().expect("it runs");
        daemon.wait().expect("it is reaped").success()
    }

    pub fn unpack_layer(&self, layer: &str, tar: File) {
        self.client.unpack(&Unpack::Layer(name(layer)), tar).expect("the layer is unpacked");
    }

    /// A sandbox of the busybox layer with a terminal of 80 by 24.
    pub fn spec(&self, id: &str, argv: &[&str]) -> Spec {
        Spec {
            id: name(id),
            labels: [("for".to_owned(), "a test".to_owned())].into(),
            hostname: "sandbox".to_owned(),
            layers: vec![name(BASE)],
            upper: Upper::Memory { bytes: 64 << 20, inodes: 10_000 },
            process: Process {
                argv: argv.iter().map(|&arg| arg.to_owned()).collect(),
                env: vec!["PATH=/bin".to_owned(), "TERM=xterm".to_owned(), "PS1=$ ".to_owned()],
                cwd: "/".to_owned(),
                user: String::new(),
            },
            io: Io::Terminal { columns: 80, rows: 24 },
            limits: Limits {
                memory_bytes: 64 << 20,
                cpu_millis: 1000,
                processes: 64,
                open_files: 256,
            },
            network: Network::None,
            probe: None,
        }
    }

    /// A build step: output to a pipe, writes to a layer.
    pub fn step(&self, id: &str, upper: &str, script: &str) -> Spec {
        Spec {
            io: Io::Output,
            upper: Upper::Layer(name(upper)),
            ..self.spec(id, &["sh", "-c", script])
        }
    }

    /// Runs a program to its end; what it printed, and how it ended.
    pub fn run(&self, spec: Spec) -> (String, Exit) {
        let mut events = self.client.events().expect("events");
        let spec = Spec { io: Io::Output, ..spec };
        let (_, output) = self.client.start(&spec).expect("it starts");
        let mut text = Vec::new();
        File::from(output).read_to_end(&mut text).expect("its output");
        let exit = ended(&mut events, &spec.id);
        (String::from_utf8_lossy(&text).into_owned(), exit)
    }

    /// Runs a shell script in a sandbox and returns what it printed.
    pub fn sh(&self, script: &str) -> String {
        let (text, exit) = self.run(self.spec("script", &["sh", "-c", script]));
        assert_eq!(exit.code, 0, "{script}: {text}");
        text
    }

    /// A shell at its prompt.
    pub fn shell(&self, id: &str) -> Terminal {
        self.shell_of(self.spec(id, &["sh"]))
    }

    pub fn shell_of(&self, spec: Spec) -> Terminal {
        let (pid, master) = self.client.start(&spec).expect("it starts");
        let mut terminal = Terminal::new(master, pid);
        terminal.expect("$ ");
        terminal
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let Some(mut daemon) = self.daemon.take() else { return };
        if self.client.shutdown().is_err() {
            let _ = daemon.kill();
        }
        let _ = daemon.wait();
    }
}

/// The end of a sandbox, skipping those of others.
pub fn ended(events: &mut Events, id: &Name) -> Exit {
    loop {
        let event = events.next().expect("the stream goes on").expect("an event");
        let Event::Ended { id: ended, exit } = event;
        if ended == *id {
            return exit;
        }
    }
}

/// Waits until something is so.
pub fn until(what: &str, mut so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !so() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The master of a sandbox's terminal.
pub struct Terminal {
    pub master: File,
    pub pid: i32,
    seen: String,
}

impl Terminal {
    pub fn new(master: OwnedFd, pid: i32) -> Self {
        Self { master: File::from(master), pid, seen: String::new() }
    }

    /// Types a line.
    pub fn line(&mut self, text: &str) {
        self.master.write_all(format!("{text}\n").as_bytes()).expect("the terminal takes it");
    }

    /// Reads until this appears; returns what came up to its end.
    pub fn expect(&mut self, text: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.seen.find(text) {
                let rest = self.seen.split_off(at + text.len());
                return std::mem::replace(&mut self.seen, rest);
            }
            assert!(Instant::now() < deadline, "`{text}` did not come; `{}` did", self.seen);
            let mut buffer = [0; 4096];
            let mut fds = [rustix::event::PollFd::new(&self.master, rustix::event::PollFlags::IN)];
            let pause = rustix::event::Timespec { tv_sec: 1, tv_nsec: 0 };
            if rustix::event::poll(&mut fds, Some(&pause)).expect("poll") > 0 {
                match self.master.read(&mut buffer) {
                    Ok(length) => self.seen.push_str(&String::from_utf8_lossy(&buffer[..length])),
                    Err(e) => panic!("`{text}` did not come before {e}; `{}` did", self.seen),
                }
            }
        }
    }

    /// Runs a command at the prompt; returns what it printed.
    pub fn ask(&mut self, command: &str) -> String {
        self.line(command);
        self.expect(&format!("{command}\r\n"));
        let answer = self.expect("$ ");
        answer.trim_end_matches("$ ").trim().to_owned()
    }
}

/// The layer that everything runs on, as an archive.
pub fn busybox() -> File {
    let busybox = ["/usr/bin/busybox", "/bin/busybox"].iter().find(|path| Path::new(path).exists());
    let busybox = fs::read(busybox.expect("install busybox-static")).expect("busybox");
    archive(|tar| {
        for directory in ["bin", "etc", "root", "usr"] {
            entry(tar, directory, EntryType::Directory, 0o755, b"");
        }
        entry(tar, "tmp", EntryType::Directory, 0o1777, b"");
        entry(tar, "bin/busybox", EntryType::Regular, 0o755, &busybox);
        for applet in APPLETS {
            link(tar, &format!("bin/{applet}"), EntryType::Link, "bin/busybox");
        }
        entry(
            tar,
            "etc/passwd",
            EntryType::Regular,
            0o644,
            b"root:x:0:0:root:/root:/bin/sh\nfresh:x:1000:1001::/tmp:/bin/sh\n",
        );
        entry(
            tar,
            "etc/group",
            EntryType::Regular,
            0o644,
            b"root:x:0:\ntty:x:5:\naudio:x:29:fresh\nfresh:x:1001:\n",
        );
    })
}

/// An archive in a file, at its beginning.
pub fn archive(fill: impl FnOnce(&mut Builder<File>)) -> File {
    let mut tar = Builder::new(tempfile::tempfile().expect("a temporary file"));
    fill(&mut tar);
    let mut file = tar.into_inner().expect("the archive is whole");
    file.seek(SeekFrom::Start(0)).expect("back to the beginning");
    file
}

fn header(kind: EntryType, mode: u32, size: usize) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(1_700_000_000);
    header.set_size(size as u64);
    header
}

pub fn entry(tar: &mut Builder<File>, path: &str, kind: EntryType, mode: u32, data: &[u8]) {
    let mut header = header(kind, mode, data.len());
    tar.append_data(&mut header, path, data).expect("an entry");
}

pub fn link(tar: &mut Builder<File>, path: &str, kind: EntryType, target: &str) {
    tar.append_link(&mut header(kind, 0o777, 0), path, target).expect("an entry");
}

/// An entry whose path is taken as it is, however it is meant.
pub fn raw_entry(tar: &mut Builder<File>, path: &str, kind: EntryType, data: &[u8]) {
    let mut header = header(kind, 0o644, data.len());
    header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
    header.set_cksum();
    tar.append(&header, data).expect("an entry");
}

/// A layer's archive, read whole.
pub fn packed(lab: &Lab, layer: &str) -> Vec<u8> {
    let file = tempfile::tempfile().expect("a temporary file");
    lab.client.pack(&name(layer), file.as_fd()).expect("the layer is packed");
    let mut file = file;
    file.seek(SeekFrom::Start(0)).expect("back to the beginning");
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).expect("the archive");
    bytes
}

pub fn program() -> &'static str {
    env!("CARGO_BIN_EXE_sandboxd")
}

fn rustix_is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The failure that this is.
pub fn failure<T: std::fmt::Debug>(result: Result<T, Error>) -> Failure {
    match result {
        Err(Error::Failure(failure)) => failure,
        other => panic!("not a failure: {other:?}"),
    }
}
