//! Filling in variables and taking quotes away, the way a shell does for one word.

use std::{iter::Peekable, str::Chars};

/// How deep `${a:-${b:-…}}` may nest.
const DEPTH_LIMIT: u32 = 16;

/// How long a word may become: a value that doubles itself with every line stops here.
const LENGTH_LIMIT: usize = 64 << 10;

/// A word that cannot be expanded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpandError {
    /// A quote is never closed.
    #[error("a quote ({0}) is opened and never closed")]
    OpenQuote(char),
    /// A `${` is never closed.
    #[error("`${{` is opened and never closed")]
    OpenBrace,
    /// There is no name after `${`.
    #[error("`${{` needs the name of a variable")]
    NoName,
    /// A form such as `${x%y}`.
    #[error("`${{{0}{1}…}}` is not supported yet: use :- or :+")]
    Modifier(String, char),
    /// `${x:?message}` where `x` is not set.
    #[error("{0}: {1}")]
    Required(String, String),
    /// Too many `${…}` inside each other.
    #[error("`${{…}}` is nested more than {DEPTH_LIMIT} deep")]
    TooDeep,
    /// The value is too long.
    #[error("the value is longer than {LENGTH_LIMIT} bytes once its variables are filled in")]
    TooLong,
}

/// The word with its variables filled in and its quotes and escapes taken away. A variable that
/// `lookup` does not know is empty.
///
/// # Errors
/// See [`ExpandError`].
pub fn expand(
    word: &str,
    escape: char,
    lookup: &dyn Fn(&str) -> Option<String>,
) -> Result<String, ExpandError> {
    let mut expander =
        Expander { rest: word.chars().peekable(), escape, lookup, out: String::new() };
    expander.text(None, 0)?;
    Ok(expander.out)
}

struct Expander<'a> {
    rest: Peekable<Chars<'a>>,
    escape: char,
    lookup: &'a dyn Fn(&str) -> Option<String>,
    out: String,
}

impl Expander<'_> {
    /// Up to `stop`, or to the end.
    fn text(&mut self, stop: Option<char>, depth: u32) -> Result<(), ExpandError> {
        while let Some(c) = self.rest.next() {
            match c {
                c if Some(c) == stop => return Ok(()),
                '\'' => self.single_quoted()?,
                '"' => self.double_quoted(depth)?,
                '$' => self.variable(depth)?,
                c if c == self.escape => self.out.extend(self.rest.next()),
                c => self.out.push(c),
            }
            if self.out.len() > LENGTH_LIMIT {
                return Err(ExpandError::TooLong);
            }
        }
        if stop.is_some() { Err(ExpandError::OpenBrace) } else { Ok(()) }
    }

    fn single_quoted(&mut self) -> Result<(), ExpandError> {
        loop {
            match self.rest.next() {
                Some('\'') => return Ok(()),
                Some(c) => self.out.push(c),
                None => return Err(ExpandError::OpenQuote('\'')),
            }
        }
    }

    fn double_quoted(&mut self, depth: u32) -> Result<(), ExpandError> {
        loop {
            match self.rest.next() {
                Some('"') => return Ok(()),
                Some('$') => self.variable(depth)?,
                Some(c) if c == self.escape => {
                    let next = self.rest.next().ok_or(ExpandError::OpenQuote('"'))?;
                    if !matches!(next, '"' | '$') && next != self.escape {
                        self.out.push(c);
                    }
                    self.out.push(next);
                }
                Some(c) => self.out.push(c),
                None => return Err(ExpandError::OpenQuote('"')),
            }
        }
    }

    /// After a `$`.
    fn variable(&mut self, depth: u32) -> Result<(), ExpandError> {
        if depth >= DEPTH_LIMIT {
            return Err(ExpandError::TooDeep);
        }
        if self.rest.next_if_eq(&'{').is_some() {
            return self.braced(depth + 1);
        }
        let name = self.name();
        if name.is_empty() {
            self.out.push('$');
        } else if let Some(value) = (self.lookup)(&name) {
            self.out.push_str(&value);
        }
        Ok(())
    }

    fn name(&mut self) -> String {
        let mut name = String::new();
        let first = |c: &char| c.is_ascii_alphabetic() || *c == '_';
        if let Some(c) = self.rest.next_if(first) {
            name.push(c);
            while let Some(c) = self.rest.next_if(|c| c.is_ascii_alphanumeric() || *c == '_') {
                name.push(c);
            }
        }
        name
    }

    /// After `${`.
    fn braced(&mut self, depth: u32) -> Result<(), ExpandError> {
        let name = self.name();
        if name.is_empty() {
            return Err(ExpandError::NoName);
        }
        let value = (self.lookup)(&name);
        let colon = self.rest.next_if_eq(&':').is_some();
        // With a colon, a variable that is empty counts as not set.
        let value_set = value.as_ref().is_some_and(|value| !colon || !value.is_empty());
        match self.rest.next() {
            None => return Err(ExpandError::OpenBrace),
            Some('}') if !colon => self.out.push_str(&value.unwrap_or_default()),
            Some('-') => {
                let word = self.word(depth)?;
                let value = if value_set { value.unwrap_or_default() } else { word };
                self.out.push_str(&value);
            }
            Some('+') => {
                let word = self.word(depth)?;
                if value_set {
                    self.out.push_str(&word);
                }
            }
            Some('?') => {
                let word = self.word(depth)?;
                match value.filter(|_| value_set) {
                    Some(value) => self.out.push_str(&value),
                    None if word.is_empty() => {
                        return Err(ExpandError::Required(name, "not set".to_owned()));
                    }
                    None => return Err(ExpandError::Required(name, word)),
                }
            }
            Some(other) => return Err(ExpandError::Modifier(name, other)),
        }
        Ok(())
    }

    /// The word of `${name:-word}`, expanded, up to its closing brace.
    fn word(&mut self, depth: u32) -> Result<String, ExpandError> {
        let before = std::mem::take(&mut self.out);
        self.text(Some('}'), depth)?;
        Ok(std::mem::replace(&mut self.out, before))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(name: &str) -> Option<String> {
        match name {
            "x" => Some("X".to_owned()),
            "two" => Some("a b".to_owned()),
            "empty" => Some(String::new()),
            _ => None,
        }
    }

    #[test]
    fn words_expand_as_in_a_shell() {
        for (word, expected) in [
            ("plain", "plain"),
            ("$x", "X"),
            ("${x}y", "Xy"),
            ("$xy", ""),
            ("$x/y", "X/y"),
            ("$", "$"),
            ("a$", "a$"),
            ("$1", "$1"),
            ("${none:-d}", "d"),
            ("${empty:-d}", "d"),
            ("${empty-d}", ""),
            ("${x:-d}", "X"),
            ("${x:+alt}", "alt"),
            ("${empty:+alt}", ""),
            ("${empty+alt}", "alt"),
            ("${none:+alt}", ""),
            ("${none:-${x}-${none:-deep}}", "X-deep"),
            ("${none:-'a}b'}", "a}b"),
            ("${x:?needed}", "X"),
            ("'$x'", "$x"),
            ("\"$x\"", "X"),
            ("\"$two\"", "a b"),
            ("\\$x", "$x"),
            ("\"\\$x \\\" \\n\"", "$x \" \\n"),
            ("a\\ b", "a b"),
            ("'a'\"b\"c", "abc"),
            ("a\\", "a"),
            ("ü$x€", "üX€"),
        ] {
            assert_eq!(expand(word, '\\', &lookup), Ok(expected.to_owned()), "{word}");
        }
        assert_eq!(expand("c:\\$x `$x", '`', &lookup), Ok("c:\\X $x".to_owned()));
    }

    #[test]
    fn what_does_not_expand_is_refused() {
        let deep = "${n:-".repeat(50_000);
        for (word, error) in [
            ("'a", ExpandError::OpenQuote('\'')),
            ("\"a", ExpandError::OpenQuote('"')),
            ("\"a\\", ExpandError::OpenQuote('"')),
            ("${x", ExpandError::OpenBrace),
            ("${none:-a", ExpandError::OpenBrace),
            ("${}", ExpandError::NoName),
            ("${1}", ExpandError::NoName),
            ("${x%y}", ExpandError::Modifier("x".to_owned(), '%')),
            ("${x:0:1}", ExpandError::Modifier("x".to_owned(), '0')),
            ("${x:}", ExpandError::Modifier("x".to_owned(), '}')),
            ("${none:?set it}", ExpandError::Required("none".to_owned(), "set it".to_owned())),
            (deep.as_str(), ExpandError::TooDeep),
        ] {
            assert_eq!(expand(word, '\\', &lookup), Err(error), "{word:.20}");
        }
        let long = |_: &str| Some("x".repeat(40 << 10));
        assert_eq!(expand("$a$b", '\\', &long), Err(ExpandError::TooLong));
    }
}
