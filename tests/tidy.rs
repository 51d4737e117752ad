//! The conventions of ARCHITECTURE.md and CONTRIBUTING.md that a program can check.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Longest a source file may grow before it is cut along a seam.
const LONGEST_FILE: usize = 500;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files that git knows, or would know.
fn files(endings: &[&str]) -> Vec<PathBuf> {
    let listing = Command::new("git")
        .args(["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others"])
        .arg("--exclude-standard")
        .current_dir(root())
        .output()
        .unwrap();
    assert!(listing.status.success(), "{}", String::from_utf8_lossy(&listing.stderr));
    let listing = String::from_utf8(listing.stdout).unwrap();
    let found: Vec<PathBuf> = listing
        .split_terminator('\0')
        .map(PathBuf::from)
        .filter(|path| root().join(path).is_file())
        .filter(|path| path.extension().is_some_and(|e| endings.iter().any(|w| e == *w)))
        .collect();
    assert!(!found.is_empty(), "no file ends in {endings:?}");
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

#[test]
fn imports_point_the_way_that_the_architecture_says() {
    let allowed: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("container-api", &[][..]),
        ("container-server", &["container-api", "terminal-proxy", "sandbox"]),
        ("registry", &[]),
        ("sandbox", &[]),
        ("terminal-proxy", &["container-api"]),
        ("web", &["container-api"]),
    ]);
    for (name, may) in &allowed {
        let manifest = read(&Path::new(name).join("Cargo.toml"));
        let dependencies = manifest.split("[dependencies]").nth(1).unwrap();
        let dependencies = dependencies.split("\n[").next().unwrap();
        for other in allowed.keys() {
            let imports = dependencies.lines().any(|line| line.starts_with(&format!("{other}.")));
            assert!(!imports || may.contains(other), "{name} may not import {other}");
        }
    }
}

#[test]
fn unsafe_code_stays_in_the_sandbox_crate_and_gives_its_reason() {
    let word = ["uns", "afe"].concat();
    for path in files(&["rs"]) {
        let text = read(&path);
        let lines: Vec<&str> = text.lines().collect();
        for (number, line) in lines.iter().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            let opens = [format!("{word} {{"), format!("{word} fn"), format!("{word} impl")];
            if !opens.iter().any(|open| code.contains(open)) {
                continue;
            }
            assert!(path.starts_with("sandbox"), "{}:{}", path.display(), number + 1);
            let before = &lines[number.saturating_sub(6)..=number];
            let reason = before.iter().any(|l| l.contains("SAFETY") || l.contains("# Safety"));
            assert!(reason, "{}:{} has no SAFETY comment", path.display(), number + 1);
        }
    }
}

#[test]
fn files_can_be_read_in_a_sitting() {
    let mut lengths: Vec<(usize, PathBuf)> = files(&["rs", "ts", "css", "html"])
        .into_iter()
        .map(|path| (read(&path).lines().count(), path))
        .collect();
    lengths.sort();
    let (longest, path) = lengths.last().unwrap();
    assert!(*longest <= LONGEST_FILE, "{} has {longest} lines", path.display());
    let ninth = lengths[lengths.len() * 9 / 10].0;
    assert!(ninth <= 400, "nine in ten files have up to {ninth} lines, not 400");
}

#[test]
fn nothing_is_left_half_done() {
    let words = [["TO", "DO"], ["FIX", "ME"], ["todo", "!("], ["unimplemented", "!("]];
    for path in files(&["rs", "ts", "css", "html", "sh", "toml", "md"]) {
        let text = read(&path);
        for word in words.map(|parts| parts.concat()) {
            assert!(!text.contains(&word), "{} has a {word}", path.display());
        }
    }
}

#[test]
fn pages_have_no_inline_script_or_style() {
    for path in files(&["html"]) {
        let text = read(&path);
        for inline in [" style=\"", " onclick=", " onload=", "<style", "javascript:"] {
            assert!(!text.contains(inline), "{} has {inline}", path.display());
        }
        let scripts = text.match_indices("<script").count();
        let sources = text.match_indices("<script type=\"module\" src=").count()
            + text.match_indices("<script src=").count();
        assert_eq!(scripts, sources, "{} has an inline script", path.display());
    }
}

#[test]
fn only_web_touches_the_database() {
    for path in files(&["rs"]) {
        if path.starts_with("web") || path == Path::new("tests/tidy.rs") {
            continue;
        }
        assert!(!read(&path).contains("diesel"), "{} uses Diesel", path.display());
    }
}

/// Whose something is, and who somebody is, decides what may be done: nothing else compares it.
#[test]
fn only_the_policy_decides_who_may_do_what() {
    let telling = |word: &str| {
        ["owner_id", "owner_key", ".role"].iter().any(|end| word.ends_with(end))
            || word.starts_with("Role::")
    };
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '.');
    for path in files(&["rs"]) {
        if !path.starts_with("web/src") || path.starts_with("web/src/policy") {
            continue;
        }
        for (number, line) in read(&path).lines().enumerate() {
            let sides = line.split_once("==").or_else(|| line.split_once("!="));
            let Some((left, right)) = sides else { continue };
            let left = left.trim_end().rsplit(|c| !is_word(c)).next().unwrap_or_default();
            let right = right.trim_start_matches([' ', '*', '&']);
            let right = right.split(|c| !is_word(c)).next().unwrap_or_default();
            let compares = telling(left) || telling(right);
            assert!(!compares, "{}:{} decides beside the policy", path.display(), number + 1);
        }
    }
}
