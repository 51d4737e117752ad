//! The native engine's supervisor, in a process of its own: this test binary once more.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// Tells the process that it is the supervisor, and how it is set up.
const ARGUMENTS: &str = "CONTRACT_SUPERVISOR_ARGUMENTS";
const SEPARATOR: &str = "\u{1f}";

/// A supervisor with everything below `folder`, answering at `folder/sandboxd.sock`.
pub fn start(folder: &Path) -> Child {
    let config = sandbox::Config {
        data: folder.join("native"),
        socket: folder.join("sandboxd.sock"),
        owner: (0, 0),
        subnet: None,
        orphan_grace: Duration::from_secs(30),
    };
    let arguments: Vec<String> =
        config.to_arguments().into_iter().map(|one| one.into_string().unwrap()).collect();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "supervisor::the_supervisors_own_process", "--nocapture"])
        .env(ARGUMENTS, arguments.join(SEPARATOR))
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

/// Not a test: what [`start`] starts. Run as a test, it has nothing to do.
#[test]
fn the_supervisors_own_process() {
    if let Ok(arguments) = std::env::var(ARGUMENTS) {
        let arguments = arguments.split(SEPARATOR).map(Into::into);
        let config = sandbox::Config::from_arguments(arguments).unwrap();
        sandbox::supervisor::run(config).unwrap();
    }
}
