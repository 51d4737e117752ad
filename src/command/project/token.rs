//! Which token is sent?

use anyhow::Context;
use std::{env, fs, io, os::unix::fs::PermissionsExt, path::PathBuf};
use web::TokenSecret;

/// The token: what was given, else what the file holds, else none. It is looked at before it is sent
/// anywhere, and never shown.
pub fn find(given: Option<&str>) -> anyhow::Result<Option<TokenSecret>> {
    if let Some(text) = given.map(str::trim).filter(|text| !text.is_empty()) {
        return parse(text, "--token or TRYTHIS_TOKEN").map(Some);
    }
    let Some(path) = file() else { return Ok(None) };
    let shown = path.display();
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("{shown} cannot be read")),
    };
    let mode = fs::metadata(&path)?.permissions().mode();
    if mode & 0o077 != 0 {
        anyhow::bail!("others can read the token in {shown}: chmod 600 {shown}");
    }
    parse(text.trim(), &shown.to_string()).map(Some)
}

fn parse(text: &str, place: &str) -> anyhow::Result<TokenSecret> {
    TokenSecret::parse(text).with_context(|| format!("the token of {place} cannot be used"))
}

fn file() -> Option<PathBuf> {
    let folder = match env::var_os("XDG_CONFIG_HOME").filter(|folder| !folder.is_empty()) {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(env::var_os("HOME")?).join(".config"),
    };
    Some(folder.join("trythis/token"))
}
