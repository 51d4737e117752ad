//! The one image of all: busybox, static, and as little around it as a shell needs.

use anyhow::{Context, Result};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

const BUSYBOX: [&str; 2] = ["/usr/bin/busybox", "/bin/busybox"];
const FOLDERS: [&str; 7] = ["bin", "dev", "etc", "proc", "root", "sys", "tmp"];

/// The image as everybody wants it.
pub struct Image {
    /// A folder, for bundles.
    pub root: PathBuf,
    /// The same as an archive.
    pub archive: PathBuf,
}

impl Image {
    /// Makes both in this folder.
    pub fn make(folder: &Path) -> Result<Self> {
        let busybox = BUSYBOX.iter().map(Path::new).find(|path| path.exists());
        let busybox = busybox.context("busybox is missing: apt-get install busybox-static")?;
        let image = Self { root: folder.join("root"), archive: folder.join("root.tar") };
        for name in FOLDERS {
            fs::create_dir_all(image.root.join(name))?;
        }
        fs::copy(busybox, image.root.join("bin/busybox"))?;
        fs::hard_link(image.root.join("bin/busybox"), image.root.join("bin/sh"))?;
        fs::write(image.root.join("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n")?;
        fs::write(image.root.join("etc/group"), "root:x:0:\n")?;
        let mut archive = tar::Builder::new(File::create(&image.archive)?);
        archive.append_dir_all(".", &image.root)?;
        archive.into_inner()?.sync_all()?;
        Ok(image)
    }
}

/// Runs a program to its end; what it printed, or what it complained of.
pub fn run(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("starting {name}: is it installed?"))?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "{name}: {}", complaint.trim());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
