//! `trythis image bootstrap debian:12`: the base image from the distribution's packages, for
//! machines that no image registry can be reached from.

use super::{Reference, import};
use crate::{
    cli,
    setup::{data::DataFolder, privilege, privilege::Account},
};
use anyhow::{Context, Result, bail};
use std::{
    fs::File,
    io::{Read, Seek},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// How long the upstream registry may take to answer.
const UPSTREAM_PATIENCE: Duration = Duration::from_secs(5);

pub fn run(options: &cli::Bootstrap) -> Result<()> {
    let reference = Reference::parse(&options.image)?;
    let suite = suite(&reference)?;
    if options.if_needed && (held(options, &reference)? || upstream_answers(&options.image)) {
        return Ok(());
    }
    privilege::require_root()?;
    println!("Making {} from Debian's packages (about 20 seconds)", options.image);
    let start = Instant::now();
    let mut archive = debootstrap(suite)?;
    archive.rewind()?;
    let registry = super::open(&options.data)?;
    let digest = import::add(&registry, &reference, archive, &["bash"])?;
    println!("{} is ready after {} s: {digest}", options.image, start.elapsed().as_secs());
    Ok(())
}

/// The Debian release behind an image's name.
fn suite(reference: &Reference) -> Result<&'static str> {
    let tag = reference.tag.strip_suffix("-slim").unwrap_or(&reference.tag);
    match (reference.repository.as_str(), tag) {
        ("library/debian", "11" | "bullseye") => Ok("bullseye"),
        ("library/debian", "12" | "bookworm") => Ok("bookworm"),
        ("library/debian", "13" | "trixie") => Ok("trixie"),
        _ => bail!(
            "{} cannot be made from packages: debian:11, debian:12 and debian:13 can. \
             Any other root file system is taken by `trythis image import`",
            Reference::familiar(&reference.repository, &reference.tag)
        ),
    }
}

/// Whether the embedded registry holds the image; looked up as it is, without giving up root.
fn held(options: &cli::Bootstrap, reference: &Reference) -> Result<bool> {
    let account = Account::named(&options.data.user)?;
    let folder = DataFolder::open(&options.data.path, &account)?;
    let registry = registry::Registry::open(registry::RegistryConfig {
        data: folder.registry(),
        credentials: None,
    })?;
    let tags = super::runtime()?.block_on(registry.tags(&reference.repository))?;
    Ok(tags.contains(&reference.tag))
}

/// Whether a build could pull the image by itself.
fn upstream_answers(image: &str) -> bool {
    use oci_distribution::{Client, Reference, secrets::RegistryAuth};
    let Ok(reference) = image.parse::<Reference>() else { return false };
    let Ok(runtime) = super::runtime() else { return false };
    runtime.block_on(async {
        let client = Client::default();
        let asked = client.fetch_manifest_digest(&reference, &RegistryAuth::Anonymous);
        matches!(tokio::time::timeout(UPSTREAM_PATIENCE, asked).await, Ok(Ok(_)))
    })
}

/// The root file system as a tar archive in a temporary file.
fn debootstrap(suite: &str) -> Result<File> {
    let archive = tempfile::tempfile().context("making a temporary file")?;
    let mut errors = tempfile::tempfile().context("making a temporary file")?;
    let status = Command::new("mmdebstrap")
        .args(["--variant=minbase", "--format=tar", "--quiet"])
        .args(OPTIONS)
        .args([suite, "-"])
        .stdin(Stdio::null())
        .stdout(archive.try_clone()?)
        .stderr(errors.try_clone()?)
        .status()
        .context("mmdebstrap cannot be run: install the package mmdebstrap")?;
    if !status.success() {
        let mut text = String::new();
        errors.rewind()?;
        errors.read_to_string(&mut text)?;
        let tail: Vec<&str> = text.lines().rev().take(8).collect();
        let tail: Vec<&str> = tail.into_iter().rev().collect();
        bail!("mmdebstrap failed with {status}; it said last:\n{}", tail.join("\n"));
    }
    Ok(archive)
}

/// Small, and quick to install into: no documentation, no translations, no fsync for each file
/// of a layer that is thrown away when the build fails.
const OPTIONS: [&str; 9] = [
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-include=/usr/share/doc/*/copyright",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
    "--dpkgopt=path-exclude=/usr/share/info/*",
    "--dpkgopt=force-unsafe-io",
    "--aptopt=Acquire::Languages \"none\"",
    "--aptopt=APT::Install-Recommends \"false\"",
    "--aptopt=APT::Sandbox::User \"root\"",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debian_releases_are_known_by_number_and_by_name() {
        for (image, expected) in
            [("debian:12", "bookworm"), ("debian:trixie", "trixie"), ("debian:11-slim", "bullseye")]
        {
            assert_eq!(suite(&Reference::parse(image).unwrap()).unwrap(), expected);
        }
        let error = suite(&Reference::parse("alpine:3").unwrap()).unwrap_err().to_string();
        assert!(error.contains("trythis image import"), "{error}");
    }
}
