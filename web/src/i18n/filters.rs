//! Filters for templates: `{{ "Stop"|t }}`, `{{ "Tried {n} times"|t|fill("n", count) }}`.

use askama::Values;
use std::fmt::Display;

/// The text in the reader's language.
#[askama::filter_fn]
pub fn t(text: &str, _: &dyn Values) -> askama::Result<String> {
    let known = super::translated(super::language(), text);
    Ok(known.map_or_else(|| text.to_owned(), str::to_owned))
}

/// The text with one `{name}` filled in. What people wrote is filled in last, since what is filled
/// in is looked at again.
#[askama::filter_fn]
pub fn fill<T: Display, V: Display>(
    text: T,
    _: &dyn Values,
    name: &str,
    value: V,
) -> askama::Result<String> {
    Ok(super::fill(&text.to_string(), &[(name, &value)]))
}
