//! What a Dockerfile says, once it is read.

/// A Dockerfile with one stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dockerfile {
    /// The image that FROM names, its variables filled in.
    pub base: String,
    /// The line of FROM.
    pub base_line: u32,
    /// The escape character: `\`, or what the directive `# escape=` says.
    pub escape: char,
    /// Arguments from before FROM, with their values.
    pub global_arguments: Vec<(String, String)>,
    /// What follows FROM, in order.
    pub instructions: Vec<Instruction>,
}

/// One instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    /// The line on which it starts, counted from 1.
    pub line: u32,
    /// Its text on one line, for the log.
    pub text: String,
    /// What it says.
    pub kind: Kind,
}

/// The instructions that are understood. Words that may hold variables are kept as they were
/// written, quotes included: [`super::expand`] fills them in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Run a command in a new layer.
    Run(CommandLine),
    /// Copy files of the context into the image.
    Copy(Copy),
    /// Set environment variables.
    Env(Vec<Pair>),
    /// Change the working directory; it is made where it does not exist.
    Workdir(String),
    /// Change the user of later commands and of the image.
    User(String),
    /// The image's command, or the arguments of its entry point.
    Cmd(CommandLine),
    /// The image's entry point.
    Entrypoint(CommandLine),
    /// Labels of the image.
    Label(Vec<Pair>),
    /// Ports, such as `80` or `53/udp`.
    Expose(Vec<String>),
    /// Build arguments.
    Arg(Vec<Argument>),
    /// The shell of later shell forms.
    Shell(Vec<String>),
}

/// A command in one of its two forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandLine {
    /// Text for a shell.
    Shell(String),
    /// A JSON array: the program and its arguments.
    Exec(Vec<String>),
}

/// `name=value`, both as they were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The name.
    pub name: String,
    /// The value.
    pub value: String,
}

/// A build argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// Its default, as it was written.
    pub default: Option<String>,
}

/// `COPY [--chown=…] [--chmod=…] source… destination`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// Paths and patterns in the context; at least one.
    pub sources: Vec<String>,
    /// A path in the image.
    pub destination: String,
    /// The owner, `user[:group]`; root where it is missing.
    pub owner: Option<String>,
    /// The permissions, in octal digits.
    pub mode: Option<String>,
}
