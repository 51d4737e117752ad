//! Every URL of the terminals.

use crate::attach::attach;
use actix_web::web::{self, ServiceConfig};

/// Adds the terminals' routes. The app's data must hold a [`crate::Terminals`].
pub fn routes(config: &mut ServiceConfig) {
    config.route("/terminals/{id}", web::get().to(attach));
}
