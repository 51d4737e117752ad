//! What was measured: tab-separated lines for programs, and `RESULTS.md` for people.
//!
//! A section of `RESULTS.md` is one area; a run replaces the sections of its own areas and leaves
//! the others as they are.

use crate::stats::Samples;
use std::fmt::Write as _;

/// The first line of the tab-separated output.
pub const HEADER: &str = "figure\tours\tpeer\tratio\tspread";

/// Whose value it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// trythis.
    Ours,
    /// The other one.
    Peer,
}

/// One figure; its unit is in its name.
#[derive(Debug, Default)]
struct Figure {
    name: String,
    ours: Samples,
    peer: Samples,
}

/// Everything that one area measured.
#[derive(Debug, Default)]
pub struct Section {
    area: &'static str,
    figures: Vec<Figure>,
    notes: Vec<String>,
}

impl Section {
    /// An empty section.
    pub fn new(area: &'static str) -> Self {
        Self { area, ..Self::default() }
    }

    /// Adds a round's value to a figure. Figures keep the order in which they first came.
    pub fn add(&mut self, side: Side, figure: &str, value: f64) {
        let place = self.figures.iter().position(|known| known.name == figure);
        let place = place.unwrap_or_else(|| {
            self.figures.push(Figure { name: figure.to_owned(), ..Figure::default() });
            self.figures.len() - 1
        });
        match side {
            Side::Ours => self.figures[place].ours.add(value),
            Side::Peer => self.figures[place].peer.add(value),
        }
    }

    /// Adds a sentence to be read with the figures; the same one counts once.
    pub fn note(&mut self, text: impl Into<String>) {
        // An item of a list is one line.
        let text = text.into().split_whitespace().collect::<Vec<_>>().join(" ");
        if !self.notes.contains(&text) {
            self.notes.push(text);
        }
    }

    /// The figures as tab-separated lines, without the header.
    pub fn lines(&self) -> Vec<String> {
        self.figures.iter().map(|figure| figure.cells(self.area).join("\t")).collect()
    }

    /// The section of `RESULTS.md`; `setting` says where and when it was measured.
    pub fn markdown(&self, setting: &str) -> String {
        let mut text = format!("## {}\n\n{setting}\n\n", self.area);
        text.push_str("| figure | ours | peer | ratio | spread |\n|---|---|---|---|---|\n");
        for figure in &self.figures {
            let _ = writeln!(text, "| {} |", figure.cells(self.area).join(" | "));
        }
        if !self.notes.is_empty() {
            text.push('\n');
        }
        for note in &self.notes {
            let _ = writeln!(text, "- {note}");
        }
        text
    }
}

impl Figure {
    fn cells(&self, area: &str) -> [String; 5] {
        let (ours, peer) = (self.ours.median(), self.peer.median());
        let ratio = match (ours, peer) {
            (Some(ours), Some(peer)) if peer != 0.0 => number(ours / peer),
            _ => "-".to_owned(),
        };
        let spread = [("ours", &self.ours), ("peer", &self.peer)]
            .into_iter()
            .filter_map(|(side, samples)| samples.spread().map(|s| (side, s)))
            .map(|(side, (least, most))| format!("{side} {}–{}", number(least), number(most)))
            .collect::<Vec<_>>()
            .join(", ");
        let name = format!("{area}: {}", self.name);
        [name, shown(ours), shown(peer), ratio, spread]
    }
}

fn shown(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), number)
}

/// Three significant digits, and no more than the value has.
fn number(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let magnitude = value.abs().log10().floor();
    let decimals = (2.0 - magnitude).clamp(0.0, 6.0) as usize;
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// `old` with the sections of `new` in the place of those of the same area, or at the end. What
/// stands before the first section becomes `preface`.
pub fn merge(old: &str, preface: &str, new: &[(&str, String)]) -> String {
    let mut sections = sections(old);
    for (area, text) in new {
        let text = text.trim_end().to_owned();
        match sections.iter_mut().find(|(known, _)| known == area) {
            Some((_, place)) => *place = text,
            None => sections.push(((*area).to_owned(), text)),
        }
    }
    let mut document = preface.trim_end().to_owned();
    for (_, text) in sections {
        document.push_str("\n\n");
        document.push_str(&text);
    }
    document.push('\n');
    document
}

fn sections(document: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in document.lines() {
        if let Some(area) = line.strip_prefix("## ") {
            found.push((area.trim().to_owned(), String::new()));
        }
        if let Some((_, text)) = found.last_mut() {
            text.push_str(line);
            text.push('\n');
        }
    }
    for (_, text) in &mut found {
        text.truncate(text.trim_end().len());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits() {
        for (value, text) in [
            (0.0, "0"),
            (1.0, "1"),
            (0.123_456, "0.123"),
            (12.345, "12.3"),
            (123.45, "123"),
            (98_765.4, "98765"),
            (0.000_123_4, "0.000123"),
            (2.50, "2.5"),
            (100.0, "100"),
        ] {
            assert_eq!(number(value), text, "{value}");
        }
    }

    #[test]
    fn a_line_has_its_five_cells() {
        let mut section = Section::new("api");
        for value in [2.0, 1.0, 3.0] {
            section.add(Side::Ours, "p99, ms", value);
        }
        section.add(Side::Peer, "p99, ms", 4.0);
        section.add(Side::Ours, "errors", 0.0);
        assert_eq!(
            section.lines(),
            ["api: p99, ms\t2\t4\t0.5\tours 1–3, peer 4–4", "api: errors\t0\t-\t-\tours 0–0"]
        );
        assert_eq!(HEADER.split('\t').count(), section.lines()[0].split('\t').count());
    }

    #[test]
    fn a_section_is_a_table_with_notes() {
        let mut section = Section::new("api");
        section.add(Side::Ours, "p99, ms", 2.0);
        section.note("Once, in\n  one line.");
        section.note("Once, in one line.");
        let text = section.markdown("On a machine.");
        assert!(text.starts_with("## api\n\nOn a machine.\n\n| figure |"), "{text}");
        assert!(
            text.ends_with("| api: p99, ms | 2 | - | - | ours 2–2 |\n\n- Once, in one line.\n"),
            "{text}"
        );
    }

    #[test]
    fn a_run_replaces_its_own_sections_only() {
        let old = "# Old preface\n\n## a\n\nold a\n\n## b\n\nold b\n";
        let new = [("a", "## a\n\nnew a\n".to_owned()), ("c", "## c\n\nnew c".to_owned())];
        let merged = merge(old, "# Preface\n", &new);
        assert_eq!(merged, "# Preface\n\n## a\n\nnew a\n\n## b\n\nold b\n\n## c\n\nnew c\n");
        assert_eq!(merge("", "# Preface", &[]), "# Preface\n");
    }
}
