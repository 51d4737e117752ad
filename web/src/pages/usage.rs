//! `/containers/usage`: what a visitor's sandboxes use; the part of My containers that moves.

use super::{PageResult, html};
use crate::{
    db::AnyConnection,
    http::visitor::Visitor,
    i18n::{fill, filters, t},
    models::{projects, tries},
    service::Services,
    tries::mine::Running,
};
use actix_web::{http::StatusCode, web};
use askama::Template;
use container_api::{SandboxId, SandboxStatistics};
use diesel::QueryResult;
use futures_util::{StreamExt, stream};

/// How many sandboxes are asked about at once.
const AT_ONCE: usize = 8;

/// A table of what is used, in words; empty where nothing runs.
#[derive(Template)]
#[template(path = "containers-usage.html")]
pub struct UsageTable {
    rows: Vec<Row>,
}

struct Row {
    name: String,
    tag: String,
    processor: String,
    memory: String,
    processes: String,
    disk: String,
    network: String,
}

/// What these use: those that do not run, or cannot be asked, are left out.
pub async fn of(services: &Services, running: &[Running]) -> UsageTable {
    let named = running.iter().map(|run| (run.id.clone(), run.name.clone(), run.tag.clone()));
    table(services, named.collect()).await
}

async fn table(services: &Services, named: Vec<(SandboxId, String, String)>) -> UsageTable {
    let asked = stream::iter(named).map(|(id, name, tag)| async move {
        // One that starts or has just ended is refused, and has nothing to tell.
        services.containers.statistics(&id).await.ok().map(|told| row(name, tag, &told))
    });
    let rows: Vec<_> = asked.buffered(AT_ONCE).collect().await;
    UsageTable { rows: rows.into_iter().flatten().collect() }
}

/// The part of the page, once more.
pub async fn show(services: web::Data<Services>, visitor: Visitor) -> PageResult {
    let mine = match visitor.key() {
        Some(key) => services.db.read(move |conn| named(conn, &key)).await?,
        None => Vec::new(),
    };
    html(StatusCode::OK, &table(&services, mine).await)
}

fn named(conn: &mut AnyConnection, key: &str) -> QueryResult<Vec<(SandboxId, String, String)>> {
    let mut named = Vec::new();
    for row in tries::live_of(conn, key)? {
        if let Some(project) = projects::by_id(conn, row.project_id)? {
            named.push((row.id, project.texts.name, row.tag));
        }
    }
    // The newest first, as on the page around it.
    named.reverse();
    Ok(named)
}

fn row(name: String, tag: String, told: &SandboxStatistics) -> Row {
    let limits = &told.limits;
    let of =
        |now: String, most: String| fill(t("{now} of {most}"), &[("now", &now), ("most", &most)]);
    let share = told.cpu_cores.map(|cores| {
        let allowed = f64::from(limits.cpu_millis.max(1)) / 1_000.0;
        format!("{:.0} %", (cores / allowed * 100.0).clamp(0.0, 100.0))
    });
    let seconds = fill(t("{n} s in all"), &[("n", &format!("{:.1}", told.cpu_seconds))]);
    Row {
        name,
        tag,
        processor: share.map_or(seconds.clone(), |share| format!("{share} · {seconds}")),
        memory: of(amount(told.memory_bytes), amount(limits.memory_bytes)),
        processes: of(told.processes.to_string(), limits.processes.to_string()),
        disk: told.disk_bytes.map_or_else(dash, |now| of(amount(now), amount(limits.disk_bytes))),
        network: match (told.received_bytes, told.sent_bytes) {
            (Some(received), Some(sent)) => fill(
                t("{received} in, {sent} out"),
                &[("received", &amount(received)), ("sent", &amount(sent))],
            ),
            _ => dash(),
        },
    }
}

fn dash() -> String {
    "–".to_owned()
}

/// Bytes, to be read at a glance.
#[allow(clippy::cast_precision_loss, reason = "it is rounded to a tenth anyway")]
fn amount(bytes: u64) -> String {
    let bytes = bytes as f64;
    for (unit, size) in [("GiB", 1_073_741_824.0), ("MiB", 1_048_576.0), ("KiB", 1_024.0)] {
        if bytes >= size {
            let value = bytes / size;
            return if value < 10.0 {
                format!("{value:.1} {unit}")
            } else {
                format!("{value:.0} {unit}")
            };
        }
    }
    format!("{bytes:.0} B")
}

#[cfg(test)]
mod tests {
    use super::amount;

    #[test]
    fn amounts_are_short() {
        let table = [
            (0, "0 B"),
            (1_023, "1023 B"),
            (1_536, "1.5 KiB"),
            (512 << 20, "512 MiB"),
            (3 << 29, "1.5 GiB"),
        ];
        for (bytes, text) in table {
            assert_eq!(amount(bytes), text);
        }
    }
}
