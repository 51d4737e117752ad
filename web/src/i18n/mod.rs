//! Which words does this reader get?
//!
//! English stands in the code and in the templates; it is also the key (`msgid`) under which
//! `locales/ko/*.po` hold the Korean. A middleware chooses the language of each request, and
//! [`t`] asks for it, so that no function hands a language on. Outside of a request it is English.
//!
//! ```text
//! template   {{ "Tried {n} times"|t|fill("n", count) }}      use crate::i18n::filters;
//! code       fill(t("At most {n} characters."), &[("n", &most)])
//! ```
//!
//! What is given to [`t`] is a literal: a test looks for them and compares them with the catalogue.

mod catalogue;
mod choose;
pub mod filters;
#[cfg(test)]
mod tests;

pub use choose::{COOKIE, speak};

use std::fmt::Display;

/// A language that the site speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Language {
    /// What the code is written in.
    #[default]
    English,
    /// By `locales/ko`.
    Korean,
}

impl Language {
    /// All of them, in the switch's order.
    pub const ALL: [Self; 2] = [Self::English, Self::Korean];

    /// The tag by BCP 47.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Korean => "ko",
        }
    }

    /// Its name, in itself.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Korean => "한국어",
        }
    }

    /// The language of a tag such as `ko-KR`.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or(tag);
        Self::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(primary))
    }
}

tokio::task_local! {
    static LANGUAGE: Language;
}

/// The language of the request that is being answered.
#[must_use]
pub fn language() -> Language {
    LANGUAGE.try_with(|language| *language).unwrap_or_default()
}

/// The text in the reader's language.
#[must_use]
pub fn t(english: &'static str) -> &'static str {
    translated(language(), english).unwrap_or(english)
}

fn translated(language: Language, english: &str) -> Option<&'static str> {
    match language {
        Language::English => None,
        Language::Korean => catalogue::korean().get(english).map(String::as_str),
    }
}

/// The text with its `{name}`s filled in. What is filled in is not looked at again.
#[must_use]
pub fn fill(text: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        let (before, from) = rest.split_at(start);
        filled.push_str(before);
        let found = from.find('}').and_then(|end| {
            let (_, value) = values.iter().find(|(name, _)| *name == &from[1..end])?;
            Some((end, value))
        });
        match found {
            Some((end, value)) => {
                filled.push_str(&value.to_string());
                rest = &from[end + 1..];
            }
            None => {
                filled.push('{');
                rest = &from[1..];
            }
        }
    }
    filled.push_str(rest);
    filled
}
