//! From logical lines to instructions.

use super::{
    Argument, CommandLine, Copy, Dockerfile, Instruction, Kind, Pair, ParseError, expand,
    lines::{self, LogicalLine},
    words,
};

/// How many instructions one Dockerfile may have: the kernel stacks no more layers than this,
/// the base's included.
const INSTRUCTION_LIMIT: usize = 100;

/// Reads a Dockerfile.
///
/// # Errors
/// The first line that makes no sense, or that asks for something that is not supported.
pub fn parse(text: &str) -> Result<Dockerfile, ParseError> {
    let lines::Lines { escape, lines } = lines::logical_lines(text)?;
    let last = lines.last().map_or(1, |line| line.number);
    let mut global_arguments: Vec<(String, String)> = Vec::new();
    let mut from = None;
    let mut instructions = Vec::new();
    for line in lines {
        let reader = Reader { line: &line, escape };
        let (keyword, rest) = reader.keyword();
        match (keyword.as_str(), &from) {
            ("FROM", None) => from = Some((reader.from(rest, &global_arguments)?, line.number)),
            ("FROM", Some(_)) => {
                return Err(reader.fail(
                    "several stages are not supported yet: this is a second FROM. Keep the last \
                     stage, and run in it what the others prepare",
                ));
            }
            ("ARG", None) => reader.global_arguments(rest, &mut global_arguments)?,
            (_, None) => {
                return Err(reader.fail(format!("{keyword} stands before FROM: begin with FROM")));
            }
            (keyword, Some(_)) => {
                let kind = reader.instruction(keyword, rest)?;
                reader.check(&kind)?;
                let LogicalLine { number, ref text } = line;
                instructions.push(Instruction { line: number, text: text.clone(), kind });
            }
        }
        if instructions.len() > INSTRUCTION_LIMIT {
            let message =
                format!("more than {INSTRUCTION_LIMIT} instructions: join RUN commands with `&&`");
            return Err(ParseError::new(line.number, message));
        }
    }
    let Some((base, base_line)) = from else {
        return Err(ParseError::new(last, "there is no FROM: name the base image first"));
    };
    Ok(Dockerfile { base, base_line, escape, global_arguments, instructions })
}

/// One line at work.
struct Reader<'a> {
    line: &'a LogicalLine,
    escape: char,
}

type Result<T, E = ParseError> = std::result::Result<T, E>;

impl Reader<'_> {
    fn fail(&self, message: impl Into<String>) -> ParseError {
        ParseError::new(self.line.number, message)
    }

    fn keyword(&self) -> (String, &str) {
        let text = self.line.text.as_str();
        let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        (word.to_uppercase(), rest.trim())
    }

    fn from(&self, rest: &str, arguments: &[(String, String)]) -> Result<String> {
        let (flags, rest) = words::flags(rest);
        if let Some((flag, _)) = flags.first() {
            return Err(self.fail(format!("FROM --{flag} is not supported yet")));
        }
        let words: Vec<&str> = rest.split_whitespace().collect();
        let word = match words[..] {
            [base] => base,
            [base, word, _] if word.eq_ignore_ascii_case("as") => base,
            _ => return Err(self.fail("FROM takes one image, such as `FROM debian:12`")),
        };
        let lookup = |name: &str| {
            arguments.iter().rev().find(|(known, _)| known == name).map(|(_, v)| v.clone())
        };
        let base =
            expand(word, self.escape, &lookup).map_err(|error| self.fail(error.to_string()))?;
        match base.as_str() {
            "" => Err(self.fail(format!("FROM {word} names no image: its variables are empty"))),
            "scratch" => Err(self.fail("FROM scratch is not supported yet: name a base image")),
            _ => Ok(base),
        }
    }

    fn global_arguments(&self, rest: &str, known: &mut Vec<(String, String)>) -> Result<()> {
        for Argument { name, default } in self.arguments(rest)? {
            let lookup = |wanted: &str| {
                known.iter().rev().find(|(name, _)| name == wanted).map(|(_, v)| v.clone())
            };
            if let Some(default) = default {
                let value = expand(&default, self.escape, &lookup)
                    .map_err(|error| self.fail(error.to_string()))?;
                known.push((name, value));
            }
        }
        Ok(())
    }

    fn instruction(&self, keyword: &str, rest: &str) -> Result<Kind> {
        match keyword {
            "RUN" => self.run(rest),
            "COPY" => self.copy(rest).map(Kind::Copy),
            "ENV" => self.pairs(keyword, rest).map(Kind::Env),
            "LABEL" => self.pairs(keyword, rest).map(Kind::Label),
            "WORKDIR" => self.one(keyword, rest).map(Kind::Workdir),
            "USER" => self.one(keyword, rest).map(Kind::User),
            "CMD" => self.command(keyword, rest).map(Kind::Cmd),
            "ENTRYPOINT" => self.command(keyword, rest).map(Kind::Entrypoint),
            "EXPOSE" => self.expose(rest).map(Kind::Expose),
            "ARG" => self.arguments(rest).map(Kind::Arg),
            "SHELL" => match exec_form(rest) {
                Some(shell) if !shell.is_empty() => Ok(Kind::Shell(shell)),
                _ => Err(self.fail("SHELL takes a JSON array, such as [\"/bin/bash\", \"-c\"]")),
            },
            "ADD" => Err(self.fail(
                "ADD is not supported yet: use COPY for files of the context, and RUN to download",
            )),
            "VOLUME" => Err(self.fail("VOLUME is not supported yet: remove the line")),
            "HEALTHCHECK" => Err(self.fail("HEALTHCHECK is not supported yet: remove the line")),
            "STOPSIGNAL" => Err(self.fail("STOPSIGNAL is not supported yet: remove the line")),
            "ONBUILD" => Err(self.fail("ONBUILD is not supported yet")),
            "MAINTAINER" => Err(self.fail("MAINTAINER is not supported: use LABEL maintainer=…")),
            other => {
                let other: String = other.chars().take(40).collect();
                Err(self.fail(format!("there is no instruction `{other}`")))
            }
        }
    }

    fn run(&self, rest: &str) -> Result<Kind> {
        let (flags, rest) = words::flags(rest);
        if let Some((flag, _)) = flags.first() {
            return Err(self.fail(format!("RUN --{flag} is not supported yet")));
        }
        if words::split(rest, self.escape).iter().any(|word| words::opens_here_document(word)) {
            return Err(self.fail(
                "here-documents are not supported yet: put the commands on continued lines",
            ));
        }
        match self.command("RUN", rest)? {
            CommandLine::Exec(words) if words.is_empty() => Err(self.fail("RUN needs a command")),
            command => Ok(Kind::Run(command)),
        }
    }

    fn command(&self, keyword: &str, rest: &str) -> Result<CommandLine> {
        if rest.is_empty() {
            return Err(self.fail(format!("{keyword} needs a command")));
        }
        if let Some(words) = exec_form(rest) {
            return Ok(CommandLine::Exec(words));
        }
        // Docker would hand `['a']` to the shell, where it can only fail when a visitor comes.
        if rest.starts_with("['") && rest.ends_with(']') {
            return Err(self.fail(format!(
                "{keyword} looks like a JSON array, but is none: use double quotes, as in [\"a\"]"
            )));
        }
        Ok(CommandLine::Shell(rest.to_owned()))
    }

    fn copy(&self, rest: &str) -> Result<Copy> {
        let (flags, rest) = words::flags(rest);
        let (mut owner, mut mode) = (None, None);
        for (flag, value) in flags {
            let slot = match flag {
                "chown" => &mut owner,
                "chmod" => &mut mode,
                "from" => {
                    return Err(self.fail(
                        "COPY --from is not supported yet: there is one stage, and its context",
                    ));
                }
                other => return Err(self.fail(format!("COPY --{other} is not supported yet"))),
            };
            match value {
                Some(value) if !value.is_empty() => *slot = Some(value.to_owned()),
                _ => return Err(self.fail(format!("COPY --{flag} needs a value"))),
            }
        }
        let mut paths =
            exec_form(rest).unwrap_or_else(|| rest.split_whitespace().map(str::to_owned).collect());
        if paths.iter().any(|path| words::opens_here_document(path)) {
            return Err(self.fail("here-documents are not supported yet: copy a file instead"));
        }
        let destination = paths.pop().unwrap_or_default();
        if paths.is_empty() {
            return Err(self.fail("COPY needs at least one source and a destination"));
        }
        Ok(Copy { sources: paths, destination, owner, mode })
    }

    /// `name=value …`, or the older `name value`.
    fn pairs(&self, keyword: &str, rest: &str) -> Result<Vec<Pair>> {
        let words = words::split(rest, self.escape);
        let Some(first) = words.first() else {
            return Err(self.fail(format!("{keyword} needs a name and a value")));
        };
        if !first.contains('=') {
            let (name, value) = rest.split_once(char::is_whitespace).ok_or_else(|| {
                self.fail(format!("{keyword} {first} has no value: write {first}=value"))
            })?;
            return Ok(vec![Pair { name: name.to_owned(), value: value.trim().to_owned() }]);
        }
        let pair = |word: &String| match word.split_once('=') {
            Some(("", _)) => Err(self.fail(format!("{keyword} {word}: the name is empty"))),
            Some((name, value)) => Ok(Pair { name: name.to_owned(), value: value.to_owned() }),
            None => Err(self.fail(format!(
                "{keyword} {word}: name=value is expected; put quotes around a value with spaces"
            ))),
        };
        words.iter().map(pair).collect()
    }

    fn one(&self, keyword: &str, rest: &str) -> Result<String> {
        if rest.is_empty() {
            return Err(self.fail(format!("{keyword} needs a value")));
        }
        Ok(rest.to_owned())
    }

    fn arguments(&self, rest: &str) -> Result<Vec<Argument>> {
        let words = words::split(rest, self.escape);
        if words.is_empty() {
            return Err(self.fail("ARG needs a name"));
        }
        let argument = |word: String| {
            let (name, default) = match word.split_once('=') {
                Some((name, default)) => (name.to_owned(), Some(default.to_owned())),
                None => (word, None),
            };
            let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
            if name.is_empty() || !name.bytes().all(plain) {
                return Err(self.fail(format!("ARG {name}: not a name of a variable")));
            }
            Ok(Argument { name, default })
        };
        words.into_iter().map(argument).collect()
    }

    fn expose(&self, rest: &str) -> Result<Vec<String>> {
        let words: Vec<String> = rest.split_whitespace().map(str::to_owned).collect();
        if words.is_empty() {
            return Err(self.fail("EXPOSE needs a port"));
        }
        match words.iter().find(|word| !word.contains('$') && !is_port(word)) {
            Some(word) => Err(self.fail(format!("EXPOSE {word}: not a port such as 80 or 53/udp"))),
            None => Ok(words),
        }
    }

    /// Finds quotes and braces that are never closed now, rather than when the build is half done.
    fn check(&self, kind: &Kind) -> Result<()> {
        let words: Vec<&String> = match kind {
            Kind::Env(pairs) | Kind::Label(pairs) => {
                pairs.iter().flat_map(|pair| [&pair.name, &pair.value]).collect()
            }
            Kind::Workdir(word) | Kind::User(word) => vec![word],
            Kind::Copy(copy) => copy
                .sources
                .iter()
                .chain([&copy.destination])
                .chain(&copy.owner)
                .chain(&copy.mode)
                .collect(),
            Kind::Expose(words) => words.iter().collect(),
            Kind::Arg(arguments) => arguments.iter().filter_map(|a| a.default.as_ref()).collect(),
            Kind::Run(_) | Kind::Cmd(_) | Kind::Entrypoint(_) | Kind::Shell(_) => vec![],
        };
        for word in words {
            match expand(word, self.escape, &|_| None) {
                // Whether a variable is set is known only when the base image is.
                Ok(_) | Err(super::ExpandError::Required(..)) => {}
                Err(error) => return Err(self.fail(error.to_string())),
            }
        }
        Ok(())
    }
}

/// Whether this is `80`, `8000-8010` or `53/udp`.
pub(in crate::builds) fn is_port(word: &str) -> bool {
    let (ports, protocol) = word.split_once('/').unwrap_or((word, "tcp"));
    let port = |text: &str| text.parse::<u16>().is_ok_and(|port| port > 0);
    let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
    port(first)
        && port(last)
        && matches!(protocol.to_ascii_lowercase().as_str(), "tcp" | "udp" | "sctp")
}

/// The JSON array that the text is, if it is one of strings.
fn exec_form(text: &str) -> Option<Vec<String>> {
    if !text.starts_with('[') {
        return None;
    }
    serde_json::from_str(text).ok()
}
