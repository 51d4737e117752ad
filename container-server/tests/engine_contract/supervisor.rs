//! The native engine's supervisor: the sandbox crate's own program for tests.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

/// A supervisor with everything below `folder`, answering at `folder/sandboxd.sock`.
pub fn start(folder: &Path) -> Child {
    let config = sandbox::Config {
        data: folder.join("native"),
        socket: folder.join("sandboxd.sock"),
        owner: (0, 0),
        subnet: None,
        orphan_grace: Duration::from_secs(30),
    };
    let mut child = Command::new(program())
        .arg("sandboxd")
        .args(config.to_arguments())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let client = sandbox::Client::new(config.socket);
    let deadline = Instant::now() + Duration::from_secs(60);
    while client.list().is_err() {
        if let Some(status) = child.try_wait().unwrap() {
            panic!("the supervisor ended at once: {status}");
        }
        assert!(Instant::now() < deadline, "the supervisor does not answer");
        std::thread::sleep(Duration::from_millis(10));
    }
    child
}

/// Where Cargo puts the program. It is another package's, so Cargo does not tell, and builds it by
/// itself only when the whole workspace is tested.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let test = std::env::current_exe().unwrap();
        let profile = test.ancestors().nth(2).expect("target/<profile>/deps/<test>");
        let program = profile.join("sandboxd");
        if !program.exists() {
            let mut cargo = Command::new(env!("CARGO"));
            cargo.args(["build", "--quiet", "--package", "sandbox", "--bin", "sandboxd"]);
            assert!(cargo.status().unwrap().success(), "the supervisor cannot be built");
        }
        program
    })
}
