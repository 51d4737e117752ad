//! What a visitor meets: a shell in a terminal.

use crate::support::{Lab, Terminal, ended, name};
use rustix::termios::{Winsize, tcsetwinsize};
use sandbox::protocol::{Io, Process, Spec};
use std::io::Write;

#[test]
fn a_shell_runs_in_a_terminal_of_its_own() {
    let lab = Lab::new();
    let mut shell = lab.shell("one");
    assert_eq!(shell.ask("hostname"), "sandbox");
    assert_eq!(shell.ask("tty"), "/dev/pts/0");
    assert_eq!(shell.ask("stty size"), "24 80");
    assert_eq!(shell.ask("echo $HOME $TERM"), "/root xterm");
    // A shell without a controlling terminal could not do this.
    shell.line("sh -c 'echo rea''dy; sleep 1000'");
    shell.expect("\nready");
    shell.master.write_all(b"\x03").expect("Ctrl-C");
    shell.expect("$ ");
    tcsetwinsize(&shell.master, Winsize { ws_row: 40, ws_col: 120, ws_xpixel: 0, ws_ypixel: 0 })
        .expect("a new size");
    assert_eq!(shell.ask("stty size"), "40 120");
}

#[test]
fn the_size_is_right_at_the_first_look() {
    let lab = Lab::new();
    let spec = Spec {
        io: Io::Terminal { columns: 133, rows: 47 },
        ..lab.spec("first-look", &["sh", "-c", "stty size; sleep 1000"])
    };
    let (pid, master) = lab.client.start(&spec).expect("it starts");
    Terminal::new(master, pid).expect("47 133\r\n");
}

#[test]
fn exit_ends_the_sandbox_with_its_code() {
    let lab = Lab::new();
    let mut events = lab.client.events().expect("events");
    let mut shell = lab.shell("leaver");
    shell.line("exit 7");
    let exit = ended(&mut events, &name("leaver"));
    assert_eq!((exit.code, exit.out_of_memory), (7, false));
    assert!(lab.client.list().expect("a list").is_empty());
    let (_, exit) = lab.run(lab.spec("killed", &["sh", "-c", "kill -9 $$"]));
    assert_eq!(exit.code, 128 + 9);
}

#[test]
fn a_program_runs_as_the_user_that_is_asked_for() {
    let lab = Lab::new();
    let base = lab.spec("user", &["sh", "-c", "id; echo $HOME; touch /tmp/mine && ls -ln /tmp"]);
    let process = Process { user: "fresh".to_owned(), ..base.process.clone() };
    let (text, _) = lab.run(Spec { process, ..base });
    assert!(text.contains("uid=1000(fresh) gid=1001(fresh) groups=29(audio)"), "{text}");
    assert!(text.contains("\n/tmp\n"), "{text}");
    assert!(text.contains("1000"), "{text}");

    let base = lab
        .spec("terminal-user", &["sh", "-c", "echo yes > $(tty); stat -c %u $(tty); sleep 1000"]);
    let process = Process { user: "fresh".to_owned(), ..base.process.clone() };
    let (pid, master) = lab.client.start(&Spec { process, ..base }).expect("it starts");
    let mut terminal = Terminal::new(master, pid);
    terminal.expect("yes");
    terminal.expect("1000");
}

#[test]
fn another_client_gets_the_same_terminal() {
    let lab = Lab::new();
    let mut first = lab.shell("kept");
    first.ask("MARK=here");
    let pid = first.pid;
    drop(first);
    // As after a restart of the server.
    let client = sandbox::Client::new(&lab.config.socket);
    let living = client.list().expect("a list");
    assert_eq!(living.len(), 1);
    assert_eq!((living[0].id.as_str(), living[0].pid), ("kept", pid));
    assert_eq!(living[0].labels["for"], "a test");
    let master = client.attach(&name("kept")).expect("it lives");
    assert_eq!(Terminal::new(master, pid).ask("echo $MARK"), "here");
    let error = client.attach(&name("other")).expect_err("nobody of that name");
    assert!(error.to_string().contains("`other`"), "{error}");
}

#[test]
fn what_cannot_be_executed_is_named() {
    use sandbox::{Error, protocol::FailureKind};
    let lab = Lab::new();
    let table: [(&[&str], &str, &str); 5] = [
        (&["figlet"], "", "`figlet` is not in the image"),
        (&["/bin/figlet"], "", "`/bin/figlet` is not in the image"),
        (&["/etc/passwd"], "", "`/etc/passwd` is not an executable file"),
        (&["/tmp"], "", "`/tmp` is not an executable file"),
        (&["sh"], "nobody", "user `nobody` is not in the image"),
    ];
    for (argv, user, expected) in table {
        for io in [Io::Output, Io::Terminal { columns: 80, rows: 24 }] {
            let base = lab.spec("failing", argv);
            let process = Process { user: user.to_owned(), ..base.process.clone() };
            let Err(Error::Failure(failure)) = lab.client.start(&Spec { process, io, ..base })
            else {
                panic!("{argv:?} started");
            };
            assert_eq!(failure.kind, FailureKind::Program, "{failure}");
            assert!(failure.message.contains(expected), "{failure}");
        }
    }
    assert!(lab.client.list().expect("a list").is_empty());
}
