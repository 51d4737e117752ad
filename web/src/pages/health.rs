//! `GET /healthz`: for whoever watches the server.

use crate::service::Services;
use actix_web::{HttpResponse, web};
use serde::Serialize;

#[derive(Serialize)]
struct Health {
    database: &'static str,
    container_server: &'static str,
}

/// 200 while pages can be served; whether sandboxes can be started is told besides.
pub async fn show(services: web::Data<Services>) -> HttpResponse {
    let (database, containers) = tokio::join!(services.db.ping(), services.containers.status());
    let health = Health {
        database: if database.is_ok() { "ok" } else { "unreachable" },
        container_server: if containers.is_ok() { "ok" } else { "unreachable" },
    };
    if database.is_ok() {
        HttpResponse::Ok().json(health)
    } else {
        HttpResponse::ServiceUnavailable().json(health)
    }
}
