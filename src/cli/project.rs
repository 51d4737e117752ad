//! `trythis project …`.

use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum ProjectCommand {
    /// Publish a project, and follow its first build
    Create(Create),
    /// Build a project again, and follow the build
    Build(Build),
    /// List what can be tried, and your own projects
    Ls(Ls),
    /// Try a project in this terminal; Ctrl-] leaves
    Try(Try),
}

/// Which server, and as whom.
#[derive(Debug, Args)]
#[command(next_help_heading = "Server")]
pub struct Server {
    /// The server's address
    #[arg(long, env = "TRYTHIS_URL", default_value = "http://127.0.0.1:8080")]
    pub server: String,
    /// A token, made at /account/tokens; else the one in ~/.config/trythis/token
    #[arg(long, env = "TRYTHIS_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
}

#[derive(Debug, Args)]
pub struct Create {
    /// What to call it; its address is made of this
    pub name: String,
    /// An install script to build it with
    #[arg(long, required_unless_present = "dockerfile", conflicts_with = "dockerfile")]
    pub script: Option<PathBuf>,
    /// A Dockerfile to build it with
    #[arg(long)]
    pub dockerfile: Option<PathBuf>,
    /// The files that the Dockerfile copies: a folder, or a tar archive
    #[arg(long, requires = "dockerfile")]
    pub context: Option<PathBuf>,
    /// One of the server's categories, such as Tools or Games
    #[arg(long, default_value = "Tools")]
    pub category: String,
    /// A line that says what it is
    #[arg(long)]
    pub short: String,
    /// The project's page, in Markdown
    #[arg(long)]
    pub description: Option<PathBuf>,
    /// The image that the script starts from
    #[arg(long, default_value = "debian:12", conflicts_with = "dockerfile")]
    pub base: String,
    /// What a visitor meets; a shell where nothing is said
    #[arg(long, default_value = "", conflicts_with = "dockerfile")]
    pub command: String,
    #[command(flatten)]
    pub server: Server,
}

#[derive(Debug, Args)]
pub struct Build {
    /// The project, as in its address
    pub slug: String,
    #[command(flatten)]
    pub server: Server,
}

#[derive(Debug, Args)]
pub struct Ls {
    /// Only those of this category
    #[arg(long)]
    pub category: Option<String>,
    /// Only those of this maintainer
    #[arg(long)]
    pub owner: Option<String>,
    /// One JSON document, for programs
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: Server,
}

#[derive(Debug, Args)]
pub struct Try {
    /// The project, as in its address
    pub slug: String,
    /// Let a sandbox of yours that is still running give way
    #[arg(long)]
    pub replace: bool,
    #[command(flatten)]
    pub server: Server,
}
