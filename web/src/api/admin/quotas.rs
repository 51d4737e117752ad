//! `/api/v1/admin/quotas`: how much guests, accounts and networks may have.

use crate::{
    api::{
        ApiResult,
        json::{Json, whole},
    },
    error::Error,
    http::visitor::Visitor,
    input::{FieldErrors, quota},
    policy::{
        self, Action,
        quota::{Numbers, Override, Quota},
        subject::Subject,
    },
    quotas,
    service::Services,
};
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

/// What a row says; what it leaves open, a more general one says.
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NumbersBody {
    #[serde(default, deserialize_with = "whole")]
    sandboxes: Option<u32>,
    #[serde(default, deserialize_with = "whole")]
    starts_per_minute: Option<u32>,
    #[serde(default, deserialize_with = "whole")]
    projects: Option<u32>,
    #[serde(default, deserialize_with = "whole")]
    builds: Option<u32>,
}

/// A row.
#[derive(Serialize)]
struct View {
    subject: String,
    #[serde(flatten)]
    numbers: NumbersBody,
}

/// What holds where no row says otherwise.
#[derive(Serialize)]
struct Configured {
    sandboxes: u32,
    network_sandboxes: u32,
    starts_per_minute: u32,
    projects: u32,
    builds: u32,
}

#[derive(Serialize)]
struct List {
    configured: Configured,
    quotas: Vec<View>,
}

impl From<Override> for View {
    fn from(Override { subject, numbers }: Override) -> Self {
        let Numbers { sandboxes, starts_per_minute, projects, builds } = numbers;
        let numbers = NumbersBody { sandboxes, starts_per_minute, projects, builds };
        Self { subject: subject.to_string(), numbers }
    }
}

fn subject(text: &str) -> Result<Subject, Error> {
    text.parse().map_err(|error| Error::Fields(FieldErrors::of("subject", format!("{error}"))))
}

/// `GET /api/v1/admin/quotas`
pub async fn list(services: web::Data<Services>, visitor: Visitor) -> ApiResult {
    let rows = quotas::list(&services, &visitor.asker(), "/").await?;
    let Quota { sandboxes, projects, builds, network_sandboxes, starts_per_minute } =
        Quota::from(&services.tries);
    let configured =
        Configured { sandboxes, network_sandboxes, starts_per_minute, projects, builds };
    let quotas = rows.into_iter().map(View::from).collect();
    Ok(HttpResponse::Ok().json(List { configured, quotas }))
}

/// `PUT /api/v1/admin/quotas/{subject}`
pub async fn set(
    services: web::Data<Services>,
    visitor: Visitor,
    place: web::Path<String>,
    Json(body): Json<NumbersBody>,
) -> ApiResult {
    // Whoever may not is told so before what is wrong with the words.
    policy::check(visitor.actor(), Action::Administer, "/", Error::NoSuchPage)?;
    let NumbersBody { sandboxes, starts_per_minute, projects, builds } = body;
    let numbers = Numbers { sandboxes, starts_per_minute, projects, builds };
    let row = quota::check(subject(&place)?, numbers).map_err(Error::Fields)?;
    quotas::set(&services, &visitor.asker(), row.clone()).await?;
    Ok(HttpResponse::Ok().json(View::from(row)))
}

/// `DELETE /api/v1/admin/quotas/{subject}`
pub async fn remove(
    services: web::Data<Services>,
    visitor: Visitor,
    place: web::Path<String>,
) -> ApiResult {
    policy::check(visitor.actor(), Action::Administer, "/", Error::NoSuchPage)?;
    if !quotas::remove(&services, &visitor.asker(), subject(&place)?).await? {
        return Err(Error::NoSuchQuota.into());
    }
    Ok(HttpResponse::NoContent().finish())
}
