//! What pages and API share of HTTP: who asks, from where, with which right to be believed.

pub mod address;
pub mod assets;
pub mod bearer;
pub mod cached;
pub mod csrf;
pub mod fetch_site;
pub mod form;
pub mod headers;
pub mod live_log;
pub mod mark;
pub mod mislaid;
pub mod navigation;
pub mod visitor;
