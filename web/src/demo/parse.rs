//! From a maintainer's Markdown to a demo's steps, or to what is wrong with it.

use super::{Check, Demo, Part, Problems, Step};
use crate::{
    i18n::{fill, t},
    input::text::{check_line, check_lines},
    projects::markdown,
};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// The largest file, in bytes.
pub const BYTES: usize = 64 << 10;
const STEPS: usize = 50;
const TITLE: usize = 120;
const COMMANDS: usize = 20;
const COMMAND: usize = 1_000;
const CHECKS: usize = 10;
const CHECK: usize = 200;

/// Reads a demo. The lines end as on Unix.
///
/// # Errors
/// What is wrong, by line.
pub fn parse(source: &str) -> Result<Demo, Problems> {
    // Before anything else looks at it.
    if source.len() > BYTES {
        let text = t("This has {n} KiB; at most {most} KiB fit.");
        let kib = source.len().div_ceil(1024);
        return Err(Problems::of(fill(text, &[("n", &kib), ("most", &(BYTES >> 10))])));
    }
    let mut reader = Reader::new(source);
    for (index, line) in source.lines().enumerate() {
        reader.problems.check(index + 1, check_lines(line));
    }
    let mut events = events(source);
    while let Some((event, range)) = events.next() {
        match event {
            Event::Start(Tag::Heading { level: HeadingLevel::H2, .. }) if reader.depth == 0 => {
                let title = text_until(&mut events, TagEnd::Heading(HeadingLevel::H2));
                reader.begin(&title, range.start);
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => match Block::of(&info) {
                Block::Text => {
                    let start = Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info)));
                    reader.text(start);
                }
                block => {
                    let text = text_until(&mut events, TagEnd::CodeBlock);
                    reader.block(block, &text, range);
                }
            },
            Event::Start(Tag::MetadataBlock(kind)) => {
                text_until(&mut events, TagEnd::MetadataBlock(kind));
            }
            other => reader.text(other),
        }
    }
    reader.end()
}

/// How many steps a file has that was found in order before.
#[must_use]
pub fn step_count(source: &str) -> usize {
    let mut depth = 0_usize;
    let mut steps = 0;
    for (event, _) in events(source) {
        match event {
            Event::Start(tag) => {
                let is_step = matches!(tag, Tag::Heading { level: HeadingLevel::H2, .. });
                steps += usize::from(depth == 0 && is_step);
                depth += 1;
            }
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    steps
}

fn events(source: &str) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
    // What other programs keep at the top of a Markdown file is read over.
    let options = markdown::OPTIONS | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    Parser::new_ext(source, options).into_offset_iter()
}

/// The text up to an element's end.
fn text_until<'a>(
    events: &mut impl Iterator<Item = (Event<'a>, Range<usize>)>,
    end: TagEnd,
) -> String {
    let mut text = String::new();
    for (event, _) in events {
        match event {
            Event::End(tag) if tag == end => break,
            Event::Text(words) | Event::Code(words) => text.push_str(&words),
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            _ => {}
        }
    }
    text
}

/// What a fenced block is, by the words behind its fence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Block {
    /// ```` ```run ```` or ```` ```sh run ````
    Run,
    /// ```` ```check ```` or ```` ```check line ````
    Check { line: bool },
    /// ```` ```check … ```` with words that mean nothing here.
    Unknown,
    /// Anything else is shown.
    Text,
}

impl Block {
    fn of(info: &str) -> Self {
        let words: Vec<&str> = info.split_whitespace().collect();
        match words[..] {
            ["check"] => Self::Check { line: false },
            ["check", "line"] => Self::Check { line: true },
            ["run"] | [_, "run"] => Self::Run,
            ["check" | "run", ..] => Self::Unknown,
            _ => Self::Text,
        }
    }
}

/// The steps so far.
struct Reader<'a> {
    source: &'a str,
    demo: Demo,
    /// The Markdown of the part that is being read.
    pending: Vec<Event<'a>>,
    /// How many elements are open around what comes next.
    depth: usize,
    problems: Problems,
    /// Where the present step's checks stand.
    check_lines: Vec<usize>,
}

impl<'a> Reader<'a> {
    fn new(source: &'a str) -> Self {
        Self {
            source,
            demo: Demo::default(),
            pending: Vec::new(),
            depth: 0,
            problems: Problems::default(),
            check_lines: Vec::new(),
        }
    }

    fn line_of(&self, offset: usize) -> usize {
        self.source.as_bytes()[..offset].iter().filter(|byte| **byte == b'\n').count() + 1
    }

    fn text(&mut self, event: Event<'a>) {
        match event {
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.pending.push(event);
    }

    /// What was read so far is a part.
    fn flush(&mut self) {
        let html = markdown::from_events(std::mem::take(&mut self.pending).into_iter());
        if html.trim().is_empty() {
            return;
        }
        match self.demo.steps.last_mut() {
            Some(step) => step.parts.push(Part::Text(html)),
            None => self.demo.intro = html,
        }
    }

    fn begin(&mut self, title: &str, offset: usize) {
        self.flush();
        self.finish_step();
        let line = self.line_of(offset);
        let title = spaced(title);
        if title.is_empty() {
            self.problems.at(line, t("Give the step a title."));
        }
        self.problems.check(line, check_line(&title));
        self.problems.check(line, at_most(TITLE, &title));
        if self.demo.steps.len() == STEPS {
            let text = t("This is one step too many: at most {n} fit.");
            self.problems.at(line, fill(text, &[("n", &STEPS)]));
        }
        self.demo.steps.push(Step { title, ..Step::default() });
    }

    fn block(&mut self, block: Block, text: &str, range: Range<usize>) {
        let line = self.line_of(range.start);
        if self.depth > 0 {
            let text = t(
                "A block of this kind stands by itself, not in a list or a quotation. Move it to the left margin.",
            );
            return self.problems.at(line, text);
        }
        if !is_closed(&self.source[range]) {
            let text = t("This block has no end. Close it with the same fence that opens it.");
            return self.problems.at(line, text);
        }
        self.flush();
        if self.demo.steps.is_empty() {
            let text = t(
                "This stands before the first step. Begin a step above it with a line such as “## First step”.",
            );
            return self.problems.at(line, text);
        }
        match block {
            Block::Run => self.command(text, line),
            Block::Check { line: whole } => self.check(text, whole, line),
            _ => self.problems.at(line, t("A block is “run”, “sh run”, “check” or “check line”.")),
        }
    }

    fn command(&mut self, text: &str, line: usize) {
        let command = text.strip_suffix('\n').unwrap_or(text).trim();
        if command.is_empty() {
            self.problems.at(line, t("Put the command into the block."));
        } else if command.contains('\n') {
            self.problems.at(line, t("A command is one line. Give each line a block of its own."));
        } else {
            self.problems.check(line, check_line(command));
            self.problems.check(line, at_most(COMMAND, command));
        }
        let Some(step) = self.demo.steps.last_mut() else { return };
        let others = step.parts.iter().filter(|part| matches!(part, Part::Command(_)));
        if others.count() == COMMANDS {
            let text = t("A step has at most {n} commands. Begin another step.");
            self.problems.at(line, fill(text, &[("n", &COMMANDS)]));
        }
        step.parts.push(Part::Command(command.to_owned()));
    }

    fn check(&mut self, text: &str, whole: bool, line: usize) {
        let Some(step) = self.demo.steps.last_mut() else { return };
        if text.trim().is_empty() {
            self.problems.at(line, t("Put what the terminal shows into the block."));
        }
        for (index, text) in text.lines().enumerate() {
            let (text, line) = (spaced(text), line + 1 + index);
            if text.is_empty() {
                continue;
            }
            self.problems.check(line, check_line(&text));
            self.problems.check(line, at_most(CHECK, &text));
            if step.checks.len() == CHECKS {
                let text = t("A step has at most {n} lines of checks.");
                self.problems.at(line, fill(text, &[("n", &CHECKS)]));
            }
            step.checks.push(Check { text, line: whole });
            self.check_lines.push(line);
        }
    }

    /// A check that the step's own command holds would be met by the command's echo.
    fn finish_step(&mut self) {
        let lines = std::mem::take(&mut self.check_lines);
        let Some(step) = self.demo.steps.last() else { return };
        for (check, line) in step.checks.iter().zip(lines) {
            let in_command = |part: &Part| match part {
                Part::Command(command) => spaced(command).contains(&check.text),
                Part::Text(_) => false,
            };
            if !check.line && step.parts.iter().any(in_command) {
                let text = t(
                    "The step's command holds this text itself, so the step would be done as soon as it is typed. Take something that only its output has, or a whole line by “check line”.",
                );
                self.problems.at(line, text);
            }
        }
    }

    fn end(mut self) -> Result<Demo, Problems> {
        self.flush();
        self.finish_step();
        if self.demo.steps.is_empty() && self.problems.is_empty() {
            let text =
                t("There is no step yet. A step begins with a line such as “## First step”.");
            return Err(Problems::of(text));
        }
        if self.problems.is_empty() { Ok(self.demo) } else { Err(self.problems) }
    }
}

/// Whether a fenced block's last line is a fence. Without one, it goes on to the file's end.
fn is_closed(block: &str) -> bool {
    let mut lines = block.trim_end().lines();
    let (first, last) = (lines.next(), lines.next_back());
    let fence = |line: Option<&str>| {
        let line = line?.trim();
        let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        Some((mark, line.chars().take_while(|c| *c == mark).count(), line.to_owned()))
    };
    match (fence(first), fence(last)) {
        (Some((mark, opens, _)), Some((other, closes, line))) => {
            mark == other && closes >= opens && line.chars().all(|c| c == mark)
        }
        _ => false,
    }
}

/// Without space around it, and with one space where there was more.
fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn at_most(most: usize, text: &str) -> Result<(), String> {
    let n = text.chars().count();
    if n <= most {
        return Ok(());
    }
    let text = t("This has {n} characters; at most {most} fit.");
    Err(fill(text, &[("n", &n), ("most", &most)]))
}
