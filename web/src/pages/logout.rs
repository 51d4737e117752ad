//! `POST /logout`: leaving nothing behind in the browser.

use super::{PageResult, see_other};
use crate::http::{form::Form, visitor::Visitor};

/// The form.
pub async fn submit(visitor: Visitor, _form: Form) -> PageResult {
    visitor.log_out();
    Ok(see_other("/"))
}
