//! Who is kept out, who says so, and what becomes of what they run?
//!
//! Bans are read from the database and kept for a second, so that one that is set anywhere (another
//! web server, the command line) holds everywhere at once.

mod command;
pub mod words;

pub use command::{BanError, Bans as BanBook};

use crate::{
    builds,
    db::{Db, DbError},
    error::Error,
    http::address::Prefix,
    i18n::t,
    input::FieldErrors,
    models::{
        audit::{self, Event},
        bans as rows, now,
        oversight::{self, LiveSandbox},
        roles, users,
    },
    policy::{
        self, Action, Asker, Role,
        ban::{Ban, Suspect, can_be_banned, in_force, is_too_wide},
        is_the_sites_own,
        subject::{Network, Subject},
    },
    service::Services,
    tries,
};
use std::{
    collections::HashSet,
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::Mutex;

/// How long what was read counts.
const AGE: Duration = Duration::from_secs(1);

/// The bans as they were read last.
#[derive(Debug, Default)]
pub struct Bans(Mutex<Option<(Instant, Arc<[Ban]>)>>);

impl Bans {
    /// Refuses whoever is banned.
    ///
    /// # Errors
    /// [`Error::Banned`]; when the database fails.
    pub async fn check(&self, db: &Db, asker: &Asker) -> Result<(), Error> {
        let bans = self.read(db).await?;
        match in_force(&bans, Suspect::of(asker), now()) {
            Some(ban) => Err(Error::Banned(Box::new(ban.clone()))),
            None => Ok(()),
        }
    }

    async fn read(&self, db: &Db) -> Result<Arc<[Ban]>, DbError> {
        // Whoever comes while they are read waits, and need not read them again.
        let mut kept = self.0.lock().await;
        if let Some((at, bans)) = kept.as_ref()
            && at.elapsed() < AGE
        {
            return Ok(bans.clone());
        }
        let at = Instant::now();
        let bans: Arc<[Ban]> = db.read(rows::all).await?.into();
        *kept = Some((at, bans.clone()));
        Ok(bans)
    }

    /// What was read counts no more: the next who asks reads it again.
    pub async fn forget(&self) {
        *self.0.lock().await = None;
    }
}

/// Every ban, the newest first; those that are over too.
///
/// # Errors
/// Where the asker may not see them, or the database fails.
pub async fn list(services: &Services, asker: &Asker, here: &str) -> Result<Vec<Ban>, Error> {
    policy::check(asker.actor, Action::Oversee, here, Error::NoSuchPage)?;
    Ok(services.db.read(rows::all).await?)
}

/// Keeps somebody out from now on, and ends what they run and build.
///
/// # Errors
/// Where the asker may not, it would keep an administrator out, or the database fails.
pub async fn set(services: &Services, asker: &Asker, ban: Ban) -> Result<(), Error> {
    write(&services.db, asker, ban).await?;
    services.bans.forget().await;
    // The ban holds; what cannot be ended now is tried again by the reconciler.
    if let Err(error) = enforce(services).await {
        tracing::warn!(%error, "what the banned run and build will be ended later");
    }
    Ok(())
}

/// Lets somebody in again; tells whether they were kept out.
///
/// # Errors
/// Where the asker may not, or the database fails.
pub async fn lift(services: &Services, asker: &Asker, subject: Subject) -> Result<bool, Error> {
    let lifted = remove(&services.db, asker, subject).await?;
    services.bans.forget().await;
    Ok(lifted)
}

/// Why a ban is not written.
enum Refused {
    NoSuchUser,
    Administrator,
    SitesOwn,
}

/// Whether a network may be kept out: not where that would keep out who asks, or half the world.
fn check_network(network: Network, asker: &Asker) -> Result<(), Error> {
    let words = if is_too_wide(network) {
        t("This network is too wide: much of the internet would be kept out. Give one of /8 or \
           smaller (IPv4), or of /16 or smaller (IPv6).")
    } else if asker.prefix.is_some_and(|own| network.contains(own)) {
        t("You come from this network yourself. Nobody could log in from it any more.")
    } else {
        return Ok(());
    };
    Err(Error::Fields(FieldErrors::of("subject", words)))
}

async fn write(db: &Db, asker: &Asker, ban: Ban) -> Result<(), Error> {
    policy::check(asker.actor, Action::Administer, "/admin/bans", Error::NoSuchPage)?;
    if let Subject::OneNetwork(network) = ban.subject {
        check_network(network, asker)?;
    }
    let event = Event::by(asker, "ban.set", ban.subject.to_string()).saying(words::noted(&ban));
    let done = db.write(move |conn| {
        if let Subject::OneUser(name) = &ban.subject {
            match users::by_name(conn, name)? {
                None => return Ok(Err(Refused::NoSuchUser)),
                Some(user) if is_the_sites_own(&user.name) => return Ok(Err(Refused::SitesOwn)),
                Some(user) if !can_be_banned(&user.name, user.role) => {
                    return Ok(Err(Refused::Administrator));
                }
                Some(_) => {}
            }
        }
        rows::set(conn, &ban)?;
        audit::add(conn, &event).map(Ok)
    });
    done.await?.map_err(|refused| match refused {
        Refused::NoSuchUser => Error::NoSuchUser,
        Refused::Administrator => {
            let words = t("This account looks after the site. Take that role away first.");
            Error::Fields(FieldErrors::of("subject", words))
        }
        Refused::SitesOwn => {
            let words = t("This account is the site's own: nobody can log in as it.");
            Error::Fields(FieldErrors::of("subject", words))
        }
    })
}

async fn remove(db: &Db, asker: &Asker, subject: Subject) -> Result<bool, Error> {
    policy::check(asker.actor, Action::Administer, "/admin/bans", Error::NoSuchPage)?;
    let event = Event::by(asker, "ban.lift", subject.to_string());
    let removed = db.write(move |conn| {
        let removed = rows::remove(conn, &subject)?;
        if removed {
            audit::add(conn, &event)?;
        }
        Ok(removed)
    });
    Ok(removed.await?)
}

/// Ends the sandboxes and the builds of whoever is banned, however the ban came about. Nobody's
/// network is known of a build, so those are the banned accounts'.
///
/// # Errors
/// When the database or the container server cannot be asked.
pub async fn enforce(services: &Services) -> Result<(), Error> {
    let bans = services.bans.read(&services.db).await?;
    let moment = now();
    if !bans.iter().any(|ban| ban.is_in_force(moment)) {
        return Ok(());
    }
    let found = services.db.read(|conn| {
        let living = oversight::sandboxes(conn, i64::MAX)?;
        Ok((living, oversight::under_way_of_owners(conn)?, roles::administrators(conn)?))
    });
    let (living, building, administrators) = found.await?;
    let administrators: HashSet<String> = administrators.into_iter().collect();
    for sandbox in living {
        if in_force(&bans, suspect(&sandbox, &administrators), moment).is_some() {
            tries::stop(services, &Asker::system(), &sandbox.id, false).await?;
        }
    }
    for (build, owner) in building {
        let who = Suspect { account: Some(account(&owner, &administrators)), prefix: None };
        if in_force(&bans, who, moment).is_some() {
            builds::cancel(services, &Asker::system(), build).await?;
        }
    }
    Ok(())
}

/// Whoever started a sandbox.
fn suspect<'a>(sandbox: &'a LiveSandbox, administrators: &HashSet<String>) -> Suspect<'a> {
    let address = sandbox.address.split('/').next().and_then(|text| text.parse::<IpAddr>().ok());
    Suspect {
        account: sandbox.user.as_deref().map(|name| account(name, administrators)),
        prefix: address.map(Prefix::from),
    }
}

fn account<'a>(name: &'a str, administrators: &HashSet<String>) -> (&'a str, Role) {
    match administrators.contains(name) {
        true => (name, Role::Administrator),
        false => (name, Role::User),
    }
}
