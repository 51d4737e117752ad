//! Instructions that change the image's configuration only, and what variables stand for.

use super::{Ending, Execution};
use crate::builds::dockerfile::{self, Argument, CommandLine, Kind, Pair, is_port};
use serde_json::json;

impl Execution<'_> {
    /// A word with its variables filled in.
    pub(super) fn expand(&self, line: u32, word: &str) -> Result<String, Ending> {
        let lookup = |name: &str| {
            let variable = self.image.config.variable(name).map(str::to_owned);
            variable.or_else(|| self.arguments.get(name).cloned())
        };
        dockerfile::expand(word, self.plan.escape, &lookup)
            .map_err(|error| Ending::expansion(line, &error))
    }

    /// The environment of commands: build arguments, then the image's variables over them.
    pub(super) fn environment(&self) -> Vec<String> {
        let config = &self.image.config;
        let shadowed = |name: &str| config.variable(name).is_some();
        let arguments = self.arguments.iter().filter(|(name, _)| !shadowed(name));
        let arguments = arguments.map(|(name, value)| format!("{name}={value}"));
        arguments.chain(config.variables().map(|(name, value)| format!("{name}={value}"))).collect()
    }

    /// A command as the program and its arguments.
    pub(super) fn argv(&self, command: &CommandLine) -> Vec<String> {
        match command {
            CommandLine::Exec(words) => words.clone(),
            CommandLine::Shell(text) => self.shell.iter().chain([text]).cloned().collect(),
        }
    }

    /// Carries out an instruction that makes no layer.
    pub(super) fn metadata(&mut self, line: u32, kind: &Kind) -> Result<(), Ending> {
        match kind {
            Kind::Env(pairs) => {
                for (name, value) in self.expand_pairs(line, pairs)? {
                    self.image.config.set(&name, &value);
                }
            }
            Kind::Label(pairs) => {
                let pairs = self.expand_pairs(line, pairs)?;
                self.image.config.labels.get_or_insert_default().extend(pairs);
            }
            Kind::User(word) => {
                let user = self.expand(line, word)?;
                if user.is_empty() {
                    return Err(Ending::dockerfile(line, format!("USER {word} names nobody")));
                }
                self.image.config.user = Some(user);
            }
            Kind::Cmd(command) => {
                self.command_set = true;
                self.image.config.cmd = Some(self.argv(command));
            }
            Kind::Entrypoint(command) => {
                self.image.config.entrypoint = Some(self.argv(command));
                if !self.command_set {
                    self.image.config.cmd = None;
                }
            }
            Kind::Expose(words) => self.expose(line, words)?,
            Kind::Arg(arguments) => self.arguments(line, arguments)?,
            Kind::Shell(shell) => {
                self.shell.clone_from(shell);
                self.image.config.shell = Some(shell.clone());
            }
            // These make layers, and never come here.
            Kind::Run(_) | Kind::Copy(_) | Kind::Workdir(_) => {}
        }
        Ok(())
    }

    /// All with the variables as they were before the instruction, as with Docker.
    fn expand_pairs(&self, line: u32, pairs: &[Pair]) -> Result<Vec<(String, String)>, Ending> {
        let expand =
            |Pair { name, value }: &Pair| Ok((self.expand(line, name)?, self.expand(line, value)?));
        pairs.iter().map(expand).collect()
    }

    fn expose(&mut self, line: u32, words: &[String]) -> Result<(), Ending> {
        for word in words {
            let port = self.expand(line, word)?;
            if !is_port(&port) {
                let message = format!("EXPOSE {port}: not a port such as 80 or 53/udp");
                return Err(Ending::dockerfile(line, message));
            }
            let port = if port.contains('/') { port.to_lowercase() } else { format!("{port}/tcp") };
            self.image.config.exposed_ports.get_or_insert_default().insert(port, json!({}));
        }
        Ok(())
    }

    /// Build arguments take their default, else the value that stands before FROM.
    fn arguments(&mut self, line: u32, arguments: &[Argument]) -> Result<(), Ending> {
        for Argument { name, default } in arguments {
            let value = match default {
                Some(default) => Some(self.expand(line, default)?),
                None => {
                    let before = self.plan.global_arguments.iter().rev();
                    before.into_iter().find(|(known, _)| known == name).map(|(_, v)| v.clone())
                }
            };
            if let Some(value) = value {
                self.arguments.insert(name.clone(), value);
            }
        }
        Ok(())
    }
}
