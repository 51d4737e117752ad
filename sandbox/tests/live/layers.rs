//! Archives to layers and back.

use crate::support::{Lab, archive, entry, failure, link, name, packed, raw_entry};
use sandbox::protocol::{FailureKind, Process, Spec, Unpack};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::Write,
    os::unix::fs::{FileTypeExt, MetadataExt},
    path::Path,
};
use tar::{Archive, EntryType};

/// What an archive holds: kind, mode, owner and time by name, and what its links point to.
fn listing(tar: &[u8]) -> BTreeMap<String, (EntryType, u32, u64, u64, String)> {
    let mut archive = Archive::new(tar);
    let entries = archive.entries().expect("an archive");
    entries
        .map(|entry| {
            let entry = entry.expect("an entry");
            let header = entry.header();
            let path = entry.path().expect("a path").to_string_lossy().into_owned();
            let target =
                entry.link_name().expect("a target").map(|t| t.to_string_lossy().into_owned());
            let facts = (
                header.entry_type(),
                header.mode().expect("a mode"),
                header.uid().expect("an owner"),
                header.mtime().expect("a time"),
                target.unwrap_or_default(),
            );
            (path, facts)
        })
        .collect()
}

#[test]
fn a_layer_comes_back_as_it_was() {
    let lab = Lab::without_layers();
    let long = format!("deep/{}/file", "x".repeat(150));
    let tar = archive(|tar| {
        entry(tar, "deep", EntryType::Directory, 0o750, b"");
        entry(tar, &long, EntryType::Regular, 0o640, b"contents");
        entry(tar, "suid", EntryType::Regular, 0o4755, b"#!");
        entry(tar, "sticky", EntryType::Directory, 0o1777, b"");
        link(tar, "hard", EntryType::Link, "suid");
        link(tar, "soft", EntryType::Symlink, "../../../etc/shadow");
        entry(tar, "pipe", EntryType::Fifo, 0o600, b"");
        entry(tar, ".wh.gone", EntryType::Regular, 0o644, b"");
        entry(tar, "sticky/.wh..wh..opq", EntryType::Regular, 0o644, b"");
    });
    lab.unpack_layer("first", tar);
    let bytes = packed(&lab, "first");
    let list = listing(&bytes);
    let time = 1_700_000_000;
    let expected = [
        ("deep/", EntryType::Directory, 0o750, ""),
        (long.as_str(), EntryType::Regular, 0o640, ""),
        ("hard", EntryType::Regular, 0o4755, ""),
        ("suid", EntryType::Link, 0o4755, "hard"),
        ("soft", EntryType::Symlink, 0o777, "../../../etc/shadow"),
        ("sticky/", EntryType::Directory, 0o1777, ""),
        ("pipe", EntryType::Fifo, 0o600, ""),
    ];
    for (path, kind, mode, target) in expected {
        let facts = list.get(path).or_else(|| list.get(path.trim_end_matches('/')));
        assert_eq!(facts, Some(&(kind, mode, 0, time, target.to_owned())), "{path} in {list:?}");
    }
    for white_out in [".wh.gone", "sticky/.wh..wh..opq"] {
        assert!(list.contains_key(white_out), "{white_out} in {list:?}");
    }
    // On disk a white-out is what overlayfs takes for one.
    let gone = fs::symlink_metadata(lab.data().join("layers/first/gone")).expect("a white-out");
    assert!(gone.file_type().is_char_device() && gone.rdev() == 0);

    // And once more round, to the same bytes.
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(&bytes).expect("the archive");
    std::io::Seek::rewind(&mut file).expect("the beginning");
    lab.unpack_layer("second", file);
    assert_eq!(packed(&lab, "second"), bytes);
}

#[test]
fn white_outs_hide_what_is_below() {
    let lab = Lab::new();
    lab.unpack_layer(
        "lower",
        archive(|tar| {
            entry(tar, "data", EntryType::Directory, 0o755, b"");
            entry(tar, "data/one", EntryType::Regular, 0o644, b"1");
            entry(tar, "data/two", EntryType::Regular, 0o644, b"2");
            entry(tar, "all", EntryType::Directory, 0o755, b"");
            entry(tar, "all/old", EntryType::Regular, 0o644, b"");
        }),
    );
    lab.unpack_layer(
        "upper",
        archive(|tar| {
            entry(tar, "data/.wh.one", EntryType::Regular, 0o644, b"");
            entry(tar, "all/.wh..wh..opq", EntryType::Regular, 0o644, b"");
            entry(tar, "all/new", EntryType::Regular, 0o644, b"");
        }),
    );
    let mut spec = lab.spec("looker", &["sh", "-c", "echo /data/* /all/*"]);
    spec.layers = ["busybox", "lower", "upper"].map(name).to_vec();
    assert_eq!(lab.run(spec.clone()).0, "/data/two /all/new\n");

    // What a build step removes becomes the same.
    let mut step =
        lab.step("remover", "removed", "rm /data/two; rm -r /all; mkdir /all; touch /all/third");
    step.layers = spec.layers.clone();
    lab.run(step);
    let list = listing(&packed(&lab, "removed"));
    for path in ["data/.wh.two", "all/.wh..wh..opq", "all/third"] {
        assert!(list.contains_key(path), "{path} in {list:?}");
    }
    spec.layers.push(name("removed"));
    assert_eq!(lab.run(spec).0, "/data/* /all/third\n");
}

#[test]
fn a_build_step_writes_plain_ids_and_no_trace_of_its_mounts() {
    let lab = Lab::new();
    let script = "mkdir /made; echo hi > /made/file; chown fresh:audio /made/file; chmod 4711 /made/file; \
                  ln /made/file /made/second; cat /etc/hosts > /dev/null";
    let (text, exit) = lab.run(lab.step("step", "written", script));
    assert_eq!(exit.code, 0, "{text}");
    let file = fs::metadata(lab.data().join("layers/written/made/file")).expect("it was made");
    assert_eq!((file.uid(), file.gid(), file.mode() & 0o7777), (1000, 29, 0o4711));
    let folder = fs::metadata(lab.data().join("layers/written/made")).expect("it was made");
    assert_eq!((folder.uid(), folder.gid()), (0, 0));

    let list = listing(&packed(&lab, "written"));
    assert_eq!(list["made/file"].2, 1000);
    assert_eq!(
        (list["made/second"].0, list["made/second"].4.as_str()),
        (EntryType::Link, "made/file")
    );
    for mounted in ["etc/hosts", "etc/hostname", "etc/resolv.conf"] {
        assert!(!list.contains_key(mounted), "{mounted} in {list:?}");
    }
    // The next step reads it with the same owners.
    let mut next = lab.step("next", "next", "stat -c '%u %g' /made/file /made");
    next.layers.push(name("written"));
    assert_eq!(lab.run(next).0, "1000 29\n0 0\n");
}

#[test]
fn capabilities_of_files_survive() {
    let lab = Lab::new();
    // cap_net_raw+ep, in the kernel's form (VFS_CAP_REVISION_2).
    let value = b"\x01\x00\x00\x02\x00\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00";
    let mut record = b" SCHILY.xattr.security.capability=".to_vec();
    record.extend_from_slice(value);
    record.push(b'\n');
    let length = record.len() + 2;
    let record = [length.to_string().into_bytes(), record].concat();
    assert_eq!(record.len(), length);
    let trusted = b"40 SCHILY.xattr.trusted.overlay.opaque=y";
    let trusted = [&trusted[..], b"\n"].concat();
    let trusted = [b"41".as_slice(), &trusted[2..]].concat();
    lab.unpack_layer(
        "capable",
        archive(|tar| {
            entry(tar, "PaxHeaders/ping", EntryType::XHeader, 0o644, &record);
            entry(tar, "ping", EntryType::Regular, 0o755, b"");
            entry(tar, "PaxHeaders/dir", EntryType::XHeader, 0o644, &trusted);
            entry(tar, "bin", EntryType::Directory, 0o755, b"");
        }),
    );
    let bytes = packed(&lab, "capable");
    let found = bytes.windows(value.len()).any(|window| window == value);
    assert!(found, "the capability is lost");
    // Marks of overlayfs in an archive would hide other layers.
    let mut spec = lab.spec("looker", &["sh", "-c", "echo there"]);
    spec.layers.push(name("capable"));
    assert_eq!(lab.run(spec).0, "there\n");
}

#[test]
fn a_hostile_archive_stays_in_its_layer() {
    let lab = Lab::without_layers();
    let victim = lab.folder().join("victim");
    fs::create_dir(&victim).expect("a folder");
    fs::write(victim.join("file"), "untouched").expect("a file");
    let outside = victim.to_str().expect("a path");
    let up = format!("{}{}/file", "../".repeat(12), &outside[1..]);
    lab.unpack_layer(
        "hostile",
        archive(|tar| {
            raw_entry(tar, &up, EntryType::Regular, b"overwritten");
            raw_entry(tar, &format!("{outside}/absolute"), EntryType::Regular, b"x");
            link(tar, "way-out", EntryType::Symlink, outside);
            entry(tar, "way-out/file", EntryType::Regular, 0o644, b"overwritten");
            link(tar, "up", EntryType::Symlink, "../../../../../../../../..");
            entry(tar, &format!("up{outside}/second"), EntryType::Regular, 0o644, b"x");
            raw_entry(tar, ".wh...", EntryType::Regular, b"");
            raw_entry(tar, "a/.wh..", EntryType::Regular, b"");
        }),
    );
    assert_eq!(fs::read_to_string(victim.join("file")).expect("the file"), "untouched");
    assert_eq!(fs::read_dir(&victim).expect("the folder").count(), 1);
    // In the layer itself it is where it was meant.
    let inside = lab.data().join("layers/hostile").join(&outside[1..]).join("file");
    assert_eq!(fs::read_to_string(inside).expect("the file"), "overwritten");
    lab.client.remove_layer(&name("hostile")).expect("removed");
    assert_eq!(fs::read_to_string(victim.join("file")).expect("the file"), "untouched");
}

#[test]
fn a_hard_link_to_the_outside_is_refused() {
    let lab = Lab::without_layers();
    let tar = archive(|tar| link(tar, "passwd", EntryType::Link, "/etc/passwd"));
    let failure = failure(lab.client.unpack(&Unpack::Layer(name("bad")), tar));
    assert_eq!(failure.kind, FailureKind::Archive);
    assert!(failure.message.contains("`passwd`"), "{failure}");
    assert!(lab.client.layers().expect("layers").is_empty());
}

#[test]
fn what_is_no_archive_leaves_no_layer() {
    let lab = Lab::without_layers();
    let broken = crate::support::busybox();
    broken.set_len(100_000).expect("cut");
    let mut junk = tempfile::tempfile().expect("a file");
    junk.write_all(&[b'x'; 5000]).expect("junk");
    std::io::Seek::rewind(&mut junk).expect("the beginning");
    for tar in [broken, junk] {
        let failure = failure(lab.client.unpack(&Unpack::Layer(name("bad")), tar));
        assert_eq!(failure.kind, FailureKind::Archive, "{failure}");
    }
    assert!(lab.client.layers().expect("layers").is_empty());
    crate::support::until("the remains are gone", || {
        let count = |folder: &str| fs::read_dir(lab.data().join(folder)).expect("a folder").count();
        count("staging") + count("trash") == 0
    });
}

#[test]
fn headers_that_ask_for_much_memory_are_stopped() {
    let lab = Lab::without_layers();
    let (read, write) = rustix::pipe::pipe().expect("a pipe");
    let writer = std::thread::spawn(move || {
        let mut tar = tar::Builder::new(File::from(write));
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(EntryType::GNULongName);
        header.set_size(4 << 30);
        header.set_mode(0o644);
        header.set_cksum();
        // Ends with a broken pipe, when the reader gives up.
        tar.append(&header, std::io::repeat(b'x')).expect_err("nobody reads all of it");
    });
    let failure = failure(lab.client.unpack(&Unpack::Layer(name("bomb")), read));
    assert_eq!(failure.kind, FailureKind::Archive, "{failure}");
    writer.join().expect("the writer ends");
    assert!(lab.client.list().is_ok());
}

#[test]
fn copy_follows_the_images_links() {
    let lab = Lab::new();
    lab.unpack_layer(
        "merged",
        archive(|tar| {
            entry(tar, "usr/sbin", EntryType::Directory, 0o755, b"");
            entry(tar, "usr/sbin/old", EntryType::Regular, 0o755, b"old");
            link(tar, "sbin", EntryType::Symlink, "usr/sbin");
            link(tar, "opt", EntryType::Symlink, "/usr/new-opt");
            entry(tar, "usr/new-opt", EntryType::Directory, 0o755, b"");
        }),
    );
    let layers = ["busybox", "merged"].map(name).to_vec();
    let copy = |into: &str, tar: File| {
        let upper = name("copied");
        lab.client
            .unpack(&Unpack::Copy { layers: layers.clone(), upper, into: into.to_owned() }, tar)
    };
    let files = || {
        archive(|tar| {
            entry(tar, ".", EntryType::Directory, 0o700, b"");
            entry(tar, "tool", EntryType::Regular, 0o755, b"tool");
            raw_entry(tar, "../../../up", EntryType::Regular, b"");
        })
    };
    copy("/sbin", files()).expect("copied");
    copy("/opt/a/b", files()).expect("copied");
    // A directory that is a link stays one.
    copy(
        "/",
        archive(|tar| {
            entry(tar, "sbin", EntryType::Directory, 0o700, b"");
            entry(tar, "sbin/third", EntryType::Regular, 0o755, b"3");
        }),
    )
    .expect("copied");
    let on_disk = lab.data().join("layers/copied");
    for path in ["usr/sbin/tool", "usr/sbin/third", "usr/new-opt/a/b/tool"] {
        assert!(on_disk.join(path).is_file(), "{path}");
    }
    assert!(!on_disk.join("sbin").exists());
    assert_eq!(fs::metadata(on_disk.join("usr/sbin")).expect("it").mode() & 0o777, 0o755);
    let mut spec = lab.spec("looker", &["sh", "-c", "cat /sbin/old /sbin/tool /opt/a/b/tool"]);
    spec.layers = layers.iter().cloned().chain([name("copied")]).collect();
    assert_eq!(lab.run(spec).0, "oldtooltool");

    let bad = failure(copy("relative", files()));
    assert_eq!(bad.kind, FailureKind::Invalid);
    let bad = failure(copy(
        "/",
        archive(|tar| {
            entry(tar, "x/.wh.y", EntryType::Regular, 0o644, b"");
        }),
    ));
    assert_eq!(bad.kind, FailureKind::Archive);
    let bad = failure(copy("/usr/sbin/old", files()));
    assert_eq!(bad.kind, FailureKind::Archive);
    assert!(!bad.message.contains(lab.data().to_str().expect("a path")), "{bad}");
}

#[test]
fn others_are_served_while_an_archive_is_slow() {
    let lab = Lab::new();
    let (read, write) = rustix::pipe::pipe().expect("a pipe");
    let client = lab.client.clone();
    let unpacking = std::thread::spawn(move || client.unpack(&Unpack::Layer(name("slow")), read));
    crate::support::until("it is unpacking", || lab.data().join("staging/slow").exists());
    assert_eq!(lab.sh("echo meanwhile"), "meanwhile\n");
    assert_eq!(
        failure(lab.client.unpack(&Unpack::Layer(name("slow")), crate::support::busybox())).kind,
        FailureKind::Busy
    );
    let mut tar = tar::Builder::new(File::from(write));
    entry(&mut tar, "f", EntryType::Regular, 0o644, b"hi");
    drop(tar.into_inner().expect("the end"));
    unpacking.join().expect("it ends").expect("it is unpacked");
    assert!(lab.data().join("layers/slow/f").exists());
}

#[test]
fn an_image_without_anything_needs_no_layers() {
    let lab = Lab::new();
    let base = lab.spec("scratch", &["/bin/busybox", "sh", "-c", "echo *; pwd"]);
    let process = Process { cwd: "/made/for/it".to_owned(), ..base.process.clone() };
    let (text, _) = lab.run(Spec { process, ..base.clone() });
    assert_eq!(text, "*\n/made/for/it\n");
    let empty = failure(lab.client.start(&Spec { layers: Vec::new(), ..base }));
    assert_eq!(empty.kind, FailureKind::Program, "{empty}");
    assert!(!Path::new("/made").exists());
}

#[test]
fn who_hangs_up_ends_the_work() {
    use rustix::net;
    use std::{io::IoSlice, mem::MaybeUninit, os::fd::AsFd};
    let lab = Lab::new();
    let (read, _write) = rustix::pipe::pipe().expect("a pipe");
    let socket =
        net::socket(net::AddressFamily::UNIX, net::SocketType::SEQPACKET, None).expect("a socket");
    let address = net::SocketAddrUnix::new(&lab.config.socket).expect("an address");
    net::connect(&socket, &address).expect("the supervisor");
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = net::SendAncillaryBuffer::new(&mut space);
    let fds = [read.as_fd()];
    control.push(net::SendAncillaryMessage::ScmRights(&fds));
    let request = br#"{"unpack":{"layer":"abandoned"}}"#;
    net::sendmsg(&socket, &[IoSlice::new(request)], &mut control, net::SendFlags::empty())
        .expect("the request");
    let count = |folder: &str| fs::read_dir(lab.data().join(folder)).expect("a folder").count();
    crate::support::until("it is unpacking", || count("staging") == 1);
    drop(socket);
    crate::support::until("nothing of it is left", || count("staging") + count("trash") == 0);
    assert_eq!(lab.client.layers().expect("layers"), [name("busybox")]);
}
