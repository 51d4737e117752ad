//! `/api/v1/admin/bans`: who is kept out.

use crate::{
    api::{ApiResult, json::Json},
    bans,
    error::Error,
    http::visitor::Visitor,
    input::{FieldErrors, ban},
    models::now,
    policy::{self, Action, ban::Ban, subject::Subject},
    service::Services,
};
use actix_web::{HttpResponse, web};
use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};

/// What a ban says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    reason: String,
    #[serde(default)]
    ends_at: Option<DateTime<Utc>>,
}

#[derive(Serialize)]
struct View {
    subject: String,
    reason: String,
    created_at: DateTime<Utc>,
    ends_at: Option<DateTime<Utc>>,
}

#[derive(Serialize)]
struct List {
    bans: Vec<View>,
}

impl From<Ban> for View {
    fn from(Ban { subject, reason, created_at, ends_at }: Ban) -> Self {
        Self { subject: subject.to_string(), reason, created_at, ends_at }
    }
}

fn subject(text: &str) -> Result<Subject, Error> {
    ban::subject(text).map_err(|words| Error::Fields(FieldErrors::of("subject", words)))
}

/// `GET /api/v1/admin/bans`
pub async fn list(services: web::Data<Services>, visitor: Visitor) -> ApiResult {
    let rows = bans::list(&services, &visitor.asker(), "/").await?;
    let moment = now();
    let holding = rows.into_iter().filter(|ban| ban.is_in_force(moment));
    Ok(HttpResponse::Ok().json(List { bans: holding.map(View::from).collect() }))
}

/// `PUT /api/v1/admin/bans/{subject}`
pub async fn set(
    services: web::Data<Services>,
    visitor: Visitor,
    place: web::Path<String>,
    Json(body): Json<Body>,
) -> ApiResult {
    // Whoever may not is told so before what is wrong with the words.
    policy::check(visitor.actor(), Action::Administer, "/", Error::NoSuchPage)?;
    let created_at = now();
    let ends_at = body.ends_at.map(|end| end.trunc_subsecs(6));
    let reason = ban::check(&body.reason, ends_at, created_at).map_err(Error::Fields)?;
    let ban = Ban { subject: subject(&place)?, reason, created_at, ends_at };
    bans::set(&services, &visitor.asker(), ban.clone()).await?;
    Ok(HttpResponse::Ok().json(View::from(ban)))
}

/// `DELETE /api/v1/admin/bans/{subject}`
pub async fn lift(
    services: web::Data<Services>,
    visitor: Visitor,
    place: web::Path<String>,
) -> ApiResult {
    policy::check(visitor.actor(), Action::Administer, "/", Error::NoSuchPage)?;
    if !bans::lift(&services, &visitor.asker(), subject(&place)?).await? {
        return Err(Error::NoSuchBan.into());
    }
    Ok(HttpResponse::NoContent().finish())
}
