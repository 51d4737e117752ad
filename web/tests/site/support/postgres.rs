//! A PostgreSQL server of one test's own, which the test stops and starts again.

use std::{
    fs,
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use web::DatabaseUrl;

pub struct Postgres {
    folder: tempfile::TempDir,
    programs: PathBuf,
    port: u16,
    server: Option<Child>,
}

impl Postgres {
    pub fn start() -> Self {
        let installed = fs::read_dir("/usr/lib/postgresql")
            .expect("PostgreSQL is missing: run scripts/deps.sh test");
        let newest = installed.map(|entry| entry.unwrap().path().join("bin")).max().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let mut postgres = Self { folder, programs: newest, port, server: None };
        if let Some((user, group)) = unprivileged() {
            chown(postgres.folder.path(), Some(user), Some(group)).unwrap();
        }
        let done = postgres
            .program("initdb")
            .args(["--username=trythis", "--auth=trust", "--encoding=UTF8", "--no-sync"])
            .stdout(Stdio::null())
            .status();
        assert!(done.unwrap().success(), "initdb");
        postgres.run();
        postgres
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.arg("-D").arg(self.data()).current_dir(self.folder.path());
        if let Some((user, group)) = unprivileged() {
            command.uid(user).gid(group);
        }
        command
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn url(&self) -> DatabaseUrl {
        format!("postgres://trythis@127.0.0.1:{}/postgres", self.port).parse().unwrap()
    }

    /// Starts it where it was, and waits until it takes people in.
    pub fn run(&mut self) {
        let log = fs::File::create(self.folder.path().join("log")).unwrap();
        let server = self
            .program("postgres")
            .args(["-p", &self.port.to_string(), "-c", "listen_addresses=127.0.0.1"])
            .args(["-c", "unix_socket_directories=", "-c", "fsync=off"])
            .stderr(log)
            .spawn();
        self.server = Some(server.unwrap());
        let start = Instant::now();
        while !self.is_ready() {
            assert!(start.elapsed() < Duration::from_secs(30), "PostgreSQL does not start");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn is_ready(&self) -> bool {
        let mut command = Command::new(self.programs.join("pg_isready"));
        command.args(["--quiet", "--host=127.0.0.1", &format!("--port={}", self.port)]);
        command.status().unwrap().success()
    }

    /// Ends it at once, with whoever is connected.
    pub fn stop(&mut self) {
        let Some(mut server) = self.server.take() else { return };
        let done = self.program("pg_ctl").args(["-m", "immediate", "--silent", "stop"]).status();
        if !done.is_ok_and(|status| status.success()) {
            let _ = server.kill();
        }
        server.wait().unwrap();
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
    }
}

/// PostgreSQL refuses to run as root: its package's user does.
fn unprivileged() -> Option<(u32, u32)> {
    let is_root = fs::metadata("/proc/self").map(|meta| std::os::unix::fs::MetadataExt::uid(&meta));
    if is_root.unwrap() != 0 {
        return None;
    }
    let users = fs::read_to_string(Path::new("/etc/passwd")).unwrap();
    let mut fields = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let user = fields.find(|fields| fields[0] == "postgres").expect("there is a user postgres");
    Some((user[2].parse().unwrap(), user[3].parse().unwrap()))
}
