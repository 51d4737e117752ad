//! The site as browsers and programs meet it: the real application on a real port and a real
//! database, with a double in the container server's place. One file for each group of URLs.

mod account_settings;
mod accounts;
mod admin_api;
mod admin_audit;
mod admin_bans;
mod admin_pages;
mod admin_quotas;
mod admin_reports;
mod api;
mod api_projects;
mod api_tokens;
mod api_tries;
mod badge;
mod builds;
mod catalogue;
mod comments;
mod crawler;
#[cfg(feature = "postgres")]
mod database_gone;
mod demo;
mod embed;
mod error_pages;
mod file_names;
mod headers;
mod home;
mod import;
mod language;
mod leave;
mod my_containers;
mod my_projects;
mod no_script;
mod oauth;
mod project_page;
mod projects;
mod reports;
mod search;
mod sessions;
mod start;
mod support;
mod throttle;
mod tries;
