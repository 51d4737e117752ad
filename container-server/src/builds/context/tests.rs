//! Contexts from the upload to the tar that COPY makes.

use super::*;
use crate::builds::BuildError;
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use std::{
    io::{self, Read, Write},
    path::PathBuf,
    time::{Duration, SystemTime},
};
use tar::{Builder, EntryType, Header};

/// Name, kind, content or target.
type Item<'a> = (&'a str, EntryType, &'a str);

const FILE: EntryType = EntryType::Regular;
const FOLDER: EntryType = EntryType::Directory;
const LINK: EntryType = EntryType::Symlink;

fn tar(items: &[Item<'_>]) -> Vec<u8> {
    let mut tar = Builder::new(Vec::new());
    for &(name, kind, text) in items {
        let mut header = Header::new_gnu();
        // Past the checks of `set_path`: hostile archives have no scruples.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(kind);
        header.set_mode(if kind == FOLDER { 0o750 } else { 0o640 });
        header.set_mtime(1_000);
        header.set_uid(77);
        let body = if kind == FILE { text } else { "" };
        if kind == LINK || kind == EntryType::Link {
            header.set_link_name_literal(text).expect("short");
        }
        header.set_size(body.len() as u64);
        header.set_cksum();
        tar.append(&header, body.as_bytes()).expect("added");
    }
    tar.into_inner().expect("a tar")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).expect("written");
    gzip.finish().expect("gzip")
}

fn open(bytes: &[u8]) -> Result<Archive, ContextError> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("context");
    std::fs::write(&path, bytes).expect("written");
    Archive::open_limited(&path, folder.path(), 1 << 20)
}

const TREE: &[Item<'static>] = &[
    ("./", FOLDER, ""),
    ("./a.txt", FILE, "A"),
    ("./b.txt", FILE, "B"),
    ("./src/deep/main.c", FILE, "main"),
    ("./src/README", FILE, "readme"),
    ("./current", LINK, "src"),
    ("./src/up.txt", LINK, "../a.txt"),
    ("./rooted", LINK, "/src/deep"),
    ("./escape", LINK, "../../../../etc/passwd"),
    ("./loop", LINK, "loop"),
    ("./second.txt", EntryType::Link, "./a.txt"),
];

/// Sources, destination, whether it is a folder in the image; where it goes, and what.
type Case<'a> = (&'a [&'a str], &'a str, bool, &'a str, &'a [&'a str]);

/// What COPY makes of `TREE`: the folder it goes to, and what is in the tar.
fn copy(
    sources: &[&str],
    destination: &str,
    is_folder: bool,
) -> Result<(String, Vec<String>), ContextError> {
    let archive = open(&gzip(&tar(TREE)))?;
    let sources: Vec<String> = sources.iter().map(|&source| source.to_owned()).collect();
    let selection = Selection::find(archive.index(), &sources)?;
    let destination = Destination::new(destination, "/work", &selection, is_folder)?;
    let mut made = Vec::new();
    let owner = Ownership { uid: 1, gid: 2, mode: None };
    selection.write(&archive, &destination, owner, &mut made)?;
    let mut listed = Vec::new();
    for entry in tar::Archive::new(&made[..]).entries()? {
        let mut entry = entry?;
        let header = entry.header();
        assert_eq!((header.uid()?, header.gid()?, header.mtime()?), (1, 2, 1_000));
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let target = entry.link_name()?.map(|target| format!(" -> {}", target.display()));
        let mut text = String::new();
        entry.read_to_string(&mut text)?;
        let text = if text.is_empty() { text } else { format!("={text}") };
        listed.push(format!("{path}{text}{}", target.unwrap_or_default()));
    }
    // A folder is made first, and holds the rest.
    let folder = listed.first().filter(|first| first.ends_with('/')).cloned();
    let Some(folder) = folder else { return Ok((destination.parent().to_owned(), listed)) };
    let inside = |path: &String| path.strip_prefix(&folder).expect("inside").to_owned();
    let path = format!("{}/{}", destination.parent(), folder.trim_end_matches('/'));
    Ok((path.replace("//", "/"), listed[1..].iter().map(inside).collect()))
}

#[test]
fn copy_selects_as_docker_does() {
    let src: &[&str] = &["README=readme", "deep/", "deep/main.c=main", "up.txt -> ../a.txt"];
    let table: &[Case<'_>] = &[
        // A file gets a new name, goes into a folder by name, or into one that is there.
        (&["a.txt"], "/x/y", false, "/x", &["y=A"]),
        (&["a.txt"], "y", false, "/work", &["y=A"]),
        (&["a.txt"], "/y", false, "/", &["y=A"]),
        (&["a.txt"], "/x/", false, "/x", &["a.txt=A"]),
        (&["a.txt"], "/", false, "/", &["a.txt=A"]),
        (&["a.txt"], ".", false, "/work", &["a.txt=A"]),
        (&["a.txt"], "/bin", true, "/bin", &["a.txt=A"]),
        (&["/a.txt", "./b.txt"], "../x/", false, "/x", &["a.txt=A", "b.txt=B"]),
        // A folder is what is in it.
        (&["src"], "/x", false, "/x", src),
        (&["src/"], "/x/", false, "/x", src),
        (&["src", "a.txt"], "/x/", false, "/x", &[src[0], src[1], src[2], src[3], "a.txt=A"]),
        // Links on the way are followed, within the context.
        (&["current"], "/x", false, "/x", src),
        (&["current/R*"], "/x/", false, "/x", &["README=readme"]),
        (&["current/README"], "/x/", false, "/x", &["README=readme"]),
        (&["rooted/main.c"], "m", false, "/work", &["m=main"]),
        (&["src/up.txt"], "/x/", false, "/x", &["up.txt=A"]),
        (&["second.txt"], "/x/", false, "/x", &["second.txt=A"]),
        // Patterns.
        (&["?.txt"], "/x/", false, "/x", &["a.txt=A", "b.txt=B"]),
        (&["a*.txt"], "/x", false, "/", &["x=A"]),
        (&["*/deep"], "/x", false, "/x", &["main.c=main"]),
        (&["s*/[Q-S]*"], "/x/", false, "/x", &["README=readme"]),
    ];
    for (sources, destination, is_folder, folder, listed) in table {
        let (into, made) = copy(sources, destination, *is_folder)
            .unwrap_or_else(|error| panic!("{sources:?} {destination}: {error}"));
        assert_eq!(
            (into.as_str(), made),
            (*folder, listed.iter().map(|&l| l.to_owned()).collect()),
            "{sources:?} {destination}"
        );
    }
    let (_, all) = copy(&["."], "/x", false).expect("the whole context");
    assert_eq!(all.len(), 12, "{all:?}");
}

#[test]
fn what_the_context_leaves_out_is_not_there() {
    let archive = open(&tar(&[
        (".dockerignore", FILE, "*.key\nprivate\n!private/shown\n"),
        ("a", FILE, "A"),
        ("host.key", FILE, "K"),
        ("private/hidden", FILE, "H"),
        ("private/shown", FILE, "S"),
    ]))
    .expect("readable");
    let listed: Vec<&str> = archive.index().below("").map(|(path, _)| path).collect();
    assert_eq!(listed, [".dockerignore", "a", "private", "private/shown"]);
}

#[test]
fn what_is_not_there_is_named() {
    for source in ["nope", "src/nope", "*.md", "a.txt/x", "loop", "escape", "src/*.md"] {
        match copy(&[source], "/x/", false) {
            Err(ContextError::Missing(named)) => assert_eq!(named, source),
            other => panic!("{source}: {other:?}"),
        }
    }
    let outside = copy(&["../a.txt"], "/x/", false);
    assert!(matches!(outside, Err(ContextError::Copy(message)) if message.contains("leads out")));
    let several = copy(&["?.txt"], "/x", false);
    assert!(matches!(several, Err(ContextError::Copy(message)) if message.contains("`/x/`")));
}

#[test]
fn hostile_archives_are_refused() {
    let refused: &[(&[Item<'_>], &str)] = &[
        (&[("../a", FILE, "x")], "leads out"),
        (&[("a/../../b", FILE, "x")], "leads out"),
        (&[("/etc/passwd", FILE, "x")], "absolute"),
        (&[("dir", LINK, "/etc"), ("dir/passwd", FILE, "x")], "below what is no folder"),
        (&[("a", FILE, "x"), ("a/b", FILE, "x")], "below what is no folder"),
        (&[("d/a", FILE, "x"), ("d", FILE, "x")], "both a folder and a file"),
        (&[("hard", EntryType::Link, "/etc/passwd")], "absolute"),
        (&[("hard", EntryType::Link, "nope")], "hard link"),
        (&[("device", EntryType::Block, "")], "no file, folder or link"),
        (&[("fifo", EntryType::Fifo, "")], "no file, folder or link"),
        (&[("../<img src=x onerror=alert(1)>", FILE, "x")], "`../<img src=x onerror=alert(1)>`"),
        (&[("../safe\u{202e}hs.rat\u{7}", FILE, "x")], r"`../safe\u{202e}hs.rat\u{7}`"),
    ];
    for (items, reason) in refused {
        let error = open(&tar(items)).expect_err(reason).to_string();
        assert!(error.contains(reason), "{reason}: {error}");
    }
}

#[test]
fn broken_archives_are_refused() {
    let whole = gzip(&tar(TREE));
    let bomb = gzip(&tar(&[("zeros", FILE, &"\0".repeat(2 << 20))]));
    assert!(bomb.len() < 20_000);
    assert!(matches!(open(&bomb), Err(ContextError::TooLarge)));
    let plain = tar(&[("file", FILE, &"x".repeat(5_000))]);
    let half = &whole[..whole.len() / 2];
    for bytes in [&b""[..], b"hello", b"\x1f\x8b", half, &plain[..3_000], b"PK\x03\x04zip"] {
        let error = open(bytes).expect_err("broken");
        assert!(matches!(error, ContextError::Unreadable(_)), "{error}");
    }
    // Plain bytes under gzip.
    assert!(matches!(open(&gzip(&[b'x'; 2_000])), Err(ContextError::Unreadable(_))));
}

fn body(pieces: &[&[u8]]) -> impl futures_util::Stream<Item = io::Result<Bytes>> + use<> {
    let pieces: Vec<_> = pieces.iter().map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    futures_util::stream::iter(pieces)
}

fn names(folder: &std::path::Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()).collect()
}

#[tokio::test]
async fn uploads_are_kept_until_a_build_claims_them() {
    let data = tempfile::tempdir().expect("a folder");
    let folder = data.path().join("contexts");
    let store = Store::open_limited(folder.clone(), 100_000).expect("a store");
    let context = gzip(&tar(TREE));
    // In pieces as small as can be.
    let pieces: Vec<&[u8]> = context.chunks(1).collect();
    let id = store.save(body(&pieces)).await.expect("saved");
    let to = data.path().join("claimed");
    assert!(store.claim(&id, &to).await.expect("claimed"));
    assert!(!store.claim(&id, &to).await.expect("asked"), "it is gone");
    assert_eq!(std::fs::read(&to).expect("there"), context);

    let zip = store.save(body(&[b"PK\x03\x04", &[0; 400]])).await;
    assert!(matches!(zip, Err(BuildError::ContextFormat("a zip archive"))));
    let empty = store.save(body(&[])).await;
    assert!(matches!(empty, Err(BuildError::ContextFormat(_))));
    let large = tar(&[("file", FILE, &"x".repeat(100_000))]);
    let large = store.save(body(&[&large])).await;
    assert!(matches!(large, Err(BuildError::ContextTooLarge { limit: 100_000 })));
    let broken = [Ok(Bytes::from(context.clone())), Err(io::Error::other("gone"))];
    let broken = store.save(futures_util::stream::iter(broken)).await;
    assert!(matches!(broken, Err(BuildError::Upload(_))));
    assert_eq!(names(&folder), Vec::<PathBuf>::new(), "nothing is left of what was refused");
}

#[tokio::test]
async fn contexts_that_nobody_uses_go_after_a_day() {
    let data = tempfile::tempdir().expect("a folder");
    let store = Store::open(data.path().to_owned()).expect("a store");
    store.save(body(&[&tar(TREE)])).await.expect("saved");
    std::fs::write(data.path().join("x.part"), "cut off").expect("written");
    store.sweep(SystemTime::now()).await.expect("swept");
    assert_eq!(names(data.path()).len(), 2);
    let store = Store::open(data.path().to_owned()).expect("a store");
    assert_eq!(names(data.path()).len(), 1, "what a crash cut off is gone");
    let tomorrow = SystemTime::now() + Duration::from_secs(25 * 60 * 60);
    store.sweep(tomorrow).await.expect("swept");
    assert_eq!(names(data.path()).len(), 0);
}
