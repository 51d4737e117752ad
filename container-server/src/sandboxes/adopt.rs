//! Opening the books again: after a restart of the server, what lives in the engine is taken over.

use super::{
    books::{About, Books, Phase, Record},
    labels,
    standing::Standing,
};
use crate::engine::{Engine, EngineError, Found};
use chrono::Utc;
use container_api::{SandboxId, TerminalSize};
use std::{os::fd::AsFd, time::Instant};
use terminal_proxy::Terminals;

/// Takes over every sandbox that can be, and ends the others: those whose labels cannot be read,
/// whose time is up, or whose terminal is not to be had.
pub(super) async fn adopt(
    engine: &dyn Engine,
    terminals: &Terminals,
) -> Result<Books, EngineError> {
    let mut books = Books::default();
    for found in engine.list().await? {
        let id = found.id.clone();
        let standing = labels::standing(&found.labels, found.frozen);
        match adopt_one(engine, terminals, found).await {
            Ok(about) => {
                let since = Instant::now();
                terminals.set_frozen(&id, standing == Standing::Held);
                let mut record = Record::new(about, Phase::Running { since });
                record.standing = standing;
                books.insert(id, record);
            }
            Err(why) => {
                tracing::info!(sandbox = %id, why, "ending a sandbox that cannot be taken over");
                end(engine, &id).await;
            }
        }
    }
    let adopted = books.living().count();
    if adopted > 0 {
        tracing::info!(adopted, "took over the sandboxes of an earlier run");
    }
    Ok(books)
}

async fn adopt_one(
    engine: &dyn Engine,
    terminals: &Terminals,
    found: Found,
) -> Result<About, String> {
    let about = labels::read(&found.labels).map_err(|error| error.to_string())?;
    if about.expires_at <= Utc::now() {
        return Err("its time is up".to_owned());
    }
    let master = engine.attach(&found.id).await.map_err(|error| error.to_string())?;
    // A viewer may have changed the size since the start.
    let size = window_size(&master).unwrap_or(about.size);
    terminals.open(found.id, master, size, about.expires_at).map_err(|error| error.to_string())?;
    Ok(about)
}

fn window_size(master: &impl AsFd) -> Option<TerminalSize> {
    let size = rustix::termios::tcgetwinsize(master).ok()?;
    let known = size.ws_col > 0 && size.ws_row > 0;
    known.then(|| TerminalSize { columns: size.ws_col, rows: size.ws_row }.clamped())
}

/// The engine may be slow to let go; what it holds on to is found again at the next start.
async fn end(engine: &dyn Engine, id: &SandboxId) {
    if let Err(error) = engine.stop(id).await {
        tracing::warn!(sandbox = %id, %error, "a sandbox could not be ended");
    }
}
