//! What people see: one page, one file, with its template's data and its handler.

pub mod account;
pub mod admin;
pub mod badge;
mod badge_panel;
pub mod build;
mod categories;
pub mod comments;
pub mod containers;
pub mod delete_project;
pub mod edit_demo;
pub mod edit_project;
pub mod embed;
pub mod embed_settings;
pub mod error;
mod frame;
pub mod health;
pub mod home;
pub mod identities;
pub mod language;
pub mod leave;
pub mod login;
pub mod logout;
pub mod manage;
mod measures;
mod moment;
pub mod my_projects;
pub mod new_project;
pub mod oauth;
pub mod oauth_finish;
pub mod project;
mod project_form;
pub mod report;
pub mod search;
pub mod signup;
pub mod start;
pub mod statistics;
pub mod steer;
pub mod terminal;
pub mod tokens;
pub mod transfer;
pub mod usage;

use crate::error::PageError;
use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use askama::Template;
use frame::Frame;

/// What a page's handler answers.
pub type PageResult = Result<HttpResponse, PageError>;

/// A page of this status.
fn html(status: StatusCode, page: &impl Template) -> PageResult {
    let text = page.render()?;
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(text))
}

/// A part of an address behind the question mark.
fn encode(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
    text.bytes()
        .map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// Goes on to another page after a form was sent.
#[must_use]
pub fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, path)).finish()
}
