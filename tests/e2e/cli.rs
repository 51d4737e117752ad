//! `trythis project …` against a running server.

use crate::support::{
    PATIENCE,
    client::Client,
    server::{BINARY, Server},
};
use nix::{
    pty::{Winsize, openpty},
    sys::termios::{LocalFlags, tcgetattr},
};
use serde_json::{Value, json};
use std::{
    fs::File,
    io::{Read, Write},
    process::{Child, Command, Output, Stdio},
    sync::mpsc,
    thread,
};

fn trythis(server: &Server, token: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command
        .args(arguments)
        .env_clear()
        .env("HOME", server.data())
        .env("TRYTHIS_URL", server.url(""))
        .env("TRYTHIS_TOKEN", token);
    command
}

fn said(output: &Output) -> String {
    let [out, err] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    format!("{out}{err}")
}

async fn token(server: &Server) -> String {
    let client = Client::of(server);
    client.sign_up("maker").await;
    let wish = json!({ "name": "cli", "scope": "write" });
    let made: Value = client.post("/api/v1/tokens", &wish).await.json().await.unwrap();
    made["token"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn a_project_is_published_built_listed_and_tried_from_a_shell() {
    let server = Server::start();
    let token = token(&server).await;
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("install.sh");
    std::fs::write(&script, "echo installed-$((40+2)) | tee /made\n").unwrap();
    let script = script.to_str().unwrap();
    let create = |name| {
        let rest = ["--script", script, "--short", "A box", "--base", "busybox:1"];
        let mut command = trythis(&server, &token, &["project", "create", name]);
        command.args(rest).args(["--command", "sh"]).output().unwrap()
    };
    let created = create("Box");
    assert!(created.status.success(), "{}", said(&created));
    assert!(said(&created).contains("installed-42"), "{}", said(&created));
    let built = trythis(&server, &token, &["project", "build", "box"]).output().unwrap();
    assert!(built.status.success() && said(&built).contains("Built."), "{}", said(&built));

    std::fs::write(script, "echo no >&2; exit 7\n").unwrap();
    let failed = create("Broken");
    assert_eq!(failed.status.code(), Some(1));
    assert!(said(&failed).contains("exit code 7"), "{}", said(&failed));

    // A guest sees what can be tried.
    let list = trythis(&server, "", &["project", "ls"]).output().unwrap();
    assert!(said(&list).contains("box      Tools"), "{}", said(&list));
    assert!(!said(&list).contains("broken"), "{}", said(&list));
    let list = trythis(&server, &token, &["project", "ls", "--json"]).output().unwrap();
    let list: Value = serde_json::from_slice(&list.stdout).unwrap();
    assert_eq!(list["projects"][1]["latest_build"]["state"], "failed");

    let mut piped = trythis(&server, "", &["project", "try", "box"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    piped.stdin.take().unwrap().write_all(b"cat /made; echo $((6*7)); (exit 3)\n").unwrap();
    let piped = piped.wait_with_output().unwrap();
    assert!(said(&piped).contains("installed-42"), "{}", said(&piped));
    // The end of the input ended the shell, with its last command's code.
    assert_eq!(piped.status.code(), Some(3), "{}", said(&piped));

    in_a_terminal(&server);
}

/// Tries it in a terminal of its own: size, interruption, leaving, and the way back.
fn in_a_terminal(server: &Server) {
    let size = Winsize { ws_row: 33, ws_col: 101, ws_xpixel: 0, ws_ypixel: 0 };
    let pty = openpty(Some(&size), None).unwrap();
    let before = tcgetattr(&pty.slave).unwrap().local_flags;
    let end = || Stdio::from(pty.slave.try_clone().unwrap());
    let mut child = trythis(server, "", &["project", "try", "box"])
        .stdin(end())
        .stdout(end())
        .stderr(end())
        .spawn()
        .unwrap();
    let mut shown = Shown::of(File::from(pty.master.try_clone().unwrap()));
    let mut keys = File::from(pty.master);
    shown.waits_for("# ");
    assert!(!tcgetattr(&pty.slave).unwrap().local_flags.contains(LocalFlags::ICANON));
    keys.write_all(b"stty size; echo re''ady\n").unwrap();
    shown.waits_for("33 101");
    // The shell's line editor is over before Ctrl-C is for a signal.
    keys.write_all(b"echo u''p; cat\n").unwrap();
    shown.waits_for("up\r\n");
    keys.write_all(b"\x03").unwrap();
    shown.waits_for("# ");
    keys.write_all(b"echo $((7*6+100))\n").unwrap();
    shown.waits_for("142");
    keys.write_all(b"\x1d").unwrap();
    shown.waits_for("You left");
    assert_eq!(ended(&mut child), Some(0));
    assert_eq!(tcgetattr(&pty.slave).unwrap().local_flags, before);
}

fn ended(child: &mut Child) -> Option<i32> {
    child.wait().unwrap().code()
}

/// What a terminal shows, read by a thread: a PTY has no other end of patience.
struct Shown {
    text: String,
    pieces: mpsc::Receiver<Vec<u8>>,
}

impl Shown {
    fn of(mut master: File) -> Self {
        let (to, pieces) = mpsc::channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = master.read(&mut buffer) {
                if to.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { text: String::new(), pieces }
    }

    fn waits_for(&mut self, text: &str) {
        while !self.text.contains(text) {
            let piece = self.pieces.recv_timeout(PATIENCE);
            let piece = piece.unwrap_or_else(|_| panic!("never saw {text:?}: {}", self.text));
            self.text.push_str(&String::from_utf8_lossy(&piece));
        }
        // What was seen once does not count again.
        let at = self.text.find(text).unwrap_or_default() + text.len();
        self.text.drain(..at);
    }
}

#[actix_web::test]
async fn errors_say_what_where_and_what_next() {
    let server = Server::start();
    let run = |token: &str, arguments: &[&str]| {
        let done = trythis(&server, token, arguments).output().unwrap();
        assert_eq!(done.status.code(), Some(1), "{}", said(&done));
        said(&done)
    };
    let mistyped = web_token("x");
    let told = run(&mistyped, &["project", "ls"]);
    assert!(told.contains("not a token") && !told.contains(&mistyped), "{told}");
    let told = run("", &["project", "build", "box"]);
    assert!(told.contains("/account/tokens") && told.contains("TRYTHIS_TOKEN"), "{told}");
    let told = run("", &["project", "try", "nothing"]);
    assert!(told.contains("no such project"), "{told}");
    let told = run("", &["project", "ls", "--server", "http://127.0.0.1:9"]);
    assert!(told.contains("http://127.0.0.1:9 cannot be reached"), "{told}");
    let missing = ["project", "create", "x", "--short", "x", "--script", "/no/such/file"];
    assert!(run("", &missing).contains("/no/such/file cannot be read"));
}

fn web_token(end: &str) -> String {
    format!("trythis_{}{end}", "a".repeat(48))
}
