//! Splitting an instruction's arguments into words.

/// Splits at white space outside quotes. Quotes and escapes stay in the words, for
/// [`super::expand`] to take away; a quote that is never closed is found there as well.
pub(super) fn split(text: &str, escape: char) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        if c == escape && quote != Some('\'') {
            word.push(c);
            word.extend(characters.next());
            continue;
        }
        match quote {
            None if c.is_whitespace() => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                continue;
            }
            None if c == '"' || c == '\'' => quote = Some(c),
            Some(open) if c == open => quote = None,
            _ => {}
        }
        word.push(c);
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Whether a word opens a here-document, such as `<<EOF` or `3<<-'END'`.
pub(super) fn opens_here_document(word: &str) -> bool {
    let rest = word.trim_start_matches(|c: char| c.is_ascii_digit());
    let Some(rest) = rest.strip_prefix("<<") else { return false };
    let rest = rest.strip_prefix('-').unwrap_or(rest).trim_start_matches(['"', '\'']);
    rest.starts_with(|c: char| c.is_alphabetic() || c == '_') && !rest.contains('<')
}

/// The flags at the start of an instruction's arguments, as name and value, and what follows them.
pub(super) fn flags(mut text: &str) -> (Vec<(&str, Option<&str>)>, &str) {
    let mut flags = Vec::new();
    loop {
        text = text.trim_start();
        let Some(flag) = text.strip_prefix("--") else { return (flags, text) };
        let end = flag.find(char::is_whitespace).unwrap_or(flag.len());
        let (flag, rest) = flag.split_at(end);
        text = rest;
        // `--` alone ends the flags.
        if flag.is_empty() {
            return (flags, text.trim_start());
        }
        flags.push(flag.split_once('=').map_or((flag, None), |(name, value)| (name, Some(value))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_outside_quotes() {
        let table: &[(&str, &[&str])] = &[
            ("", &[]),
            ("  a \t b ", &["a", "b"]),
            ("a=\"b c\" d='e f'", &["a=\"b c\"", "d='e f'"]),
            ("a\\ b c", &["a\\ b", "c"]),
            ("\"a\\\" b\" c", &["\"a\\\" b\"", "c"]),
            ("'a\\' b", &["'a\\'", "b"]),
            ("\"open a b", &["\"open a b"]),
            ("end\\", &["end\\"]),
        ];
        for (text, words) in table {
            assert_eq!(split(text, '\\'), *words, "{text:?}");
        }
    }

    #[test]
    fn here_documents_are_told_from_shifts() {
        for word in ["<<EOF", "<<-EOF", "3<<EOF", "<<'EOF'", "<<\"EOF\"", "<<_end"] {
            assert!(opens_here_document(word), "{word}");
        }
        for word in ["<<<word", "1<<2", "<<", "a<<b", "$((1<<2))", "<file", "<<3"] {
            assert!(!opens_here_document(word), "{word}");
        }
    }

    #[test]
    fn flags_come_first() {
        assert_eq!(flags(" --a=b --c  d --e"), (vec![("a", Some("b")), ("c", None)], "d --e"));
        assert_eq!(flags("-- --a"), (vec![], "--a"));
        assert_eq!(flags("-x"), (vec![], "-x"));
    }
}
