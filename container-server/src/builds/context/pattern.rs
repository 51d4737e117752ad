//! The patterns of COPY: `*`, `?` and `[a-z]` within one component of a path.

/// Whether a component of a path is a pattern.
pub(super) fn is_pattern(component: &str) -> bool {
    component.contains(['*', '?', '['])
}

/// Whether `name` fits the pattern. A `[` that is never closed stands for itself.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    // Where to go on when the last `*` has to take one character more.
    let mut star: Option<(usize, usize)> = None;
    let (mut p, mut n) = (0, 0);
    while n < name.len() {
        if pattern.get(p) == Some(&'*') {
            star = Some((p + 1, n));
            p += 1;
        } else if let Some(next) = one(&pattern[p..], name[n]) {
            p += next;
            n += 1;
        } else if let Some((after, taken)) = star {
            star = Some((after, taken + 1));
            (p, n) = (after, taken + 1);
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|&c| c == '*')
}

/// How much of the pattern fits this one character.
fn one(pattern: &[char], c: char) -> Option<usize> {
    match *pattern.first()? {
        '?' => Some(1),
        '[' => class(pattern, c),
        '\\' if pattern.len() > 1 => (pattern[1] == c).then_some(2),
        literal => (literal == c).then_some(1),
    }
}

fn class(pattern: &[char], c: char) -> Option<usize> {
    let negated = matches!(pattern.get(1), Some('^' | '!'));
    let first = if negated { 2 } else { 1 };
    // A `]` right at the beginning is a member.
    let Some(end) = (first + 1..pattern.len()).find(|&at| pattern[at] == ']') else {
        return (c == '[').then_some(1);
    };
    let members = &pattern[first..end];
    let mut found = false;
    let mut at = 0;
    while at < members.len() {
        if members.get(at + 1) == Some(&'-') && at + 2 < members.len() {
            found |= (members[at]..=members[at + 2]).contains(&c);
            at += 3;
        } else {
            found |= members[at] == c;
            at += 1;
        }
    }
    (found != negated).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_one_component() {
        for (pattern, name, fits) in [
            ("*", "a", true),
            ("*", "", true),
            ("*.txt", "a.txt", true),
            ("*.txt", "a.txt.gz", false),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
            ("??", "ab", true),
            ("??", "a", false),
            ("?", "ü", true),
            ("[a-c]x", "bx", true),
            ("[a-c]x", "dx", false),
            ("[^a-c]x", "dx", true),
            ("[!a]", "a", false),
            ("[]a]", "]", true),
            ("[a-]", "-", true),
            ("[open", "[open", true),
            ("\\*", "*", true),
            ("\\*", "a", false),
            ("package*.json", "package-lock.json", true),
            ("package*.json", "package.json", true),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
        // The worst case for a matcher that backtracks without bounds.
        assert!(!matches(&"a*".repeat(200), &("a".repeat(5_000) + "b")[1..].replace('a', "x")));
        assert!(is_pattern("a*") && is_pattern("[a]") && !is_pattern("a.txt"));
    }
}
