//! The words that put a badge or an embed into a text, in each language that texts are written in.
//!
//! A project's name is a stranger's text; in each language it stands as the picture's alternative
//! text, and is written so that it stays that. Addresses are ours: a checked host and a slug.

use super::xml::{escape, plain};

/// Where a project's pages are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// `https://try.example.org/p/jq`.
    pub url: String,
    /// The project's name, as its maintainer wrote it.
    pub name: String,
}

/// A language to paste into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markup {
    /// GitHub's and CommonMark.
    Markdown,
    /// For any page.
    Html,
    /// Python's documentation.
    ReStructuredText,
    /// Asciidoctor's.
    AsciiDoc,
}

/// Which picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It always says the same.
    Static,
    /// It says how the project stands.
    Live,
}

impl Kind {
    /// The picture's place below the project's.
    #[must_use]
    pub const fn file(self) -> &'static str {
        match self {
            Self::Static => "badge.svg",
            Self::Live => "live-badge.svg",
        }
    }
}

impl Markup {
    /// All of them, as they are offered.
    pub const ALL: [Self; 4] = [Self::Markdown, Self::Html, Self::ReStructuredText, Self::AsciiDoc];

    /// Short, for ids.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::ReStructuredText => "rst",
            Self::AsciiDoc => "asciidoc",
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Markdown => "Markdown",
            Self::Html => "HTML",
            Self::ReStructuredText => "reStructuredText",
            Self::AsciiDoc => "AsciiDoc",
        }
    }

    /// A badge that leads to the page that starts by itself.
    #[must_use]
    pub fn badge(self, place: &Place, kind: Kind) -> String {
        let (image, target) =
            (format!("{}/{}", place.url, kind.file()), format!("{}/start", place.url));
        let words = format!("Try {} in the browser", plain(&place.name));
        match self {
            Self::Markdown => format!("[![{}]({image})]({target})", markdown(&words)),
            Self::Html => {
                format!("<a href=\"{target}\"><img src=\"{image}\" alt=\"{}\"></a>", escape(&words))
            }
            // The option's text is taken as it stands: docutils reads no markup in it.
            Self::ReStructuredText => {
                format!(".. image:: {image}\n   :target: {target}\n   :alt: {words}")
            }
            Self::AsciiDoc => {
                format!("image:{image}[\"{}\",link=\"{target}\"]", asciidoc(&words))
            }
        }
    }
}

/// An embed for a page of documentation.
#[must_use]
pub fn embed(place: &Place) -> String {
    let words = escape(&format!("Try {} in the browser", plain(&place.name)));
    format!(
        "<iframe src=\"{}/embed\" title=\"{words}\" width=\"100%\" height=\"420\" loading=\"lazy\" \
         allow=\"clipboard-read; clipboard-write\"></iframe>",
        place.url
    )
}

/// Punctuation that means nothing within a line keeps its looks; all other is escaped.
fn markdown(text: &str) -> String {
    let mut safe = String::new();
    for c in text.chars() {
        if c.is_ascii_punctuation() && !matches!(c, '+' | '-' | ',' | '\'') {
            safe.push('\\');
        }
        safe.push(c);
    }
    safe
}

/// Character references are the one escape that each of AsciiDoc's substitutions leaves alone.
fn asciidoc(text: &str) -> String {
    let mut safe = String::new();
    for c in text.chars() {
        if c.is_ascii_punctuation() {
            safe.push_str(&format!("&#{};", u32::from(c)));
        } else {
            safe.push(c);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use pulldown_cmark::{Event, Options, Parser, Tag};

    const NASTY: [&str; 8] = [
        "jq",
        "C++, too",
        "](https://evil.example) ![x",
        "*b* _i_ `c` ~s~ <b>&amp; {attr} :alt: |x| \\",
        "\" onerror=\"alert(1)",
        "a]b\",link=\"https://evil.example\"[",
        "x\n\n.. raw:: html\n\n   <script>",
        "\u{202e}www.evil.example\u{200b} 한글",
    ];

    fn place(name: &str) -> Place {
        Place { url: "https://try.example.org/p/x".to_owned(), name: name.to_owned() }
    }

    fn alt(name: &str) -> String {
        format!("Try {} in the browser", plain(name))
    }

    #[test]
    fn in_markdown_a_name_is_the_alternative_text_and_nothing_else() {
        for name in NASTY {
            let snippet = Markup::Markdown.badge(&place(name), Kind::Live);
            let (mut read, mut links) = (String::new(), Vec::new());
            for event in Parser::new_ext(&snippet, Options::all()) {
                match event {
                    Event::Text(text) => read.push_str(&text),
                    Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                        links.push(dest_url.into_string());
                    }
                    Event::Start(Tag::Paragraph) | Event::End(_) => {}
                    other => panic!("{other:?} in {snippet}"),
                }
            }
            assert_eq!(read, alt(name), "{snippet}");
            let url = place(name).url;
            assert_eq!(links, [format!("{url}/start"), format!("{url}/live-badge.svg")]);
        }
    }

    #[test]
    fn in_html_a_name_is_the_alternative_text_and_nothing_else() {
        for name in NASTY {
            let badge = Markup::Html.badge(&place(name), Kind::Static);
            let document = roxmltree::Document::parse(&badge.replace("></a>", "/></a>")).map(|d| {
                let image = d.root_element().first_element_child().expect("an image");
                (image.attributes().count(), image.attribute("alt").map(str::to_owned))
            });
            assert_eq!(document.unwrap(), (2, Some(alt(name))), "{badge}");
            let frame = embed(&place(name));
            let document = roxmltree::Document::parse(&frame).expect(&frame);
            assert_eq!(document.root_element().attribute("title"), Some(&*alt(name)));
            assert_eq!(document.root_element().attributes().count(), 6);
        }
    }

    #[test]
    fn restructuredtext_has_three_lines_whatever_the_name() {
        for name in NASTY {
            let snippet = Markup::ReStructuredText.badge(&place(name), Kind::Static);
            let lines: Vec<&str> = snippet.lines().collect();
            assert_eq!(
                lines,
                [
                    ".. image:: https://try.example.org/p/x/badge.svg",
                    "   :target: https://try.example.org/p/x/start",
                    &format!("   :alt: {}", alt(name)),
                ]
            );
        }
    }

    #[test]
    fn in_asciidoc_a_name_holds_nothing_that_means_something() {
        for name in NASTY {
            let snippet = Markup::AsciiDoc.badge(&place(name), Kind::Static);
            let inner = snippet
                .strip_prefix("image:https://try.example.org/p/x/badge.svg[\"")
                .and_then(|rest| {
                    rest.strip_suffix("\",link=\"https://try.example.org/p/x/start\"]")
                })
                .expect(&snippet);
            let mut read = String::new();
            for (at, part) in inner.split("&#").enumerate() {
                let rest = match part.split_once(';') {
                    Some((number, rest)) if at > 0 => {
                        read.push(char::from_u32(number.parse().unwrap()).unwrap());
                        rest
                    }
                    _ => part,
                };
                assert!(!rest.contains(|c: char| c.is_ascii_punctuation()), "{snippet}");
                read.push_str(rest);
            }
            assert_eq!(read, alt(name), "{snippet}");
        }
    }
}
