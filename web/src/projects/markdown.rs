//! Descriptions: Markdown from strangers, as HTML that can do no harm.

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use std::sync::LazyLock;

/// What may be in a description. The defaults of ammonia leave out scripts, styles, forms, frames
/// and event handlers.
static SANITISER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut builder = ammonia::Builder::default();
    builder
        .link_rel(Some("nofollow noopener noreferrer ugc"))
        .url_schemes(["https", "http", "mailto"].into())
        .url_relative(ammonia::UrlRelative::Deny)
        // Layout is ours.
        .rm_tags(["center", "map", "area", "bdo", "col", "colgroup"]);
    builder
});

/// What is read beyond CommonMark.
pub const OPTIONS: Options =
    Options::ENABLE_TABLES.union(Options::ENABLE_STRIKETHROUGH).union(Options::ENABLE_TASKLISTS);

/// Elements within elements, and tags that were written as HTML: more of them are shown as their text
/// alone. The sanitiser's work grows with the square of the depth, so that 100 KiB of `> > >` would
/// keep a core busy for many seconds.
const DEPTH: usize = 32;
const TAGS: usize = 1_000;

/// What may be in a comment: the same without headings, which are the page's, and without images,
/// which would tell another site who reads here.
static COMMENTS: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut builder = ammonia::Builder::default();
    builder
        .link_rel(Some("nofollow noopener noreferrer ugc"))
        .url_schemes(["https", "http", "mailto"].into())
        .url_relative(ammonia::UrlRelative::Deny)
        .rm_tags(["center", "map", "area", "bdo", "col", "colgroup"])
        .rm_tags(["img", "h1", "h2", "h3", "h4", "h5", "h6", "header", "footer", "nav", "aside"]);
    builder
});

/// A comment's Markdown as safe HTML. A line's end is one, as people expect where they talk, and HTML
/// is text.
#[must_use]
pub fn comment_to_html(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let events = bounded(Parser::new_ext(markdown, options)).flat_map(|event| match event {
        Event::Start(Tag::Heading { .. }) => {
            [Some(Event::Start(Tag::Paragraph)), Some(Event::Start(Tag::Strong))]
        }
        Event::End(TagEnd::Heading(_)) => {
            [Some(Event::End(TagEnd::Strong)), Some(Event::End(TagEnd::Paragraph))]
        }
        Event::SoftBreak => [Some(Event::HardBreak), None],
        // Who writes of `vim <file>` or `Vec<u8>` means what is written, and not HTML.
        Event::Html(text) | Event::InlineHtml(text) => [Some(Event::Text(text)), None],
        Event::Start(Tag::HtmlBlock) => [Some(Event::Start(Tag::Paragraph)), None],
        Event::End(TagEnd::HtmlBlock) => [Some(Event::End(TagEnd::Paragraph)), None],
        // What an image shows is said by its words.
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => [None, None],
        other => [Some(other), None],
    });
    let mut unsafe_html = String::with_capacity(markdown.len() * 3 / 2);
    html::push_html(&mut unsafe_html, events.flatten());
    COMMENTS.clean(&unsafe_html).to_string()
}

/// Markdown as safe HTML. Headings begin below the page's own.
#[must_use]
pub fn to_html(markdown: &str) -> String {
    from_events(Parser::new_ext(markdown, OPTIONS))
}

/// The same of Markdown that was read already.
#[must_use]
pub fn from_events<'a>(events: impl Iterator<Item = Event<'a>>) -> String {
    let events = bounded(events).map(|event| match event {
        Event::Start(Tag::Heading { level, classes, attrs, .. }) => {
            Event::Start(Tag::Heading { level: lower(level), id: None, classes, attrs })
        }
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(lower(level))),
        Event::TaskListMarker(done) => {
            Event::Text(CowStr::Borrowed(if done { "☑ " } else { "☐ " }))
        }
        other => other,
    });
    let mut unsafe_html = String::new();
    html::push_html(&mut unsafe_html, events);
    SANITISER.clean(&unsafe_html).to_string()
}

/// The events without what is nested too deeply or is too much HTML.
fn bounded<'a>(events: impl Iterator<Item = Event<'a>>) -> impl Iterator<Item = Event<'a>> {
    let (mut depth, mut tags) = (0_usize, 0_usize);
    events.filter_map(move |event| match event {
        Event::Start(_) => {
            depth += 1;
            (depth <= DEPTH).then_some(event)
        }
        Event::End(_) => {
            depth = depth.saturating_sub(1);
            (depth < DEPTH).then_some(event)
        }
        Event::Html(ref text) | Event::InlineHtml(ref text) => {
            tags += text.matches('<').count();
            if tags <= TAGS { Some(event) } else { Some(Event::Text(text.clone())) }
        }
        other => Some(other),
    })
}

fn lower(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H2,
        HeadingLevel::H2 => HeadingLevel::H3,
        HeadingLevel::H3 => HeadingLevel::H4,
        HeadingLevel::H4 => HeadingLevel::H5,
        HeadingLevel::H5 | HeadingLevel::H6 => HeadingLevel::H6,
    }
}

#[cfg(test)]
mod tests {
    use super::{comment_to_html, to_html};

    #[test]
    fn markdown_becomes_html() {
        insta::assert_snapshot!(to_html(
            "# Title\n\nA *word*, `code` and [a link](https://example.org).\n\n\
             | a | b |\n|---|---|\n| 1 | 2 |\n\n- [x] done\n\n```sh\njq . <<< '{}'\n```\n"
        ));
    }

    #[test]
    fn comments_have_neither_headings_nor_images_nor_html() {
        for (markdown, html) in [
            ("# Big\nsmall", "<p><strong>Big</strong></p>\n<p>small</p>\n"),
            ("one\ntwo", "<p>one<br>\ntwo</p>\n"),
            ("![a cat](https://example.org/cat.png)", "<p>a cat</p>\n"),
            ("<h1>Big</h1>", "<p>&lt;h1&gt;Big&lt;/h1&gt;</p>"),
            ("<script>x</script>", "<p>&lt;script&gt;x&lt;/script&gt;</p>"),
            ("a Vec<u8>, *vim* <file>", "<p>a Vec&lt;u8&gt;, <em>vim</em> &lt;file&gt;</p>"),
        ] {
            assert_eq!(comment_to_html(markdown).trim(), html.trim(), "{markdown}");
        }
    }

    #[test]
    fn what_is_nested_without_end_costs_no_more_than_its_length() {
        for (text, kept) in [
            (format!("{}deep", "> ".repeat(50_000)), "deep"),
            (format!("{}deep", "- > ".repeat(25_000)), "deep"),
            (format!("{}\n\ndeep", "<div>".repeat(20_000)), "deep"),
            (format!("{}\n\ndeep", "<ul><li>\n".repeat(11_000)), "deep"),
            (format!("{}deep", "a <b><i>".repeat(12_000)), "deep"),
        ] {
            for html in [to_html(&text), comment_to_html(&text)] {
                assert!(html.contains(kept), "{}", &html[..200]);
                let open = ["<blockquote", "<b>", "<i>", "<li", "<div"];
                let tags: usize = open.iter().map(|tag| html.matches(tag).count()).sum();
                assert!(tags <= 1_100, "{tags} in {}", &text[..20]);
            }
        }
        let some = to_html("> > - a\n> > - b\n\n<details><summary>more</summary>x</details>\n");
        assert!(
            some.contains("<blockquote>\n<blockquote>\n<ul>") && some.contains("<summary>more")
        );
    }

    /// The tags alone: a comment shows HTML as the text that it is.
    fn tags(html: &str) -> String {
        let tags = html.split('<').skip(1).filter_map(|part| part.split_once('>'));
        tags.map(|(tag, _)| format!("<{tag}>")).collect()
    }

    #[test]
    fn nothing_harmful_comes_through() {
        for attack in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "[x](javascript:alert(1))",
            "[x](JaVaScRiPt:alert(1))",
            "[x](data:text/html;base64,PHNjcmlwdD4=)",
            "![x](javascript:alert(1))",
            "<a href=\"javascript:alert(1)\">x</a>",
            "<iframe src=https://evil.example></iframe>",
            "<form action=/logout method=post><button>x</button></form>",
            "<style>body{display:none}</style>",
            "<p style=\"position:fixed\" onclick=alert(1)>x</p>",
            "<svg/onload=alert(1)>",
            "<base href=https://evil.example>",
            "<meta http-equiv=refresh content=0>",
            "<input name=csrf id=csrf>",
            "<div id=main class=notice>x</div>",
        ] {
            let html = (to_html(attack) + &tags(&comment_to_html(attack))).to_lowercase();
            for bad in [
                "<script",
                "onerror",
                "javascript:",
                "data:",
                "<iframe",
                "<form",
                "<style",
                "style=",
                "onclick",
                "<svg",
                "<base",
                "<meta",
                "<input",
                "<button",
                "id=",
                "class=",
            ] {
                assert!(!html.contains(bad), "{attack} became {html}");
            }
        }
    }
}
