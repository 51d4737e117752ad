//! What the APIs of the sites say, in one form. What is missing, or of another kind than expected,
//! is left out, but for the repository itself.

use super::{
    ask::{AskError, Clients},
    config::{ForgeConfig, Kind},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use futures_util::future::join;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A repository in its site's words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    pub name: String,
    pub description: String,
    pub licence: String,
    pub language: String,
    pub topics: Vec<String>,
    pub readme: String,
}

/// Asks a site for a repository.
pub async fn read(
    clients: &Clients,
    forge: &ForgeConfig,
    path: &[String],
) -> Result<Found, AskError> {
    match forge.kind {
        Kind::GitHub => github(clients, forge, path).await,
        Kind::GitLab => gitlab(clients, forge, path).await,
        Kind::Gitea => gitea(clients, forge, path).await,
    }
}

/// A text of a document; empty where there is none.
fn text(document: &Value, pointer: &str) -> String {
    document.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn texts(document: &Value, pointer: &str) -> Vec<String> {
    let list = document.pointer(pointer).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The document has to be a repository's.
fn repository(document: Value) -> Result<Value, AskError> {
    match document.get("name") {
        Some(Value::String(_)) => Ok(document),
        _ => Err(AskError::Unreadable("it is no repository".to_owned())),
    }
}

/// A file within a JSON document.
#[derive(Deserialize)]
struct File {
    encoding: String,
    content: String,
}

impl File {
    fn text(self) -> Option<String> {
        let packed: String = self.content.split_ascii_whitespace().collect();
        let bytes = BASE64_STANDARD.decode(packed).ok().filter(|_| self.encoding == "base64")?;
        String::from_utf8(bytes).ok()
    }
}

/// A repository without a README, or with one that cannot be read, is one all the same.
fn readme(file: Result<File, AskError>) -> String {
    let file = file.inspect_err(|error| tracing::debug!(%error, "no README"));
    file.ok().and_then(File::text).unwrap_or_default()
}

async fn github(
    clients: &Clients,
    forge: &ForgeConfig,
    path: &[String],
) -> Result<Found, AskError> {
    let mut parts = vec!["repos"];
    parts.extend(path.iter().map(String::as_str));
    let about = clients.json(forge.at(&parts, &[]));
    parts.push("readme");
    let file = clients.json(forge.at(&parts, &[]));
    let (about, file) = join(about, file).await;
    let about = repository(about?)?;
    Ok(Found {
        name: text(&about, "/name"),
        description: text(&about, "/description"),
        licence: text(&about, "/license/spdx_id"),
        language: text(&about, "/language"),
        topics: texts(&about, "/topics"),
        readme: readme(file),
    })
}

async fn gitlab(
    clients: &Clients,
    forge: &ForgeConfig,
    path: &[String],
) -> Result<Found, AskError> {
    let id = path.join("/");
    let parts = ["api", "v4", "projects", &id];
    let about = clients.json(forge.at(&parts, &[("license", "true")]));
    let [api, v4, projects, id] = parts;
    let languages = [api, v4, projects, id, "languages"];
    let languages = clients.json::<Map<String, Value>>(forge.at(&languages, &[]));
    let (about, languages) = join(about, languages).await;
    let about = repository(about?)?;
    // `…/-/blob/main/README.md`: only its name counts, not where it says that it is.
    let file = text(&about, "/readme_url");
    let file = file.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("README.md");
    let file = [api, v4, projects, id, "repository", "files", file];
    let file = clients.json(forge.at(&file, &[("ref", "HEAD")])).await;
    Ok(Found {
        name: text(&about, "/path"),
        description: text(&about, "/description"),
        licence: text(&about, "/license/key"),
        language: languages.ok().and_then(most).unwrap_or_default(),
        topics: texts(&about, "/topics"),
        readme: readme(file),
    })
}

/// The language with the largest share.
fn most(languages: Map<String, Value>) -> Option<String> {
    let shares = languages.into_iter().filter_map(|(name, share)| Some((name, share.as_f64()?)));
    shares.max_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(name, _)| name)
}

async fn gitea(clients: &Clients, forge: &ForgeConfig, path: &[String]) -> Result<Found, AskError> {
    let mut parts = vec!["api", "v1", "repos"];
    parts.extend(path.iter().map(String::as_str));
    let about = clients.json(forge.at(&parts, &[]));
    parts.extend(["contents", "README.md"]);
    let file = clients.json(forge.at(&parts, &[]));
    let (about, file) = join(about, file).await;
    let about = repository(about?)?;
    Ok(Found {
        name: text(&about, "/name"),
        description: text(&about, "/description"),
        licence: texts(&about, "/licenses").join(" AND "),
        language: text(&about, "/language"),
        topics: texts(&about, "/topics"),
        readme: readme(file),
    })
}
