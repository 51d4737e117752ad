//! What does a badge look like? Drawn on whole pixels, so that it is as sharp at 1× as at 2×.

use super::{
    metrics::{SIZE, width},
    xml::escape,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};
use std::{fmt::Write, sync::LazyLock};

/// The cell of the mark, `>_`.
const MARK: u32 = 25;
/// Room on each side of words.
const PAD: u32 = 8;

/// The one rule: an edge that parts the badge from a dark page. [`policy`] lets this text through,
/// so it is written into a badge as it stands here.
const STYLE: &str = "@media(prefers-color-scheme:dark){.e{stroke:#59636e}}";

/// What a badge's last cell is coloured after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// It can be tried.
    Good,
    /// It is being made.
    Busy,
    /// It did not work out.
    Bad,
    /// It can be tried, but something about it is not right.
    Wary,
    /// Nothing to be had.
    Quiet,
}

impl Tone {
    /// White words are read on each of these at 4.5:1 or more.
    const fn fill(self) -> &'static str {
        match self {
            Self::Good => "#0f766e",
            Self::Busy => "#1d5a9e",
            Self::Bad => "#ad231b",
            Self::Wary => "#815300",
            Self::Quiet => "#57606a",
        }
    }
}

/// A badge before it is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Badge {
    /// What screen readers and pointers get.
    pub title: String,
    /// Words beside the mark, on its ground; there may be none.
    pub label: &'static str,
    /// Words on the coloured ground.
    pub message: String,
    /// Its colour.
    pub tone: Tone,
}

impl Badge {
    /// The SVG.
    #[must_use]
    pub fn svg(&self) -> String {
        let (title, fill) = (escape(&self.title), self.tone.fill());
        let label_end = match self.label {
            "" => MARK,
            label => MARK + width(label) + PAD,
        };
        let whole = label_end + PAD + width(&self.message) + PAD;
        let (coloured, edge) = (whole - label_end, whole - 1);
        let mut words = String::new();
        if !self.label.is_empty() {
            push_words(&mut words, MARK, self.label);
        }
        push_words(&mut words, label_end + PAD, &self.message);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{whole}\" height=\"20\" \
             viewBox=\"0 0 {whole} 20\" role=\"img\" aria-label=\"{title}\">\
             <title>{title}</title><style>{STYLE}</style>\
             <clipPath id=\"r\"><rect width=\"{whole}\" height=\"20\" rx=\"4\"/></clipPath>\
             <g clip-path=\"url(#r)\"><rect width=\"{label_end}\" height=\"20\" fill=\"#1b1f27\"/>\
             <rect x=\"{label_end}\" width=\"{coloured}\" height=\"20\" fill=\"{fill}\"/></g>\
             <rect class=\"e\" x=\".5\" y=\".5\" width=\"{edge}\" height=\"19\" rx=\"3.5\" \
             fill=\"none\"/>\
             <path d=\"M7 6l4 4-4 4\" fill=\"none\" stroke=\"#5eead4\" stroke-width=\"2\" \
             stroke-linecap=\"round\" stroke-linejoin=\"round\"/>\
             <path d=\"M13 14.5h6\" stroke=\"#fff\" stroke-width=\"2\" stroke-linecap=\"round\"/>\
             <g fill=\"#fff\" font-family=\"Verdana,Geneva,'DejaVu Sans',sans-serif\" \
             font-size=\"{SIZE}\">{words}</g></svg>"
        )
    }
}

fn push_words(svg: &mut String, x: u32, words: &str) {
    let (long, words) = (width(words), escape(words));
    // Writing to a text cannot fail.
    let _ = write!(
        svg,
        "<text x=\"{x}\" y=\"14\" textLength=\"{long}\" \
         lengthAdjust=\"spacingAndGlyphs\">{words}</text>"
    );
}

/// The Content-Security-Policy of badges, for who opens one by itself: nothing but its one rule.
pub static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; frame-ancestors 'none'"
    )
});
