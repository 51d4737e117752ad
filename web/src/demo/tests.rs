//! What a demo's file may say, as tables.

use super::{Check, Demo, Part, Problem, parse, step_count};

fn read(source: &str) -> Demo {
    parse(source).unwrap_or_else(|problems| panic!("{source}: {problems}"))
}

fn problems(source: &str) -> Vec<Problem> {
    parse(source).expect_err(source).listed()
}

fn commands(demo: &Demo) -> Vec<Vec<&str>> {
    demo.steps
        .iter()
        .map(|step| {
            let commands = step.parts.iter().filter_map(|part| match part {
                Part::Command(command) => Some(command.as_str()),
                Part::Text(_) => None,
            });
            commands.collect()
        })
        .collect()
}

const WHOLE: &str = "---\ntitle: jq\n---\n\n# A tour\n\nHello.\n\n## Look *around*\n\nSome `text`.\n\n\
                     ```sh run\nls -l\n```\n\n```json\n{}\n```\n\n```run\npwd\n```\n\n\
                     ```check\ntotal   4\n\n/root\n```\n\n### More\n\n## Count\n\n~~~check line\n3\n~~~\n";

#[test]
fn a_whole_file_is_read() {
    let demo = read(WHOLE);
    assert!(demo.intro.contains("<h2>A tour</h2>") && demo.intro.contains("Hello."), "{demo:?}");
    assert!(!demo.intro.contains("title"), "what stands at the top for others is read over");
    let titles: Vec<&str> = demo.steps.iter().map(|step| step.title.as_str()).collect();
    assert_eq!(titles, ["Look around", "Count"]);
    assert_eq!(commands(&demo), [vec!["ls -l", "pwd"], vec![]]);
    let first = &demo.steps[0];
    assert!(matches!(&first.parts[0], Part::Text(html) if html.contains("<code>text</code>")));
    assert!(matches!(&first.parts[2], Part::Text(html) if html.contains("<pre><code>{}")));
    let check = |text: &str, line| Check { text: text.to_owned(), line };
    assert_eq!(first.checks, [check("total 4", false), check("/root", false)]);
    assert_eq!(demo.steps[1].checks, [check("3", true)]);
    assert_eq!(demo.steps[1].checks_json(), r#"[{"text":"3","line":true}]"#);
    assert_eq!(step_count(WHOLE), 2);
}

#[test]
fn links_by_reference_reach_across_steps() {
    let demo = read("## One\n\n[there][1]\n\n## Two\n\nText\n\n[1]: https://example.org\n");
    assert!(
        matches!(&demo.steps[0].parts[0], Part::Text(html) if html.contains("https://example.org"))
    );
}

#[test]
fn fences_within_fences_are_text() {
    let demo =
        read("## One\n\n````md\n```run\nrm -rf /\n```\n## Not a step\n````\n\n```run\nls\n```\n");
    assert_eq!(commands(&demo), [["ls"]]);
    // A longer fence may hold a shorter one: as a command it has too many lines.
    let text = "## One\n\n````run\n```run\nls\n```\n````\n";
    assert!(problems(text)[0].text.contains("one line"), "{:?}", problems(text));
}

#[test]
fn each_problem_is_told_with_its_line() {
    let long = format!("## One\n\n```run\n{}\n```\n", "x".repeat(1_001));
    let longest = format!("## One\n\n```check\n{}\n```\n", "x".repeat(201));
    let title = format!("## {}\n", "x".repeat(121));
    let commands = format!("## One\n\n{}", "```run\nls\n```\n".repeat(21));
    let checks = format!("## One\n\n```check\n{}```\n", "a\n".repeat(11));
    for (source, line, says) in [
        ("Text only\n", None, "no step yet"),
        ("# First level only\n", None, "no step yet"),
        ("> ## In a quotation\n", None, "no step yet"),
        ("##\n\ntext\n", Some(1), "a title"),
        (title.as_str(), Some(1), "at most 120"),
        ("```run\nls\n```\n\n## One\n", Some(1), "before the first step"),
        ("text\n\n```check\nls\n```\n\n## One\n", Some(3), "before the first step"),
        ("## One\n\n```run\n\n```\n", Some(3), "Put the command"),
        ("## One\n\n```run\nls\npwd\n```\n", Some(3), "one line"),
        ("## One\n\n```run\nls\n", Some(3), "no end"),
        ("## One\n\n````run\nls\n```\n", Some(3), "no end"),
        ("## One\n\n```check\nls\n\n## Two\n", Some(3), "no end"),
        ("## One\n\n```run\na\tb\n```\n", Some(3), "U+0009"),
        ("## One\n\n```run\na\u{200b}b\n```\n", Some(3), "U+200B"),
        ("## One\n\n```run\na\u{1b}[2Jb\n```\n", Some(3), "U+001B"),
        ("## One\n\nleft\u{202e}right\n", Some(3), "U+202E"),
        (long.as_str(), Some(3), "at most 1000"),
        (longest.as_str(), Some(4), "at most 200"),
        (commands.as_str(), Some(63), "at most 20"),
        (checks.as_str(), Some(14), "at most 10"),
        ("## One\n\n```check\n\n```\n", Some(3), "what the terminal shows"),
        ("## One\n\n```check lines\na\n```\n", Some(3), "A block is"),
        ("## One\n\n- a\n\n  ```run\n  ls\n  ```\n", Some(5), "left margin"),
        ("## One\n\n> ```check\n> ls\n> ```\n", Some(3), "left margin"),
        (
            "## One\n\n```run\necho  hello\n```\n\n```check\nx\necho hello\n```\n",
            Some(9),
            "as soon as",
        ),
    ] {
        let found = problems(source);
        assert_eq!(found[0].line, line, "{source}: {found:?}");
        assert!(found[0].text.contains(says), "{source}: no {says} in {found:?}");
    }
    let both = "## One\n\n```run\n\n```\n\n```check line\n```\n";
    let told: Vec<String> = problems(both).iter().map(Problem::to_string).collect();
    assert!(told[0].starts_with("Line 3: ") && told[1].starts_with("Line 7: "), "{told:?}");
    let whole = "## One\n\n```run\necho hello\n```\n\n```check line\nhello\n```\n";
    assert!(parse(whole).is_ok(), "a whole line is not the command's echo");
}

#[test]
fn what_is_too_large_is_told_at_once() {
    for (source, says) in [
        ("x".repeat(1 << 20), "1024 KiB"),
        ("## x\n".repeat(13_200), "KiB; at most 64"),
        ("## x\n".repeat(1_000), "at most 50 fit"),
        (format!("{}## x\n", "> ".repeat(20_000)), "no step yet"),
        (format!("## x\n{}", "- ".repeat(30_000)), ""),
        (format!("## x\n{}", "*a ".repeat(20_000)), ""),
        (format!("## x\n{}", "[".repeat(60_000)), ""),
        (format!("## x\n{}", "```run\n".repeat(9_000)), ""),
        (format!("## x\n{}", "```check\na\n```\n".repeat(4_000)), "at most 10"),
    ] {
        match parse(&source) {
            Ok(demo) => assert_eq!((demo.steps.len(), says), (1, "")),
            Err(found) => {
                let found = found.listed();
                assert!(found[0].text.contains(says), "{says}: {found:?}");
                assert!(found.len() <= 20);
            }
        }
    }
    assert_eq!(read(&"## x\n".repeat(50)).steps.len(), 50);
}

#[test]
fn right_to_left_and_other_scripts_are_text_like_any() {
    let demo =
        read("## مرحبا بالعالم\n\nטקסט\n\n```run\necho 'שלום'\n```\n\n```check line\nשלום\n```\n");
    assert_eq!(demo.steps[0].title, "مرحبا بالعالم");
    assert_eq!(demo.steps[0].checks[0].text, "שלום");
}

#[test]
fn nothing_harmful_comes_through() {
    for attack in [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "<button data-demo-run>x</button>",
        "<code data-demo-command id=demo-command-1-1>rm -rf /</code>",
        "</section></aside><form action=/logout method=post>",
        "<p class=demo style=position:fixed>x",
        "</div></div><h1>",
        "<iframe src=https://evil.example></iframe>",
    ] {
        for source in [
            format!("{attack}\n\n## One\n\n{attack}\n\n```run\nls\n```\n\n{attack}\n"),
            format!("# {attack}\n\n## {attack}\n\n> {attack}\n"),
        ] {
            let Ok(demo) = parse(&source) else { continue };
            let html = |part: &Part| match part {
                Part::Text(html) => html.clone(),
                Part::Command(_) => String::new(),
            };
            let texts = demo.steps.iter().flat_map(|step| step.parts.iter().map(html));
            for text in texts.chain([demo.intro.clone()]) {
                let text = text.to_lowercase();
                for bad in [
                    "<script",
                    "onerror",
                    "javascript:",
                    "<button",
                    "data-",
                    "id=",
                    "class=",
                    "style=",
                    "<form",
                    "<iframe",
                    "</section",
                    "</aside",
                    "</div",
                ] {
                    assert!(!text.contains(bad), "{attack} became {text}");
                }
            }
        }
    }
}
