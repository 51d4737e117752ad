//! One `trythis serve` with its own data folder, ended and inspected when the test is over.

use super::{free_port, host, images};
use std::{
    fs::{File, OpenOptions},
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

pub const BINARY: &str = env!("CARGO_BIN_EXE_trythis");

pub struct Server {
    process: Child,
    environment: Vec<(&'static str, String)>,
    folder: tempfile::TempDir,
    port: u16,
}

/// How a test wants its server.
#[derive(Default)]
pub struct Options {
    environment: Vec<(&'static str, String)>,
    debian: bool,
}

impl Options {
    /// Sets a variable of the server's environment.
    pub fn set(mut self, name: &'static str, value: impl ToString) -> Self {
        self.environment.push((name, value.to_string()));
        self
    }

    /// With the Debian base image that `make test` made.
    pub fn with_debian(mut self) -> Self {
        self.debian = true;
        self
    }

    /// Starts the server; a busybox base image is always there.
    pub fn start(self) -> Server {
        assert!(nix::unistd::geteuid().is_root(), "the end-to-end tests need root: make test");
        // The tests' HTTP clients need it; it fails only where it was chosen before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::Builder::new().prefix("trythis-e2e-").tempdir().unwrap();
        open_to_all(folder.path());
        let data = folder.path().join("data");
        if self.debian {
            images::copy_debian(&data);
        }
        images::import_busybox(&data);
        let port = free_port();
        let process = serve(folder.path(), port, &self.environment);
        let mut server = Server { process, environment: self.environment, folder, port };
        server.wait_until_it_answers();
        server
    }
}

impl Server {
    pub fn start() -> Self {
        Options::default().start()
    }

    pub fn options() -> Options {
        Options::default()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn log(&self) -> String {
        let mut text = String::new();
        let path = self.folder.path().join("server.log");
        File::open(path).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    /// Ends the server as a crash would, and starts it again on the same data.
    pub fn crash_and_restart(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        self.process = serve(self.folder.path(), self.port, &self.environment);
        self.wait_until_it_answers();
    }

    /// Tries to start another server on the same data folder, and waits until it gives up.
    pub fn second_on_the_same_data(&self) -> std::process::Output {
        Command::new(BINARY)
            .arg("serve")
            .env("TRYTHIS_ADDR", format!("127.0.0.1:{}", free_port()))
            .env("TRYTHIS_DATA", self.data())
            .output()
            .unwrap()
    }

    fn wait_until_it_answers(&mut self) {
        let start = Instant::now();
        while !self.is_healthy() {
            if let Some(status) = self.process.try_wait().unwrap() {
                panic!("the server ended with {status}:\n{}", self.log());
            }
            assert!(start.elapsed() < Duration::from_secs(30), "no answer:\n{}", self.log());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The port alone says nothing: it is open before the services are.
    fn is_healthy(&self) -> bool {
        let ask = || -> std::io::Result<String> {
            let mut connection = TcpStream::connect(("127.0.0.1", self.port))?;
            connection.set_read_timeout(Some(Duration::from_secs(1)))?;
            connection.write_all(b"GET /healthz HTTP/1.0\r\n\r\n")?;
            let mut answer = String::new();
            connection.read_to_string(&mut answer)?;
            Ok(answer)
        };
        ask().is_ok_and(|answer| answer.starts_with("HTTP/1.0 200"))
    }

    /// Ends the server as Ctrl-C does, and waits.
    fn end(&mut self) -> bool {
        let pid = nix::unistd::Pid::from_raw(self.process.id() as i32);
        if nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGINT).is_err() {
            return false;
        }
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(20) {
            if self.process.try_wait().unwrap().is_some() {
                return true;
            }
            thread::sleep(Duration::from_millis(20));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
        false
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let orderly = self.end();
        let data = self.data();
        if thread::panicking() {
            eprintln!("--- the server's log\n{}", self.log());
            return;
        }
        assert!(orderly, "the server did not end within 20 s:\n{}", self.log());
        host::assert_nothing_left(&data);
    }
}

fn serve(folder: &Path, port: u16, environment: &[(&'static str, String)]) -> Child {
    let log = OpenOptions::new().create(true).append(true).open(folder.join("server.log")).unwrap();
    Command::new(BINARY)
        .arg("serve")
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .env("TRYTHIS_ADDR", format!("127.0.0.1:{port}"))
        .env("TRYTHIS_DATA", folder.join("data"))
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap()
}

/// The server's unprivileged user must be able to pass through.
fn open_to_all(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}
