//! `/admin/quotas`: how much guests, accounts and networks may have.

use super::{Frame, PageResult, frame, html, see_other};
use crate::{
    error::Error,
    http::{form::Form, visitor::Visitor},
    i18n::{filters, t},
    input::{FieldErrors, quota::QuotaForm},
    policy::{
        quota::{Numbers, Override, Quota, UNLIMITED},
        subject::Subject,
    },
    quotas,
    service::Services,
};
use actix_web::{http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

const HERE: &str = "/admin/quotas";

/// Which row is in the form.
#[derive(Debug, Deserialize)]
pub struct Edit {
    #[serde(default)]
    edit: String,
}

/// A line of the table.
struct Line {
    subject: Subject,
    /// What it is for, in words.
    words: &'static str,
    /// What holds, number by number.
    cells: [Cell; 4],
    /// Whether there is a row that can go.
    is_set: bool,
    is_general: bool,
}

/// A number of a line.
struct Cell {
    /// What it counts.
    name: &'static str,
    text: String,
    /// Whether the row says it itself.
    own: bool,
}

#[derive(Template)]
#[template(path = "admin/quotas.html")]
struct Quotas {
    frame: Frame,
    lines: Vec<Line>,
    form: QuotaForm,
    errors: FieldErrors,
}

/// The page.
pub async fn show(
    services: web::Data<Services>,
    visitor: Visitor,
    query: web::Query<Edit>,
) -> PageResult {
    let rows = quotas::list(&services, &visitor.asker(), HERE).await?;
    let form = match query.edit.parse::<Subject>() {
        Ok(subject) => match rows.iter().find(|row| row.subject == subject) {
            Some(row) => QuotaForm::from(row),
            None => QuotaForm { subject: subject.to_string(), ..QuotaForm::default() },
        },
        Err(_) => QuotaForm::default(),
    };
    let lines = lines(Quota::from(&services.tries), &rows);
    let errors = FieldErrors::default();
    html(StatusCode::OK, &Quotas { frame: frame(&visitor)?, lines, form, errors })
}

/// The form: sets a row, in the place of what was there.
pub async fn submit(services: web::Data<Services>, visitor: Visitor, form: Form) -> PageResult {
    let asker = visitor.asker();
    let rows = quotas::list(&services, &asker, HERE).await?;
    let text = |name| form.text(name).to_owned();
    let form = QuotaForm {
        subject: text("subject"),
        sandboxes: text("sandboxes"),
        starts: text("starts_per_minute"),
        projects: text("projects"),
        builds: text("builds"),
    };
    let errors = match form.check() {
        Ok(row) => match quotas::set(&services, &asker, row).await {
            Ok(()) => {
                visitor.flash(t("Saved. It holds from now on."))?;
                return Ok(see_other(HERE));
            }
            Err(Error::NoSuchUser) => FieldErrors::of("subject", t("There is no such account.")),
            Err(error) => return Err(error.into()),
        },
        Err(errors) => errors,
    };
    let lines = lines(Quota::from(&services.tries), &rows);
    let page = Quotas { frame: frame(&visitor)?, lines, form, errors };
    html(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// `POST /admin/quotas/remove`
pub async fn remove(services: web::Data<Services>, visitor: Visitor, form: Form) -> PageResult {
    let asker = visitor.asker();
    // Whoever may not see the page is told so first.
    quotas::list(&services, &asker, HERE).await?;
    let subject: Result<Subject, _> = form.text("subject").parse();
    let subject = subject.map_err(|error| Error::BadForm(error.to_string()))?;
    let removed = quotas::remove(&services, &asker, subject).await?;
    visitor.flash(if removed {
        t("Removed. The general numbers hold again.")
    } else {
        t("Gone already.")
    })?;
    Ok(see_other(HERE))
}

/// The three general lines with the numbers that hold, and every special one with its own.
fn lines(configured: Quota, rows: &[Override]) -> Vec<Line> {
    let Quota { sandboxes, projects, builds, network_sandboxes, starts_per_minute } = configured;
    let built_in = [
        (Subject::Guest, [Some(sandboxes), None, None, None]),
        (Subject::User, [Some(sandboxes), None, Some(projects), Some(builds)]),
        (Subject::Prefix, [Some(network_sandboxes), Some(starts_per_minute), None, None]),
    ];
    let of = |subject: &Subject| rows.iter().find(|row| row.subject == *subject);
    let general = built_in.map(|(subject, numbers)| line(of(&subject), subject, numbers));
    let special = rows
        .iter()
        .filter(|row| matches!(row.subject, Subject::OneUser(_) | Subject::OneNetwork(_)))
        .map(|row| line(Some(row), row.subject.clone(), [None; 4]));
    general.into_iter().chain(special).collect()
}

fn line(row: Option<&Override>, subject: Subject, built_in: [Option<u32>; 4]) -> Line {
    let Numbers { sandboxes, starts_per_minute, projects, builds } =
        row.map(|row| row.numbers).unwrap_or_default();
    let own = [sandboxes, starts_per_minute, projects, builds];
    let names = [t("Sandboxes at once"), t("Starts a minute"), t("Projects"), t("Builds at once")];
    let mut names = names.into_iter();
    let mut pairs = own.into_iter().zip(built_in);
    let cells = std::array::from_fn(|_| {
        let (own, built_in) = pairs.next().unwrap_or_default();
        let text = match own.or(built_in) {
            Some(UNLIMITED) => t("no limit").to_owned(),
            Some(number) => number.to_string(),
            None => "–".to_owned(),
        };
        let name = names.next().unwrap_or_default();
        Cell { name, text, own: own.is_some() }
    });
    let (words, is_general) = match subject {
        Subject::Guest => (t("Everybody without an account"), true),
        Subject::User => (t("Every account"), true),
        Subject::Prefix => (t("Every network (/24, /64), all visitors together"), true),
        Subject::OneUser(_) => (t("One account"), false),
        Subject::OneNetwork(_) => (t("One network and what lies in it"), false),
    };
    Line { subject, words, cells, is_set: row.is_some(), is_general }
}
