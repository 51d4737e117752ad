//! Base images for tests: busybox from Debian's package, Debian as `make test` bootstrapped it.

use super::server::BINARY;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// `busybox:1`, made of the static busybox with its applets as links.
pub fn import_busybox(data: &Path) {
    let busybox = Path::new("/bin/busybox");
    assert!(busybox.exists(), "busybox-static is missing: make deps-test");
    let scratch = tempfile::tempdir().unwrap();
    let archive = scratch.path().join("busybox.tar");
    fs::write(&archive, busybox_tar(busybox)).unwrap();
    let archive = archive.to_str().unwrap();
    trythis(&["image", "import", "busybox:1", archive, "--data", data.to_str().unwrap()]);
}

/// Puts the bootstrapped Debian into a data folder, by hard links: blobs never change.
pub fn copy_debian(data: &Path) {
    let base = std::env::var("TRYTHIS_TEST_BASE").map_or_else(|_| bootstrap(), PathBuf::from);
    fs::create_dir_all(data).unwrap();
    let done = Command::new("cp")
        .args(["-al", "--"])
        .arg(base.join("registry"))
        .arg(data.join("registry"))
        .status()
        .unwrap();
    assert!(done.success(), "copying {}", base.display());
}

/// For a test that runs outside `make test`.
fn bootstrap() -> PathBuf {
    let base = Path::new(env!("CARGO_TARGET_TMPDIR")).join("test-base");
    trythis(&["image", "bootstrap", "debian:12", "--data", base.to_str().unwrap()]);
    base
}

fn trythis(arguments: &[&str]) {
    let done = Command::new(BINARY).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "trythis {arguments:?}: {said}");
}

fn root_owned() -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(1_700_000_000);
    header
}

fn busybox_tar(busybox: &Path) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    let folder = |tar: &mut tar::Builder<Vec<u8>>, path: &str, mode: u32| {
        let mut header = root_owned();
        header.set_entry_type(tar::EntryType::Directory);
        header.set_mode(mode);
        header.set_size(0);
        tar.append_data(&mut header, path, std::io::empty()).unwrap();
    };
    for path in ["bin/", "etc/", "root/", "proc/", "sys/", "dev/"] {
        folder(&mut tar, path, 0o755);
    }
    folder(&mut tar, "tmp/", 0o1777);
    let mut file = |path: &str, mode: u32, content: &[u8]| {
        let mut header = root_owned();
        header.set_mode(mode);
        header.set_size(content.len() as u64);
        tar.append_data(&mut header, path, content).unwrap();
    };
    file("bin/busybox", 0o755, &fs::read(busybox).unwrap());
    file("etc/passwd", 0o644, b"root:x:0:0:root:/root:/bin/sh\nada:x:1000:1000::/tmp:/bin/sh\n");
    file("etc/group", 0o644, b"root:x:0:\nada:x:1000:\n");
    let applets = Command::new(busybox).arg("--list").output().unwrap();
    for applet in String::from_utf8(applets.stdout).unwrap().lines() {
        if applet == "busybox" {
            continue;
        }
        let mut header = root_owned();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        header.set_mode(0o777);
        tar.append_link(&mut header, format!("bin/{applet}"), "busybox").unwrap();
    }
    tar.into_inner().unwrap()
}
