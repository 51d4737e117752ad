//! From text to logical lines: directives, comments and continuations.

use super::{ParseError, SIZE_LIMIT};

/// An instruction's whole text on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LogicalLine {
    /// The line on which it starts, counted from 1.
    pub number: u32,
    /// Its text, without comments and line endings.
    pub text: String,
}

/// A Dockerfile as its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lines {
    /// The escape character in force.
    pub escape: char,
    /// The instructions.
    pub lines: Vec<LogicalLine>,
}

/// Reads directives and joins continued lines.
pub(super) fn logical_lines(text: &str) -> Result<Lines, ParseError> {
    if text.len() > SIZE_LIMIT {
        let message =
            format!("the Dockerfile has {} bytes; at most {SIZE_LIMIT} are read", text.len());
        return Err(ParseError::new(1, message));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let physical: Vec<&str> = text.lines().collect();
    if let Some(at) = physical.iter().position(|line| line.contains('\0')) {
        return Err(ParseError::new(line_number(at), "a NUL byte is not text"));
    }
    let escape = directives(&physical)?;
    Ok(Lines { escape, lines: join(&physical, escape) })
}

fn line_number(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}

/// The escape character that the directives at the top set. The first line that is no directive
/// ends them.
fn directives(physical: &[&str]) -> Result<char, ParseError> {
    let mut escape = None;
    let mut syntax = false;
    for (index, line) in physical.iter().enumerate() {
        let number = line_number(index);
        let Some((key, value)) = directive(line) else { break };
        match key.as_str() {
            "escape" => {
                let character = match value {
                    "\\" => '\\',
                    "`" => '`',
                    other => {
                        let message = format!("the escape character is \\ or `, not `{other}`");
                        return Err(ParseError::new(number, message));
                    }
                };
                if escape.replace(character).is_some() {
                    return Err(ParseError::new(number, "the directive `escape` is there twice"));
                }
            }
            "syntax" => {
                if std::mem::replace(&mut syntax, true) {
                    return Err(ParseError::new(number, "the directive `syntax` is there twice"));
                }
                known_syntax(value).map_err(|message| ParseError::new(number, message))?;
            }
            // Asks for lint checks only: it changes nothing in the image.
            "check" => {}
            _ => break,
        }
    }
    Ok(escape.unwrap_or('\\'))
}

/// `# key=value`.
fn directive(line: &str) -> Option<(String, &str)> {
    let (key, value) = line.trim().strip_prefix('#')?.split_once('=')?;
    let key = key.trim();
    let named = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric());
    named.then(|| (key.to_ascii_lowercase(), value.trim()))
}

fn known_syntax(value: &str) -> Result<(), String> {
    let name = value.strip_prefix("docker.io/").unwrap_or(value);
    let name = name.split(['@', ':']).next().unwrap_or_default();
    if matches!(name, "docker/dockerfile" | "docker/dockerfile-upstream") {
        Ok(())
    } else {
        Err(format!("the syntax `{value}` is not supported: only docker/dockerfile is"))
    }
}

fn join(physical: &[&str], escape: char) -> Vec<LogicalLine> {
    let mut lines = Vec::new();
    let mut open: Option<LogicalLine> = None;
    for (index, line) in physical.iter().enumerate() {
        // Comments and empty lines may stand between the lines of one instruction.
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        let continued = continued(line, escape);
        let piece = continued.unwrap_or(line);
        let current = open
            .get_or_insert_with(|| LogicalLine { number: line_number(index), text: String::new() });
        let first = current.text.is_empty();
        current.text.push_str(if first { piece.trim_start() } else { piece });
        if continued.is_none() {
            lines.extend(open.take());
        }
    }
    lines.extend(open);
    for line in &mut lines {
        line.text.truncate(line.text.trim_end().len());
    }
    lines.retain(|line| !line.text.is_empty());
    lines
}

/// The line without the escape character at its end, where it is continued. Two of them are one
/// that stands for itself.
fn continued(line: &str, escape: char) -> Option<&str> {
    let piece = line.trim_end_matches([' ', '\t']).strip_suffix(escape)?;
    (!piece.ends_with(escape)).then_some(piece)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(u32, String)> {
        let lines = logical_lines(text).expect("readable").lines;
        lines.into_iter().map(|line| (line.number, line.text)).collect()
    }

    #[test]
    fn lines_are_joined() {
        let table: &[(&str, &[(u32, &str)])] = &[
            ("", &[]),
            ("\n# only a comment\n\n", &[]),
            ("FROM a\r\nRUN b\r\n", &[(1, "FROM a"), (2, "RUN b")]),
            ("\u{feff}FROM a", &[(1, "FROM a")]),
            ("  RUN a  ", &[(1, "RUN a")]),
            ("RUN a \\\n    b\nRUN c", &[(1, "RUN a     b"), (3, "RUN c")]),
            ("RUN a \\  \n# why\n\n  && b", &[(1, "RUN a   && b")]),
            ("RUN a \\\n  # indented, ends in \\\n  b", &[(1, "RUN a   b")]),
            ("RUN echo a\\\\\nRUN b", &[(1, "RUN echo a\\\\"), (2, "RUN b")]),
            ("RUN a \\", &[(1, "RUN a")]),
            ("# escape=`\nRUN dir c:\\\nRUN a `\n b", &[(2, "RUN dir c:\\"), (3, "RUN a  b")]),
            ("# a comment ends the directives\n# escape=`\nRUN a \\\n b", &[(3, "RUN a  b")]),
            ("RUN echo '#' # not a comment", &[(1, "RUN echo '#' # not a comment")]),
        ];
        for (text, expected) in table {
            let expected: Vec<_> = expected.iter().map(|(n, t)| (*n, (*t).to_owned())).collect();
            assert_eq!(read(text), expected, "{text:?}");
        }
    }

    #[test]
    fn bad_directives_are_refused() {
        for (text, line) in [
            ("# escape=x\nFROM a", 1),
            ("# escape=\\\n# escape=`\nFROM a", 2),
            ("# syntax=tonistiigi/other\nFROM a", 1),
            ("# syntax=docker/dockerfile:1\n# syntax=docker/dockerfile:1\n", 2),
            ("FROM a\nRUN \0", 2),
        ] {
            assert_eq!(logical_lines(text).map_err(|e| e.line), Err(line), "{text:?}");
        }
        for text in
            ["# syntax=docker/dockerfile:1.7-labs\n", "#syntax = docker.io/docker/dockerfile\n"]
        {
            assert!(logical_lines(text).is_ok(), "{text:?}");
        }
        assert!(logical_lines(&"#".repeat(SIZE_LIMIT + 1)).is_err());
    }
}
