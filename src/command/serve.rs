//! `trythis serve`: puts the services together in one process.
//!
//! ```text
//! as root       data folder, listening socket, supervisor
//! as `trythis`  registry, container server (internal listener), web ── public listener
//! at the end    listeners, then builds and sandboxes, then the supervisor
//! ```

mod services;
mod settings;
mod starter;

use crate::{
    cli::{EngineChoice, Serve},
    setup::{
        data::DataFolder,
        database,
        privilege::{self, Account},
        secrets::Secrets,
    },
};
use anyhow::{Context, Result};
use services::Services;
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
    time::Duration,
};
use tokio::signal::unix::{Signal, SignalKind, signal};
use web::DatabaseUrl;

/// How long the supervisor waits for a server that crashed to come back.
const ORPHAN_GRACE: Duration = Duration::from_secs(600);

/// Serves until it is asked to end.
pub fn run(options: Serve) -> Result<()> {
    privilege::require_root()?;
    // Now: the file and the secrets that it names may be root's alone.
    let oauth = settings::oauth(&options)?;
    let sponsor = settings::sponsor(&options)?;
    let account = Account::named(&options.data.user)?;
    let folder = DataFolder::open(&options.data.path, &account)?;
    let _lock = folder.lock()?;
    let database = database::named(&options.database)?;
    let database = database.unwrap_or_else(|| DatabaseUrl::Sqlite(folder.database()));
    let listener = TcpListener::bind(options.addr).with_context(|| {
        format!("nothing can listen on {}: choose another address with --addr", options.addr)
    })?;
    match options.engine {
        EngineChoice::Auto | EngineChoice::Native => launch_supervisor(&folder, &account)?,
    }
    privilege::drop_to(&account)?;
    privilege::raise_open_files()?;
    let secrets = Secrets::open(&folder.secret())?;
    // What the process holds open crosses the change of user, so nothing above needs root again.
    actix_web::rt::System::new()
        .block_on(serve(options, oauth, sponsor, &folder, database, &secrets, listener))
}

fn launch_supervisor(folder: &DataFolder, account: &Account) -> Result<()> {
    let config = sandbox::Config {
        data: folder.native(),
        socket: folder.supervisor_socket(),
        owner: (account.uid.as_raw(), account.gid.as_raw()),
        subnet: None,
        orphan_grace: ORPHAN_GRACE,
    };
    let program = std::env::current_exe().context("finding the trythis binary")?;
    sandbox::launch::supervisor(&config, &program).context("starting the supervisor of sandboxes")
}

async fn serve(
    options: Serve,
    oauth: web::OAuthConfig,
    sponsor: Option<web::Sponsor>,
    folder: &DataFolder,
    database: DatabaseUrl,
    secrets: &Secrets,
    listener: TcpListener,
) -> Result<()> {
    // Before anything starts, so that an early Ctrl-C ends what has begun in order too.
    let mut asked = AskedToEnd::listen()?;
    let address = reachable(listener.local_addr()?);
    let started = tokio::select! {
        started = Services::start(&options, oauth, sponsor, folder, database, secrets, address) => started,
        () = asked.wait() => return end_supervisor(folder),
    };
    let services = match started {
        Ok(services) => services,
        Err(error) => {
            leave_no_idle_supervisor(folder);
            return Err(error);
        }
    };
    let public = services.listen(listener)?;
    let stop = public.handle();
    let running = tokio::spawn(public);
    println!("trythis is at http://{address}");
    if options.starter_catalogue {
        tokio::spawn(starter::publish(services.web.publish_catalogue(), address));
    }
    asked.wait().await;
    println!("Ending");
    stop.stop(false).await;
    running.await.context("the public listener")??;
    services.end(options.keep_sandboxes).await;
    Ok(())
}

/// The server never came to work, so nobody else tells the supervisor.
fn end_supervisor(folder: &DataFolder) -> Result<()> {
    let supervisor = sandbox::Client::new(folder.supervisor_socket());
    supervisor.shutdown().context("ending the supervisor of sandboxes")
}

/// The server could not start. A supervisor without sandboxes has nothing to wait for; one that holds
/// those of a server that crashed keeps them for the next attempt.
fn leave_no_idle_supervisor(folder: &DataFolder) {
    let supervisor = sandbox::Client::new(folder.supervisor_socket());
    if supervisor.list().is_ok_and(|living| living.is_empty())
        && let Err(error) = supervisor.shutdown()
    {
        tracing::warn!(%error, "the supervisor of sandboxes stays behind");
    }
}

/// Where this machine itself reaches the server.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

/// SIGTERM and SIGINT.
struct AskedToEnd {
    terminate: Signal,
    interrupt: Signal,
}

impl AskedToEnd {
    fn listen() -> Result<Self> {
        let terminate = signal(SignalKind::terminate())?;
        Ok(Self { terminate, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
