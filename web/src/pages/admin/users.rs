//! `/admin/users`: the accounts, and who of them looks after the site.

use super::{
    Frame, PageResult, check, frame, html,
    list::{self, Search},
    moment, see_other,
};
use crate::{
    http::{form::Form, visitor::Visitor},
    i18n::{fill, filters, t},
    models::roles::{self as rows, Account},
    roles,
    service::Services,
};
use actix_web::{http::StatusCode, web};
use askama::Template;

const HERE: &str = "/admin/users";

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
    let mut rows =
        services.db.read(move |conn| rows::search(conn, &text, &after, list::LIMIT)).await?;
    let next = list::cut(&mut rows, HERE, &q, |row| &row.name);
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
