//! `GET /healthz`: for whoever watches the server.

use crate::service::Services;
use actix_web::{HttpResponse, web};
use serde::Serialize;

#[derive(Serialize)]
struct Health {
    database: &'static str,
    sessions: &'static str,
    container_server: &'static str,
}

fn word<T, E>(answer: &Result<T, E>) -> &'static str {
    if answer.is_ok() { "ok" } else { "unreachable" }
}

/// 200 while pages can be served; whether sandboxes can be started is told besides.
pub async fn show(services: web::Data<Services>) -> HttpResponse {
    let (database, sessions, containers) =
        tokio::join!(services.db.ping(), services.sessions.ping(), services.containers.status());
    let health = Health {
        database: word(&database),
        sessions: word(&sessions),
        container_server: word(&containers),
    };
    if database.is_ok() && sessions.is_ok() {
        HttpResponse::Ok().json(health)
    } else {
        HttpResponse::ServiceUnavailable().json(health)
    }
}
