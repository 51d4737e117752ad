//! The site as browsers and programs meet it: the real application on a real port and a real
//! database, with a double in the container server's place. One file for each group of URLs.

mod accounts;
mod api;
mod badge;
mod builds;
mod catalogue;
mod error_pages;
mod headers;
mod home;
mod projects;
mod support;
mod tries;
