//! What the process needs before any service starts.

pub mod data;
pub mod logging;
pub mod privilege;
pub mod secrets;
pub mod tls;
