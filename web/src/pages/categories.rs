//! What categories are called in the reader's language.

use crate::i18n::t;

/// The name of a category; what is none of them stays as it is.
#[must_use]
pub fn category(name: &str) -> &str {
    match name {
        "Tools" => t("Tools"),
        "System" => t("System"),
        "Data" => t("Data"),
        "Text" => t("Text"),
        "Languages" => t("Languages"),
        "Network" => t("Network"),
        "AI" => t("AI"),
        "Cloud" => t("Cloud"),
        "Games" => t("Games"),
        "Other" => t("Other"),
        other => other,
    }
}

#[test]
fn every_category_has_a_name() {
    for name in crate::input::project::CATEGORIES {
        assert_eq!(category(name), name, "in English");
    }
}
