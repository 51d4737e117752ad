//! `/admin/users`: the accounts, and who of them looks after the site.

use super::{Frame, PageResult, check, encode, frame, html, human, machine, see_other};
use crate::{
    http::{form::Form, visitor::Visitor},
    i18n::{fill, filters, t},
    models::roles::{self as rows, Account},
    roles,
    service::Services,
};
use actix_web::{http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

const HERE: &str = "/admin/users";
/// Accounts on a page.
const ROWS: usize = 50;

/// Which accounts are wanted.
#[derive(Debug, Deserialize)]
pub struct Search {
    /// The beginning of the name.
    #[serde(default)]
    q: String,
    /// The last name of the page before.
    #[serde(default)]
    after: String,
}

#[derive(Template)]
#[template(path = "admin/users.html")]
struct Users {
    frame: Frame,
    rows: Vec<Account>,
    q: String,
    is_first: bool,
    /// Where it goes on; empty on the last page.
    next: String,
}

impl Users {
    fn machine(&self, row: &Account) -> String {
        machine(row.created_at)
    }

    fn human(&self, row: &Account) -> String {
        human(row.created_at)
    }
}

/// The page.
pub async fn show(
    services: web::Data<Services>,
    visitor: Visitor,
    query: web::Query<Search>,
) -> PageResult {
    check(&visitor, HERE)?;
    let Search { q, after } = query.into_inner();
    let (q, is_first) = (q.trim().to_ascii_lowercase(), after.is_empty());
    let text = q.clone();
    let limit = ROWS as i64 + 1;
    let mut rows = services.db.read(move |conn| rows::search(conn, &text, &after, limit)).await?;
    let more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let next = match rows.last() {
        Some(last) if more => format!("{HERE}?q={}&after={}", encode(&q), last.name),
        _ => String::new(),
    };
    html(StatusCode::OK, &Users { frame: frame(&visitor)?, rows, q, is_first, next })
}

/// `POST /admin/users/role`
pub async fn submit(services: web::Data<Services>, visitor: Visitor, form: Form) -> PageResult {
    let (asker, name) = (visitor.asker(), form.text("name"));
    let message = match form.text("role") {
        "administrator" => {
            roles::grant(&services.db, &asker, name).await?;
            fill(t("{name} is an administrator now."), &[("name", &name)])
        }
        _ => {
            roles::revoke(&services.db, &asker, name).await?;
            fill(t("{name} is no administrator any more."), &[("name", &name)])
        }
    };
    visitor.flash(&message)?;
    Ok(see_other(HERE))
}
