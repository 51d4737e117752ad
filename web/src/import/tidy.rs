//! What a site says is made fit for the form: nothing in it is more than a suggestion.

use super::{Imported, forge::Found};
use crate::input::{facts, text};

const NAME_LIMIT: usize = 64;
const SHORT_LIMIT: usize = 200;
const README_LIMIT: usize = 100 << 10;

/// A repository as the form takes it. `page` is where it is.
pub fn tidy(found: Found, path: &[String], page: &str) -> Imported {
    let name = text::visible_line(&found.name);
    let name = if name.is_empty() { path.last().cloned().unwrap_or_default() } else { name };
    let topics = found.topics.iter().filter_map(|topic| facts::topics(topic).ok());
    let topics: Vec<String> =
        topics.filter(|topic| !topic.is_empty()).take(facts::TOPICS_LIMIT).collect();
    Imported {
        name: cut(&name, NAME_LIMIT),
        short: cut(&text::visible_line(&found.description), SHORT_LIMIT),
        description: description(&found.readme),
        // `NOASSERTION` and the like say nothing.
        licence: facts::licence(&found.licence).unwrap_or_default(),
        repository: facts::repository(page).unwrap_or_default(),
        language: facts::language(&text::visible_line(&found.language)).unwrap_or_default(),
        topics: topics.join(" "),
    }
}

fn cut(line: &str, limit: usize) -> String {
    if line.chars().count() <= limit {
        return line.to_owned();
    }
    let kept: String = line.chars().take(limit - 1).collect();
    format!("{}…", kept.trim_end())
}

/// A README without its title, which the page has already, as far as there is room.
fn description(readme: &str) -> String {
    let readme = text::visible_lines(&text::unix_lines(readme));
    let readme = readme.trim();
    let readme = match readme.split_once('\n') {
        Some((title, rest)) if title.starts_with("# ") => rest.trim_start(),
        None if readme.starts_with("# ") => "",
        _ => readme,
    };
    if readme.len() <= README_LIMIT {
        return readme.to_owned();
    }
    let whole = (0..=README_LIMIT).rfind(|at| readme.is_char_boundary(*at)).unwrap_or_default();
    let end = readme[..whole].rfind('\n').unwrap_or(whole);
    readme[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tidied(found: Found) -> Imported {
        tidy(found, &["ada".to_owned(), "tool".to_owned()], "https://git.example.org/ada/tool")
    }

    #[test]
    fn what_fits_comes_through() {
        let imported = tidied(Found {
            name: "Tool".to_owned(),
            description: "  Does\u{202e} things\n".to_owned(),
            licence: "mit".to_owned(),
            language: "rust".to_owned(),
            topics: vec!["CLI".to_owned(), "<b>".to_owned(), String::new()],
            readme: "# Tool\r\n\r\nType `tool`.\u{0}\r\n".to_owned(),
        });
        assert_eq!(
            imported,
            Imported {
                name: "Tool".to_owned(),
                short: "Does things".to_owned(),
                description: "Type `tool`.".to_owned(),
                licence: "MIT".to_owned(),
                repository: "https://git.example.org/ada/tool".to_owned(),
                language: "Rust".to_owned(),
                topics: "cli".to_owned(),
            }
        );
    }

    #[test]
    fn what_does_not_is_left_out_or_cut() {
        let imported = tidied(Found {
            description: "é".repeat(300),
            licence: "NOASSERTION".to_owned(),
            language: "x".repeat(99),
            topics: (0..20).map(|n| format!("t{n}")).collect(),
            readme: "line\n".repeat(50_000),
            ..Found::default()
        });
        assert_eq!(
            (imported.name.as_str(), imported.licence.as_str(), imported.language.as_str()),
            ("tool", "", "")
        );
        assert_eq!(imported.short.chars().count(), 200);
        assert_eq!(imported.topics.split(' ').count(), 10);
        assert!(
            imported.description.len() <= README_LIMIT && imported.description.ends_with("line")
        );
    }
}
