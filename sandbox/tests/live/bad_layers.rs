//! Archives that ask for too much, or hold what means nothing here.

use crate::support::{Lab, archive, entry, failure, name};
use sandbox::protocol::{FailureKind, Process, Spec, Unpack};
use std::{fs::File, io::Write};
use tar::EntryType;

#[test]
fn what_asks_for_too_much_is_refused_by_its_header() {
    let lab = Lab::without_layers();
    for (kind, path) in [(EntryType::Regular, "huge"), (EntryType::GNUSparse, "sparse")] {
        let (read, write) = rustix::pipe::pipe().expect("a pipe");
        let writer = std::thread::spawn(move || {
            let mut header = tar::Header::new_gnu();
            header.set_path(path).expect("a path");
            header.set_entry_type(kind);
            header.set_mode(0o644);
            header.set_uid(0);
            header.set_gid(0);
            if kind == EntryType::GNUSparse {
                // One byte in front of a hole.
                header.set_size(1);
                let gnu = header.as_gnu_mut().expect("a GNU header");
                gnu.set_real_size(100 << 30);
                gnu.sparse[0].set_offset(0);
                gnu.sparse[0].set_length(1);
                gnu.sparse[1].set_offset(100 << 30);
                gnu.sparse[1].set_length(0);
            } else {
                header.set_size(100 << 30);
            }
            header.set_cksum();
            let mut file = File::from(write);
            file.write_all(header.as_bytes()).expect("the header");
            // Nobody reads what follows: it would be the file's content.
            let _ = file.write_all(&[b'x'; 512]);
        });
        let failure = failure(lab.client.unpack(&Unpack::Layer(name("big")), read));
        assert_eq!(failure.kind, FailureKind::Archive, "{failure}");
        let words = format!("The archive's entry `{path}` makes the archive larger than 16 GiB");
        assert!(failure.message.starts_with(&words), "{failure}");
        writer.join().expect("the writer ends");
    }
    assert!(lab.client.layers().expect("layers").is_empty());
}

/// What is harmless here because of where it ends: no device is made, and the bit that makes a
/// program its owner's counts for nothing inside.
#[test]
fn devices_are_left_out_and_set_uid_wins_nothing() {
    let lab = Lab::new();
    lab.unpack_layer(
        "odd",
        archive(|tar| {
            entry(tar, "disk", EntryType::Block, 0o666, b"");
            entry(tar, "memory", EntryType::Char, 0o666, b"");
            entry(tar, "grow", EntryType::Regular, 0o4755, b"#!/bin/sh\nid -u\n");
        }),
    );
    assert!(!lab.data().join("layers/odd/disk").exists());
    assert!(!lab.data().join("layers/odd/memory").exists());
    let base = lab.spec("user", &["sh", "-c", "/grow; grep -c nosuid.*/proc /proc/mounts; id -u"]);
    let mut spec =
        Spec { process: Process { user: "fresh".to_owned(), ..base.process.clone() }, ..base };
    spec.layers.push(name("odd"));
    let (text, _) = lab.run(spec);
    assert!(text.starts_with("1000\n") && text.ends_with("1000\n"), "{text}");
}

#[test]
fn more_layers_than_overlayfs_takes_are_refused() {
    let lab = Lab::new();
    let mut spec = lab.spec("deep", &["true"]);
    spec.layers = vec![name(crate::support::BASE); 1_000];
    let failure = failure(lab.client.start(&spec));
    assert_eq!(failure.kind, FailureKind::Invalid, "{failure}");
    assert!(failure.message.contains("more layers"), "{failure}");
}
