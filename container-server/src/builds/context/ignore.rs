//! `.dockerignore`: what a context holds that no build is to see, such as keys.

use super::pattern;

/// The file's name, at the context's root.
pub(super) const FILE: &str = ".dockerignore";

/// How much of it is read, in bytes.
pub(super) const SIZE_LIMIT: u64 = 64 << 10;

/// The rules, in order; the last one that fits decides.
#[derive(Debug, Default)]
pub(super) struct Ignore {
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    components: Vec<String>,
    /// It begins with `!`: what fits is there after all.
    except: bool,
}

impl Ignore {
    /// Reads the rules.
    pub(super) fn new(text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let lines = text.lines().filter(|line| !line.starts_with('#')).map(str::trim);
        Self { rules: lines.filter_map(Rule::new).collect() }
    }

    /// Whether it leaves out a path, or a folder above it.
    pub(super) fn leaves_out(&self, path: &str) -> bool {
        let path: Vec<&str> = path.split('/').collect();
        let fitting = self.rules.iter().rev().find(|rule| rule.fits(&path));
        fitting.is_some_and(|rule| !rule.except)
    }
}

impl Rule {
    fn new(line: &str) -> Option<Self> {
        let (line, except) = match line.strip_prefix('!') {
            Some(rest) => (rest.trim(), true),
            None => (line, false),
        };
        let mut components: Vec<String> = Vec::new();
        for component in line.split('/') {
            match component {
                "" | "." => {}
                ".." => drop(components.pop()),
                "**" if components.last().is_some_and(|last| last == "**") => {}
                name => components.push(name.to_owned()),
            }
        }
        (!components.is_empty()).then_some(Self { components, except })
    }

    /// Whether the rule fits the path, or a folder above it.
    fn fits(&self, path: &[&str]) -> bool {
        // Which beginnings of the path, by their length, fit the rule so far.
        let mut fitting = vec![false; path.len() + 1];
        fitting[0] = true;
        for component in &self.components {
            let mut next = vec![false; path.len() + 1];
            for length in 0..=path.len() {
                if component == "**" {
                    next[length] = fitting[length] || length > 0 && next[length - 1];
                } else if length > 0 && fitting[length - 1] {
                    next[length] = pattern::matches(component, path[length - 1]);
                }
            }
            fitting = next;
        }
        // `**` at the end stands for what is in a folder, not for the folder itself; and the
        // context's own root cannot be left out.
        fitting[1..].contains(&true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_rule_that_fits_decides() {
        let ignore = Ignore::new(
            "# comment\n\n.git\n*.log\n/build/\n**/node_modules\ndocs/**/*.tmp\n*.md\n!README.md\n\
             secret*\n  spaced  \n!secret-not\n",
        );
        for (path, left_out) in [
            (".git", true),
            (".git/config", true),
            ("sub/.git", false),
            ("a.log", true),
            ("sub/a.log", false),
            ("build/x/y", true),
            ("builder", false),
            ("node_modules", true),
            ("a/b/node_modules/c", true),
            ("docs/x.tmp", true),
            ("docs/a/b/x.tmp", true),
            ("x.tmp", false),
            ("NOTES.md", true),
            ("README.md", false),
            ("secret.key", true),
            ("secret-not", false),
            ("spaced", true),
            ("main.c", false),
        ] {
            assert_eq!(ignore.leaves_out(path), left_out, "{path}");
        }
        let all_but = Ignore::new("*\n!src\n");
        assert!(all_but.leaves_out("x") && !all_but.leaves_out("src/main.c"));
        assert!(Ignore::new("**\n").leaves_out("a"));
        assert!(!Ignore::new("").leaves_out("a") && !Ignore::new(" \n/\n!\n").leaves_out("a"));
    }
}
