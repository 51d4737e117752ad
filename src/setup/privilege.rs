//! Giving up root. Only the supervisor keeps it.

use anyhow::{Context, Result, bail};
use nix::unistd::{Gid, Uid, User, geteuid, setgroups, setresgid, setresuid};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The user that the server runs as.
#[derive(Debug, Clone)]
pub struct Account {
    pub name: String,
    pub uid: Uid,
    pub gid: Gid,
}

impl Account {
    /// Looks up the user that an operator named.
    pub fn named(name: &str) -> Result<Self> {
        let user =
            User::from_name(name).with_context(|| format!("looking up the user `{name}`"))?;
        let Some(user) = user else {
            bail!(
                "there is no user `{name}` on this machine: make it with \
                 `useradd --system --no-create-home --shell /usr/sbin/nologin {name}`, \
                 or name another one with --user"
            );
        };
        if user.uid.is_root() {
            bail!("the server does not run as root: name an ordinary user with --user");
        }
        Ok(Self { name: user.name, uid: user.uid, gid: user.gid })
    }
}

/// The native engine's supervisor needs root.
pub fn require_root() -> Result<()> {
    if geteuid().is_root() {
        return Ok(());
    }
    bail!(
        "the native engine needs root to make sandboxes (the server itself gives it up right \
         after its start): run trythis as root, for example with sudo"
    )
}

/// Becomes `account` for good. Must happen while the process has one thread.
pub fn drop_to(account: &Account) -> Result<()> {
    setgroups(&[account.gid])
        .and_then(|()| setresgid(account.gid, account.gid, account.gid))
        .and_then(|()| setresuid(account.uid, account.uid, account.uid))
        .with_context(|| format!("becoming the user `{}`", account.name))?;
    nix::sys::prctl::set_no_new_privs().context("giving up new privileges")?;
    if setresuid(Uid::from_raw(0), Uid::from_raw(0), Uid::from_raw(0)).is_ok() {
        bail!("root could be regained after giving it up");
    }
    Ok(())
}

/// Lets this process have as many files open as it may: each sandbox and each viewer takes some,
/// and the usual 1,024 are soon used up.
pub fn raise_open_files() -> Result<()> {
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })
        .context("raising the limit of open files")
}
