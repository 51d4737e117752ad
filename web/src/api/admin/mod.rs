//! `/api/v1/admin`: what administrators look at and change. For others it does not exist.

pub mod audit;
pub mod bans;
pub mod quotas;
