//! Holds the code, the templates and the catalogue together.

use super::{Language, catalogue, fill};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

fn files(folder: &Path, endings: &[&str], found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, endings, found);
        } else if endings.iter().any(|ending| path.to_string_lossy().ends_with(ending)) {
            found.push((path.to_string_lossy().into_owned(), fs::read_to_string(&path).unwrap()));
        }
    }
}

/// The string literal that begins at a quote.
fn literal(text: &str) -> Option<(String, &str)> {
    let mut words = String::new();
    let mut rest = text.strip_prefix('"')?.chars();
    loop {
        match rest.next()? {
            '"' => return Some((words, rest.as_str())),
            '\\' => match rest.next()? {
                'n' => words.push('\n'),
                // The literal goes on where the next line's text begins.
                '\n' => rest = rest.as_str().trim_start().chars(),
                other => words.push(other),
            },
            c => words.push(c),
        }
    }
}

/// `t("…")` in the code.
fn in_code(text: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    let mut found = Vec::new();
    for (at, _) in code.match_indices("t(") {
        let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        if code[..at].chars().next_back().is_some_and(is_word) {
            continue;
        }
        found.extend(literal(code[at + 2..].trim_start()).map(|(words, _)| words));
    }
    found
}

/// `"…"|t` in a template.
fn in_template(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('"') {
        rest = match literal(&rest[at..]) {
            Some((words, after)) if is_filtered(after) => {
                found.push(words);
                after
            }
            _ => &rest[at + 1..],
        };
    }
    found
}

fn is_filtered(after: &str) -> bool {
    after
        .strip_prefix("|t")
        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}

fn used() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut code, mut templates) = (Vec::new(), Vec::new());
    files(&root.join("src"), &[".rs"], &mut code);
    files(&root.join("../templates"), &[".html"], &mut templates);
    code.retain(|(path, _)| !path.contains("/i18n/") && !path.ends_with("/tests.rs"));
    let code = code.iter().map(|(path, text)| (path, in_code(text)));
    let templates = templates.iter().map(|(path, text)| (path, in_template(text)));
    code.chain(templates)
        .flat_map(|(path, texts)| texts.into_iter().map(move |text| (text, path.clone())))
        .collect()
}

fn names(text: &str) -> BTreeSet<&str> {
    let parts = text.split('{').skip(1).filter_map(|part| part.split_once('}'));
    parts.map(|(name, _)| name).collect()
}

#[test]
fn everything_said_is_said_in_korean_too() {
    let korean = catalogue::korean();
    let used = used();
    assert!(used.len() > 5, "the search for texts finds hardly any: {used:?}");
    let missing: Vec<_> = used.iter().filter(|(text, _)| !korean.contains_key(*text)).collect();
    assert!(missing.is_empty(), "locales/ko lacks {missing:#?}");
    let unused: Vec<_> = korean.keys().filter(|text| !used.contains_key(*text)).collect();
    assert!(unused.is_empty(), "locales/ko has what nobody says: {unused:#?}");
    for (english, translated) in korean {
        assert_eq!(names(english), names(translated), "{english:?} and {translated:?}");
    }
}

#[test]
fn every_file_of_the_catalogue_can_be_read() {
    let mut found = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../locales"), &[".po"], &mut found);
    assert!(!found.is_empty());
    let mut seen = BTreeMap::new();
    for (path, text) in found {
        let read = polib::po_file::parse_from_reader(text.as_bytes()).expect(&path);
        assert_eq!(read.metadata.content_type, "text/plain; charset=UTF-8", "{path}");
        for message in read.messages() {
            let korean = message.msgstr().unwrap().to_owned();
            let before =
                seen.insert(message.msgid().to_owned(), korean.clone()).unwrap_or(korean.clone());
            assert_eq!(before, korean, "{:?} is said in two ways, in {path} too", message.msgid());
        }
    }
}

#[test]
fn texts_are_filled_once() {
    let name = "{n}";
    assert_eq!(fill("{name} has {n} of {n}", &[("name", &name), ("n", &3)]), "{n} has 3 of 3");
    assert_eq!(fill("{", &[]), "{");
    assert_eq!(fill("{gone} {}", &[("n", &1)]), "{gone} {}");
}

#[test]
fn tags() {
    for (tag, language) in [
        ("ko", Some(Language::Korean)),
        ("KO-kr", Some(Language::Korean)),
        ("en_GB", Some(Language::English)),
        ("kok", None),
        ("", None),
    ] {
        assert_eq!(Language::of_tag(tag), language, "{tag:?}");
    }
}

#[test]
fn literals_are_found() {
    assert_eq!(
        in_code("x(t(\"a\")); fill(t(\n \"b \\\"c\\\"\"), at(\"d\"), s.t(\"e\") t(\"f \\\n  g\")"),
        ["a", "b \"c\"", "f g"]
    );
    assert_eq!(
        in_template("<a href=\"/\">{{ \"Stop\"|t }}</a> {{ \"{n}\"|t|fill(\"n\", 1) }} \"x\"|tt"),
        ["Stop", "{n}"]
    );
}
