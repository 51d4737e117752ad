//! What badges say and look like, and that every one is XML.

use super::*;

fn known(name: &str) -> Known {
    Known { name: name.to_owned(), archived: false, has_image: true, build: None, tries: 0 }
}

#[test]
fn numbers_are_short_and_never_too_large() {
    for (number, text) in [
        (1, "1"),
        (999, "999"),
        (1_000, "1k"),
        (1_049, "1k"),
        (1_250, "1.2k"),
        (9_999, "9.9k"),
        (10_900, "10k"),
        (999_999, "999k"),
        (1_000_000, "1M"),
        (3_450_000_000, "3.4G"),
        (i64::MAX, "9223372036G"),
    ] {
        assert_eq!(short(number), text);
    }
}

#[test]
fn what_is_said_of_a_project() {
    use BuildState::{Cancelled, Failed, Pushed, Queued, Running};
    for (archived, has_image, build, tries, said) in [
        (false, true, Some(Pushed), 0, "try it | ready"),
        (false, true, Some(Pushed), 1_234, "try it | 1.2k this week"),
        (false, true, Some(Cancelled), 1, "try it | 1 this week"),
        (false, true, None, 7, "try it | 7 this week"),
        (false, true, Some(Running), 7, "try it | rebuilding"),
        (false, true, Some(Failed), 7, "try it | last build failed"),
        (false, false, Some(Queued), 0, "trythis | building"),
        (false, false, Some(Failed), 0, "trythis | build failing"),
        (false, false, Some(Cancelled), 0, "trythis | not built"),
        (false, false, None, 0, "trythis | not built"),
        (true, true, Some(Running), 7, "trythis | archived"),
    ] {
        let badge = said_of(&Known { archived, has_image, build, tries, ..known("jq") });
        assert_eq!(format!("{} | {}", badge.label, badge.message), said);
        assert_eq!(badge.title, format!("jq: {}", said.replace(" |", ",")));
    }
}

#[test]
fn the_static_badge() {
    insta::assert_snapshot!(STATIC.svg);
}

#[test]
fn a_live_badge() {
    insta::assert_snapshot!(said_of(&Known { tries: 1_234, ..known("jq") }).svg());
}

#[test]
fn a_badge_of_nothing() {
    insta::assert_snapshot!(NOT_FOUND.svg);
}

#[test]
fn every_badge_is_xml_on_whole_pixels_whatever_the_project_is_called() {
    let names = [
        "jq",
        "</title><script>alert(1)</script>",
        "\" onload=\"x\" ]]> &amp; <!-- ' -->",
        "\u{202e}fdp.exe\u{2066}\u{200b}\u{feff}\u{0}\u{1b}[31m\u{ffff}",
        "한글 도구 🎉 &#x0; %00",
    ];
    let live = names.iter().map(|name| said_of(&known(name)).svg());
    let others = [&STATIC, &NOT_FOUND, &UNAVAILABLE].map(|drawing| drawing.svg.clone());
    for svg in live.chain(others) {
        let document = roxmltree::Document::parse(&svg).expect(&svg);
        let root = document.root_element();
        assert_eq!((root.tag_name().name(), root.attribute("role")), ("svg", Some("img")));
        let title =
            root.children().find(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "title")));
        let title = title.and_then(|node| node.text()).expect("a title");
        assert_eq!(root.attribute("aria-label"), Some(title));
        assert!(
            !title.chars().any(|c| matches!(c, '\u{202e}' | '\u{200b}' | '\u{1b}')),
            "{title:?}"
        );
        let width: u32 = root.attribute("width").unwrap().parse().expect("whole pixels");
        assert_eq!(root.attribute("viewBox"), Some(&*format!("0 0 {width} 20")));
        for node in document.descendants() {
            assert!(!["script", "image", "a", "foreignObject"].contains(&node.tag_name().name()));
            assert!(node.attributes().all(|a| !a.name().starts_with("on") && a.name() != "href"));
            if node.tag_name().name() == "text" {
                let ends = ["x", "textLength"].map(|name| node.attribute(name).unwrap());
                let [x, long] = ends.map(|number| number.parse::<u32>().expect("whole pixels"));
                assert!(x + long + 8 <= width, "{svg}");
            }
        }
    }
}

#[test]
fn the_policy_lets_the_one_rule_through() {
    let style = STATIC.svg.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
    let hash = ring::digest::digest(&ring::digest::SHA256, style.as_bytes());
    let hash = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, hash);
    assert!(POLICY.contains(&format!("style-src 'sha256-{hash}'")), "{}", *POLICY);
}
