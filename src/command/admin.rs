//! `trythis admin`: who looks after the site, and who is kept out of it. Speaks to the database itself, so that it works with
//! the server running or not, and for the first administrator too.

use crate::{
    cli::{AdminCommand, AdminOptions},
    setup::{
        data::DataFolder,
        database,
        privilege::{self, Account},
    },
};
use anyhow::{Result, bail};
use web::{Administrators, BanBook, DatabaseUrl};

/// Runs one of the commands.
pub fn run(command: AdminCommand) -> Result<()> {
    let options = match &command {
        AdminCommand::Grant { options, .. }
        | AdminCommand::Revoke { options, .. }
        | AdminCommand::Ls { options }
        | AdminCommand::Ban { options, .. }
        | AdminCommand::Unban { options, .. }
        | AdminCommand::Bans { options } => options,
    };
    let database = prepare(options)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match &command {
            AdminCommand::Grant { .. } | AdminCommand::Revoke { .. } | AdminCommand::Ls { .. } => {
                roles(&command, &Administrators::open(database).await?).await
            }
            AdminCommand::Ban { .. } | AdminCommand::Unban { .. } | AdminCommand::Bans { .. } => {
                bans(&command, &BanBook::open(database).await?).await
            }
        }
    })
}

async fn roles(command: &AdminCommand, administrators: &Administrators) -> Result<()> {
    match command {
        AdminCommand::Grant { name, .. } => {
            let news = administrators.grant(name).await?;
            println!("{name} {}", if news { "is an administrator now" } else { "is one already" });
        }
        AdminCommand::Revoke { name, .. } => {
            let news = administrators.revoke(name).await?;
            let said = if news { "is no administrator any more" } else { "is none" };
            println!("{name} {said}");
        }
        _ => {
            for name in administrators.list().await? {
                println!("{name}");
            }
        }
    }
    Ok(())
}

async fn bans(command: &AdminCommand, book: &BanBook) -> Result<()> {
    match command {
        AdminCommand::Ban { subject, reason, days, .. } => {
            println!("{} is banned now", book.set(subject, reason, *days).await?);
        }
        AdminCommand::Unban { subject, .. } => {
            let news = book.lift(subject).await?;
            println!("{subject} {}", if news { "is let in again" } else { "was not banned" });
        }
        _ => {
            for line in book.list().await? {
                println!("{line}");
            }
        }
    }
    Ok(())
}

/// Where the database is. Gives root up for good first: a file of root's beside the database would
/// keep the server out of it.
fn prepare(options: &AdminOptions) -> Result<DatabaseUrl> {
    let account = match nix::unistd::geteuid().is_root() {
        true => Some(Account::named(&options.data.user)?),
        false => None,
    };
    if let Some(account) = &account {
        privilege::drop_to(account)?;
    }
    let database = match database::named(&options.database)? {
        Some(named) => named,
        None => DatabaseUrl::Sqlite(DataFolder::existing(&options.data.path)?.database()),
    };
    match &database {
        DatabaseUrl::Sqlite(path) if !path.exists() => bail!(
            "there is no database at {}: start the server first, or name its folder with --data",
            path.display()
        ),
        _ => Ok(database),
    }
}
