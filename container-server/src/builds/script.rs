//! From an install script to what a build does.
//!
//! The script runs on a base image as root, traced, in one layer that keeps neither the script nor
//! the caches of package managers.
//! [`Script::dockerfile`] shows the same as a Dockerfile.

use std::fmt::Write as _;

/// The longest script that is accepted, in bytes.
pub const SIZE_LIMIT: usize = 256 << 10;

/// Where the script is while it runs.
pub const PATH: &str = "/tmp/trythis-install";

/// What package managers leave behind: often more than what they installed.
const CACHES: &str = "/var/lib/apt/lists/* /var/cache/apt/archives/*.deb /var/cache/apt/*.bin";

/// What a visitor meets where the maintainer names no command: bash where it is installed.
const DEFAULT_COMMAND: &str =
    "if command -v bash >/dev/null 2>&1; then exec bash -l; else exec sh -l; fi";

/// Why a script is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScriptError {
    /// Nothing but white space.
    #[error("the install script is empty: paste the commands that install the program")]
    Empty,
    /// Too long.
    #[error("the install script has {size} bytes; at most {SIZE_LIMIT} (256 KiB) are accepted")]
    TooLarge {
        /// Its size in bytes.
        size: usize,
    },
    /// Not a text.
    #[error("the install script is not a text: line {line} holds a NUL byte")]
    Binary {
        /// The line, counted from 1.
        line: usize,
    },
    /// The shebang names no program.
    #[error("the first line `{0}` names no interpreter: write for example #!/bin/sh")]
    Shebang(String),
}

/// An install script that can be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Its text with `\n` line endings and a line ending at the end.
    pub text: String,
    /// The program that runs it, with its arguments; the script's path comes after them.
    pub interpreter: Vec<String>,
    /// Whether every command is shown as it runs.
    pub traced: bool,
}

impl Script {
    /// Reads a script: line endings are made `\n`, a byte order mark is removed.
    ///
    /// # Errors
    /// See [`ScriptError`].
    pub fn new(text: &str) -> Result<Self, ScriptError> {
        if text.len() > SIZE_LIMIT {
            return Err(ScriptError::TooLarge { size: text.len() });
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut text = text.replace("\r\n", "\n").replace('\r', "\n");
        if let Some(at) = text.find('\0') {
            let line = text[..at].matches('\n').count() + 1;
            return Err(ScriptError::Binary { line });
        }
        if text.trim().is_empty() {
            return Err(ScriptError::Empty);
        }
        if !text.ends_with('\n') {
            text.push('\n');
        }
        let (interpreter, traced) = interpreter(&text)?;
        Ok(Self { text, interpreter, traced })
    }

    /// The command line that runs the script and, when it succeeds, removes it and the caches.
    pub(super) fn argv(&self) -> Vec<String> {
        let wrapper = format!("\"$@\" && rm -rf -- \"$0\" {CACHES}");
        let words = ["/bin/sh", "-c", &wrapper, PATH].map(str::to_owned).into_iter();
        words.chain(self.interpreter.iter().cloned()).chain([PATH.to_owned()]).collect()
    }

    /// What the log calls the step.
    pub(super) fn step(&self) -> String {
        format!("RUN {} install.sh", self.interpreter.join(" "))
    }

    /// A Dockerfile that does the same, with the script beside it as `install.sh`.
    #[must_use]
    pub fn dockerfile(&self, base: &str, command: &str) -> String {
        let mut text = format!("FROM {base}\nUSER 0\nWORKDIR /root\n");
        let run = self.interpreter.join(" ");
        let _ = write!(
            text,
            "COPY install.sh {PATH}\n\
             RUN DEBIAN_FRONTEND=noninteractive {run} {PATH} && rm -rf {PATH} {CACHES}\n"
        );
        let command = serde_json::Value::from(visitor_command(command));
        let _ = writeln!(text, "ENTRYPOINT []\nCMD {command}");
        text
    }
}

/// The interpreter that the first line asks for, and whether it can trace.
fn interpreter(text: &str) -> Result<(Vec<String>, bool), ScriptError> {
    let first = text.lines().next().unwrap_or_default();
    let Some(shebang) = first.strip_prefix("#!") else {
        // Without -e a failed installation would end in an image that looks whole.
        return Ok((["/bin/sh", "-e", "-x"].map(str::to_owned).to_vec(), true));
    };
    let mut words: Vec<String> = shebang.split_whitespace().map(str::to_owned).collect();
    if !words.first().is_some_and(|program| program.starts_with('/')) {
        return Err(ScriptError::Shebang(first.chars().take(100).collect()));
    }
    let through_env = words[0].ends_with("/env");
    if through_env && words.get(1).is_some_and(|word| word == "-S") {
        // Words are split here already.
        words.remove(1);
    }
    let program = if through_env { words.get(1) } else { words.first() };
    let Some(program) = program else {
        return Err(ScriptError::Shebang(first.chars().take(100).collect()));
    };
    let name = program.rsplit('/').next().unwrap_or_default();
    let traced = matches!(name, "sh" | "bash" | "dash" | "ash" | "ksh" | "mksh" | "zsh");
    if traced {
        words.push("-x".to_owned());
    }
    Ok((words, traced))
}

/// The command that a visitor meets: words where it is plain, a shell's work where it is not.
pub(super) fn visitor_command(command: &str) -> Vec<String> {
    let command = command.trim();
    let shell = |text: &str| ["/bin/sh", "-c", text].map(str::to_owned).to_vec();
    if command.is_empty() {
        return shell(DEFAULT_COMMAND);
    }
    let plain = |c: char| c.is_alphanumeric() || " \t_-./:,+@".contains(c);
    if command.chars().all(plain) {
        command.split_whitespace().map(str::to_owned).collect()
    } else {
        shell(command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_normalised() {
        let script = Script::new("\u{feff}#!/bin/sh\r\necho a\r\necho b").expect("good");
        assert_eq!(script.text, "#!/bin/sh\necho a\necho b\n");
        assert_eq!(script.interpreter, ["/bin/sh", "-x"]);
    }

    #[test]
    fn the_shebang_is_honoured() {
        let table: &[(&str, &[&str], bool)] = &[
            ("echo a", &["/bin/sh", "-e", "-x"], true),
            ("# comment\necho a", &["/bin/sh", "-e", "-x"], true),
            ("#!/bin/bash -e\necho", &["/bin/bash", "-e", "-x"], true),
            ("#! /bin/bash -eu -o pipefail\n", &["/bin/bash", "-eu", "-o", "pipefail", "-x"], true),
            ("#!/usr/bin/env bash\n", &["/usr/bin/env", "bash", "-x"], true),
            ("#!/usr/bin/env -S bash -e\n", &["/usr/bin/env", "bash", "-e", "-x"], true),
            ("#!/usr/bin/python3\n", &["/usr/bin/python3"], false),
            ("#!/usr/bin/env python3\n", &["/usr/bin/env", "python3"], false),
        ];
        for (text, interpreter, traced) in table {
            let script = Script::new(text).expect(text);
            assert_eq!(script.interpreter, *interpreter, "{text:?}");
            assert_eq!(script.traced, *traced, "{text:?}");
        }
    }

    #[test]
    fn bad_scripts_are_refused() {
        assert_eq!(Script::new(" \r\n\t"), Err(ScriptError::Empty));
        assert_eq!(Script::new("a\nb\0"), Err(ScriptError::Binary { line: 2 }));
        let size = SIZE_LIMIT + 1;
        assert_eq!(Script::new(&"x".repeat(size)), Err(ScriptError::TooLarge { size }));
        assert!(ScriptError::TooLarge { size }.to_string().contains("262144 (256 KiB)"));
        for text in ["#!", "#!bash\n", "#!/usr/bin/env\n"] {
            assert!(matches!(Script::new(text), Err(ScriptError::Shebang(_))), "{text}");
        }
        assert!(Script::new(&"x".repeat(SIZE_LIMIT)).is_ok());
    }

    #[test]
    fn the_command_is_split_or_left_to_a_shell() {
        assert_eq!(visitor_command(" python3  -i "), ["python3", "-i"]);
        assert_eq!(visitor_command("cd /x && ./y"), ["/bin/sh", "-c", "cd /x && ./y"]);
        assert_eq!(visitor_command("echo 'a b'"), ["/bin/sh", "-c", "echo 'a b'"]);
        assert_eq!(visitor_command(""), ["/bin/sh", "-c", DEFAULT_COMMAND]);
    }

    #[test]
    fn the_dockerfile_can_be_read_by_our_own_parser() {
        let script = Script::new("apt-get install -y jq").expect("good");
        let text = script.dockerfile("debian:12", "jq --help");
        let dockerfile = crate::builds::dockerfile::parse(&text).expect("it parses");
        assert_eq!(dockerfile.base, "debian:12");
        assert_eq!(dockerfile.instructions.len(), 6);
        assert!(text.ends_with("CMD [\"jq\",\"--help\"]\n"), "{text}");
    }
}
