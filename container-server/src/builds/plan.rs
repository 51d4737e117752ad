//! What a build does, step by step: a Dockerfile and an install script end up the same here.

use super::{
    BuildError,
    dockerfile::{self, CommandLine, Kind},
    reference::Base,
    script::{self, Script},
};
use container_api::BuildSource;

/// A build that can be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    /// The base image, as it was named.
    pub base: String,
    /// The escape character of the words in the steps.
    pub escape: char,
    /// Arguments from before FROM.
    pub global_arguments: Vec<(String, String)>,
    /// What follows FROM.
    pub steps: Vec<Step>,
}

/// One step of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    /// The line in the Dockerfile; 0 where there is none.
    pub line: u32,
    /// What the log calls it.
    pub text: String,
    /// What it does.
    pub action: Action,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Action {
    /// An instruction of a Dockerfile.
    Instruction(Kind),
    /// An install script.
    Script(Script),
}

impl Plan {
    /// Reads what a build is asked to do.
    pub(super) fn new(source: &BuildSource) -> Result<Self, BuildError> {
        match source {
            BuildSource::Script { base, script, command } => {
                let base = base.trim();
                if Base::parse(base).is_none() {
                    return Err(BuildError::Base(base.chars().take(200).collect()));
                }
                Ok(Self::of_script(base, Script::new(script)?, command))
            }
            BuildSource::Dockerfile { dockerfile, context } => {
                let plan = Self::of_dockerfile(dockerfile::parse(dockerfile)?)?;
                let copies =
                    |step: &&Step| matches!(step.action, Action::Instruction(Kind::Copy(_)));
                match plan.steps.iter().find(copies) {
                    Some(step) if context.is_none() => Err(dockerfile::ParseError {
                        line: step.line,
                        message: "COPY needs a build context: upload the files with the Dockerfile"
                            .to_owned(),
                    }
                    .into()),
                    _ => Ok(plan),
                }
            }
        }
    }

    fn of_dockerfile(dockerfile: dockerfile::Dockerfile) -> Result<Self, BuildError> {
        let dockerfile::Dockerfile { base, base_line, escape, global_arguments, instructions } =
            dockerfile;
        if Base::parse(&base).is_none() {
            let base: String = base.chars().take(200).collect();
            let message = format!("`{base}` is not the name of an image, such as `debian:12`");
            return Err(dockerfile::ParseError { line: base_line, message }.into());
        }
        let step = |instruction: dockerfile::Instruction| Step {
            line: instruction.line,
            text: instruction.text,
            action: Action::Instruction(instruction.kind),
        };
        let steps = instructions.into_iter().map(step).collect();
        Ok(Self { base, escape, global_arguments, steps })
    }

    fn of_script(base: &str, script: Script, command: &str) -> Self {
        let shown = match command.trim() {
            "" => "(a shell)".to_owned(),
            command => command.to_owned(),
        };
        let command = script::visitor_command(command);
        let instruction =
            |text: String, kind| Step { line: 0, text, action: Action::Instruction(kind) };
        let steps = vec![
            instruction("WORKDIR /root".into(), Kind::Workdir("/root".into())),
            Step { line: 0, text: script.step(), action: Action::Script(script) },
            instruction(format!("CMD {shown}"), Kind::Cmd(CommandLine::Exec(command))),
        ];
        Self { base: base.to_owned(), escape: '\\', global_arguments: Vec::new(), steps }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use container_api::ContextId;

    fn dockerfile(text: &str, context: bool) -> Result<Plan, BuildError> {
        Plan::new(&BuildSource::Dockerfile {
            dockerfile: text.to_owned(),
            context: context.then(ContextId::random),
        })
    }

    fn script(base: &str, script: &str) -> Result<Plan, BuildError> {
        Plan::new(&BuildSource::Script {
            base: base.to_owned(),
            script: script.to_owned(),
            command: "jq --help".to_owned(),
        })
    }

    #[test]
    fn both_sources_become_steps() {
        let plan = dockerfile("FROM debian:12\nRUN a\nCOPY b c", true).expect("good");
        assert_eq!(plan.base, "debian:12");
        assert_eq!(plan.steps.iter().map(|step| step.line).collect::<Vec<_>>(), [2, 3]);
        let plan = script(" debian:12 ", "apt-get install jq").expect("good");
        let texts: Vec<&str> = plan.steps.iter().map(|step| step.text.as_str()).collect();
        let run = "RUN /bin/sh -e -x install.sh";
        assert_eq!(texts, ["WORKDIR /root", run, "CMD jq --help"]);
    }

    #[test]
    fn what_cannot_be_built_is_refused_at_once() {
        let line = |result: Result<Plan, BuildError>| match result {
            Err(BuildError::Dockerfile(error)) => error.line,
            other => panic!("{other:?}"),
        };
        assert_eq!(line(dockerfile("FROM debian:12\nCOPY a b", false)), 2);
        assert_eq!(line(dockerfile("\nFROM Debian", false)), 2);
        assert_eq!(line(dockerfile("FROM a\nFOO", false)), 2);
        assert!(matches!(script("a b", "x"), Err(BuildError::Base(_))));
        assert!(matches!(script("", "x"), Err(BuildError::Base(_))));
        assert!(matches!(script("debian:12", ""), Err(BuildError::Script(_))));
    }
}
