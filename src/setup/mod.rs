//! What the process needs before any service starts.

pub mod data;
pub mod database;
pub mod logging;
pub mod privilege;
pub mod secrets;
pub mod tls;
