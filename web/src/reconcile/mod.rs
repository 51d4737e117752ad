//! Keeps the rows true: follows builds that have not ended, and tries whose sandbox may have.
//!
//! The container server owns the states; web owns the rows. Pages ask it directly and so are right
//! at once; what nobody looks at is caught up with here, every few seconds. What the audit log has
//! kept for long enough, and sessions that nobody uses any more, go here too.

mod decide;

use crate::{
    bans, builds,
    error::Error,
    models::{
        audit, builds as build_rows, now,
        tries::{self, Try},
    },
    service::Services,
};
use actix_web::web;
use chrono::TimeDelta;
use decide::Absences;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Rows of the audit log that go at once: few enough to keep no writer waiting.
const SWEPT: i64 = 1_000;
const PAUSE: Duration = Duration::from_secs(3);

/// Runs until it is told to stop.
pub async fn run(services: web::Data<Services>, mut stopped: watch::Receiver<bool>) {
    let mut absences = Absences::default();
    loop {
        tokio::select! {
            _ = stopped.wait_for(|stopped| *stopped) => break,
            () = tokio::time::sleep(PAUSE) => {}
        }
        let done = [
            follow_builds(&services).await,
            follow_tries(&services, &mut absences).await,
            bans::enforce(&services).await,
            sweep_audit(&services).await,
            services.sessions.sweep().await.map_err(Error::from),
        ];
        for done in done {
            match done {
                Ok(()) => {}
                Err(Error::Containers(error)) => tracing::debug!(%error, "will ask again"),
                Err(error) => tracing::error!(%error, "rows may be out of date"),
            }
        }
    }
}

async fn follow_builds(services: &Services) -> Result<(), Error> {
    let mut done = Ok(());
    for build in services.db.read(build_rows::under_way).await? {
        // One that cannot be asked about keeps nobody from the others.
        if let Err(error) = builds::refresh(services, build).await {
            done = Err(error);
        }
    }
    done
}

async fn follow_tries(services: &Services, absences: &mut Absences) -> Result<(), Error> {
    let rows: Vec<Try> = services.db.read(tries::live).await?;
    if rows.is_empty() {
        return Ok(());
    }
    let seen = services.containers.sandboxes().await?;
    let timings = decide::timings(&rows, &seen);
    let ends = decide::ends(&rows, &seen, absences, Instant::now());
    if ends.is_empty() && timings.is_empty() {
        return Ok(());
    }
    let written = services.db.write(move |conn| {
        timings.iter().try_for_each(|(id, timings)| tries::time(conn, id, *timings))?;
        ends.iter().try_for_each(|end| tries::end(conn, &end.id, end.at, &end.reason).map(drop))
    });
    Ok(written.await?)
}

/// Only the oldest rows are read, so there is no harm in looking often; but a change waits for its
/// turn among the writers, so there is none where nothing is due.
async fn sweep_audit(services: &Services) -> Result<(), Error> {
    let limit = now() - TimeDelta::days(i64::from(services.audit.days));
    if services.db.read(move |conn| audit::is_due(conn, limit)).await? {
        services.db.write(move |conn| audit::sweep(conn, limit, SWEPT)).await?;
    }
    Ok(())
}
