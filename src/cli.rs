//! The command line. Every option is an environment variable too.

mod project;

pub use project::{Build, Create, Ls, ProjectCommand, Server, Try};

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::{ffi::OsString, fmt, net::SocketAddr, path::PathBuf};

/// Try any open-source program in the browser, without installing it and without an account.
#[derive(Debug, Parser)]
#[command(name = "trythis", version, propagate_version = true, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples:
  trythis image bootstrap debian:12          make the Debian base image, once
  trythis serve                              serve on http://127.0.0.1:8080
  trythis project try jq                     try a program in this terminal
  trythis serve --addr 0.0.0.0:80 --data /srv/trythis --public-url https://try.example.org

Logging is set by RUST_LOG, for example RUST_LOG=info,container_server=debug.";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run everything: pages, API, terminals, builds and the registry
    Serve(Serve),
    /// Make and list base images in the embedded registry
    #[command(subcommand)]
    Image(ImageCommand),
    /// Say who looks after the site
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Publish, build, list and try projects of a server, over its API
    #[command(subcommand)]
    Project(ProjectCommand),
    /// Try the walls around sandboxes on this machine, and say what is weak and what to do
    Doctor(Doctor),
    /// The privileged supervisor of sandboxes; `serve` starts it by itself
    #[command(hide = true)]
    Sandboxd(Sandboxd),
}

#[derive(Debug, Args)]
pub struct DataFolder {
    /// The folder that holds everything: database, registry, builds, unpacked images
    #[arg(long = "data", env = "TRYTHIS_DATA", default_value = "/var/lib/trythis")]
    pub path: PathBuf,
    /// The user that the server runs as once it has started; owns the data folder
    #[arg(long = "user", env = "TRYTHIS_USER", default_value = "trythis")]
    pub user: String,
}

/// Where the database is, unless it is in the data folder.
#[derive(Debug, Args)]
pub struct Database {
    /// The database: a file's path, or postgres://<user>:<password>@<host>/<database>
    /// [default: trythis.db in the data folder]
    #[arg(long = "database", env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub url: Option<Confidential>,
}

/// A text that may hold a password: it is shown in no error and no log.
#[derive(Clone, PartialEq, Eq)]
pub struct Confidential(pub String);

impl From<String> for Confidential {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Confidential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Confidential(…)")
    }
}

#[derive(Debug, Args)]
pub struct Serve {
    /// Where to listen
    #[arg(long, env = "TRYTHIS_ADDR", default_value = "127.0.0.1:8080")]
    pub addr: SocketAddr,
    #[command(flatten)]
    pub data: DataFolder,
    #[command(flatten)]
    pub database: Database,
    /// What runs the sandboxes
    #[arg(long, env = "TRYTHIS_ENGINE", default_value = "auto")]
    pub engine: EngineChoice,
    /// The address that browsers use, where it differs from the request's (behind a proxy)
    #[arg(long, env = "TRYTHIS_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// Where sessions and throttles are kept when several web servers share them, such as
    /// redis://127.0.0.1/; without it, in the database and in memory
    #[arg(long, env = "REDIS_URL", hide_env_values = true)]
    pub redis: Option<String>,
    /// Trust X-Forwarded-For and X-Forwarded-Proto: a proxy stands in front and sets them
    #[arg(long, env = "TRYTHIS_BEHIND_PROXY", num_args = 0..=1, default_value_t = false,
          default_missing_value = "true")]
    pub behind_proxy: bool,
    /// A TOML file of the sites that people may log in with: GitHub, Google, OpenID Connect, OAuth 2
    #[arg(long, env = "TRYTHIS_OAUTH", value_name = "FILE")]
    pub oauth: Option<PathBuf>,
    /// One more site that repositories are imported from: github=URL, gitlab=URL or gitea=URL
    #[arg(long, env = "TRYTHIS_IMPORT_FROM", value_name = "KIND=URL", value_delimiter = ',')]
    pub import_from: Vec<web::ForgeConfig>,
    /// A TOML file of a sponsor's banner for the home page: text, link, and image, a file beside it
    #[arg(long, env = "TRYTHIS_SPONSOR", value_name = "FILE")]
    pub sponsor: Option<PathBuf>,
    /// Publish the starter catalogue where it is missing
    #[arg(long, env = "TRYTHIS_STARTER_CATALOGUE", num_args = 0..=1, default_value_t = false,
          default_missing_value = "true")]
    pub starter_catalogue: bool,
    /// Leave sandboxes alive when the server ends in order, for the next one to take over
    #[arg(long, env = "TRYTHIS_KEEP_SANDBOXES", num_args = 0..=1, default_value_t = false,
          default_missing_value = "true")]
    pub keep_sandboxes: bool,
    /// Days that the audit log keeps what was done
    #[arg(long, env = "TRYTHIS_AUDIT_DAYS", default_value_t = 400,
          value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub audit_days: u32,
    #[command(flatten)]
    pub reach: Reach,
    #[command(flatten)]
    pub limits: Limits,
}

/// Whom sandboxes and builds may reach.
#[derive(Debug, Args)]
#[command(next_help_heading = "Network of sandboxes")]
pub struct Reach {
    /// A host that sandboxes reach besides the internet, also in a private network, at a TCP port;
    /// never this machine itself
    #[arg(long, env = "TRYTHIS_ALLOW_HOST", value_name = "HOST:PORT", value_delimiter = ',')]
    pub allow_host: Vec<String>,
    /// The TCP ports that are open to sandboxes on the internet, in place of the usual ones; those
    /// of mail stay closed
    #[arg(long, env = "TRYTHIS_OPEN_PORTS", value_name = "PORT", value_delimiter = ',')]
    pub open_ports: Option<Vec<u16>>,
    /// What one sandbox sends, and what it receives, at most; megabits a second
    #[arg(long, env = "TRYTHIS_MBIT_PER_SECOND", default_value_t = 100,
          value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub mbit_per_second: u64,
}

/// What one sandbox and one build may use.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// Minutes until a sandbox ends
    #[arg(long, env = "TRYTHIS_LIFETIME_MINUTES", default_value_t = 30,
          value_parser = clap::value_parser!(u64).range(1..=10_080))]
    pub lifetime_minutes: u64,
    /// Minutes until a sandbox ends, however often its visitor asks for more time; twice the
    /// lifetime unless told otherwise
    #[arg(long, env = "TRYTHIS_LONGEST_MINUTES",
          value_parser = clap::value_parser!(u64).range(1..=20_160))]
    pub longest_minutes: Option<u64>,
    /// Seconds without an open terminal page until a sandbox ends
    #[arg(long, env = "TRYTHIS_IDLE_SECONDS", default_value_t = 120,
          value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub idle_seconds: u64,
    /// Seconds without an open terminal page until a sandbox freezes; it thaws when somebody opens
    /// one, and ends after the idle seconds. 0: never
    #[arg(long, env = "TRYTHIS_FREEZE_SECONDS", default_value_t = 60,
          value_parser = clap::value_parser!(u64).range(0..=86_400))]
    pub freeze_seconds: u64,
    /// Seconds in which nothing is typed, printed or computed at an open terminal page until its
    /// sandbox freezes; it thaws at the next key. 0: never, since a program that only waits for the
    /// time to pass would stand still before its visitor's eyes
    #[arg(long, env = "TRYTHIS_QUIET_SECONDS", default_value_t = 0,
          value_parser = clap::value_parser!(u64).range(0..=86_400))]
    pub quiet_seconds: u64,
    /// Memory of a sandbox, MiB
    #[arg(long, env = "TRYTHIS_MEMORY_MIB", default_value_t = 512,
          value_parser = clap::value_parser!(u64).range(16..=1_048_576))]
    pub memory_mib: u64,
    /// Processor of a sandbox, thousandths of a core
    #[arg(long, env = "TRYTHIS_CPU_MILLIS", default_value_t = 1_000,
          value_parser = clap::value_parser!(u32).range(10..=1_024_000))]
    pub cpu_millis: u32,
    /// Processes of a sandbox
    #[arg(long, env = "TRYTHIS_PROCESSES", default_value_t = 256,
          value_parser = clap::value_parser!(u32).range(4..=1_000_000))]
    pub processes: u32,
    /// What a sandbox may write, MiB
    #[arg(long, env = "TRYTHIS_DISK_MIB", default_value_t = 256,
          value_parser = clap::value_parser!(u64).range(1..=1_048_576))]
    pub disk_mib: u64,
    /// Seconds a build may take
    #[arg(long, env = "TRYTHIS_BUILD_SECONDS", default_value_t = 900,
          value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub build_seconds: u64,
    /// Sandboxes that may live at once on this server
    #[arg(long, env = "TRYTHIS_MAX_SANDBOXES", default_value_t = 1_000)]
    pub max_sandboxes: usize,
    /// New accounts an hour from one network (/24, /48)
    #[arg(long, env = "TRYTHIS_SIGN_UPS_PER_HOUR", default_value_t = 100,
          value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub sign_ups_per_hour: u32,
    /// New sandboxes a minute from one address prefix (/24, /64)
    #[arg(long, env = "TRYTHIS_TRIES_PER_MINUTE", default_value_t = 10,
          value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub tries_per_minute: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EngineChoice {
    /// The best that this machine offers
    Auto,
    /// The embedded engine: Linux namespaces, no daemon
    Native,
}

#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// Make an account an administrator's
    Grant {
        /// The account's name
        name: String,
        #[command(flatten)]
        options: AdminOptions,
    },
    /// Make an administrator's account an ordinary one
    Revoke {
        /// The account's name
        name: String,
        #[command(flatten)]
        options: AdminOptions,
    },
    /// List the administrators
    Ls {
        #[command(flatten)]
        options: AdminOptions,
    },
    /// Keep an account or a network out, and stop what they have running
    Ban {
        /// An account's name, an address, or a network such as 192.0.2.0/24
        subject: String,
        /// Why; whoever is banned reads it too
        #[arg(long)]
        reason: String,
        /// For how many days [default: until it is lifted]
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=36_500))]
        days: Option<u32>,
        #[command(flatten)]
        options: AdminOptions,
    },
    /// Let an account or a network in again
    Unban {
        /// As it was banned
        subject: String,
        #[command(flatten)]
        options: AdminOptions,
    },
    /// List who is kept out, until when and why
    Bans {
        #[command(flatten)]
        options: AdminOptions,
    },
}

/// Which site.
#[derive(Debug, Args)]
pub struct AdminOptions {
    #[command(flatten)]
    pub data: DataFolder,
    #[command(flatten)]
    pub database: Database,
}

#[derive(Debug, Subcommand)]
pub enum ImageCommand {
    /// Make a base image from the distribution's packages, with mmdebstrap
    Bootstrap(Bootstrap),
    /// Make a base image from a root file system in a tar archive
    Import(Import),
    /// List the images of the embedded registry
    Ls(List),
}

#[derive(Debug, Args)]
pub struct Bootstrap {
    /// Which image: debian:11, debian:12 or debian:13
    pub image: String,
    /// Only if the registry does not hold it and no upstream registry can be reached
    #[arg(long)]
    pub if_needed: bool,
    #[command(flatten)]
    pub data: DataFolder,
}

#[derive(Debug, Args)]
pub struct Import {
    /// What to call it, such as busybox:1.35
    pub image: String,
    /// A tar archive, not compressed
    pub archive: PathBuf,
    #[command(flatten)]
    pub data: DataFolder,
}

#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    pub data: DataFolder,
}

/// Leaves nothing behind, and disturbs no running server.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Where its temporary folder is made: a file system like that of the data folder
    #[arg(long, default_value = "/var/tmp")]
    pub scratch: PathBuf,
}

#[derive(Debug, Args)]
pub struct Sandboxd {
    /// As `sandbox::Config::to_arguments` writes them
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub arguments: Vec<OsString>,
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
