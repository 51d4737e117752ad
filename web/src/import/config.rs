//! Which sites are asked, and what is a repository's address there.

use super::{ImportError, ask::Question};
use std::str::FromStr;
use url::Url;

/// How a site is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `/repos/{owner}/{name}`.
    GitHub,
    /// `/api/v4/projects/{path}`.
    GitLab,
    /// `/api/v1/repos/{owner}/{name}`: Gitea and Forgejo.
    Gitea,
}

/// A site with repositories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForgeConfig {
    pub(super) kind: Kind,
    /// As people read it.
    pub(super) label: String,
    /// The site's pages, without a slash at the end.
    pub(super) site: Url,
    /// Its API.
    pub(super) api: Url,
    /// Whether the operator named it: it may be anywhere then.
    pub(super) trusted: bool,
}

/// A text that names no site.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not of the form github=URL, gitlab=URL or gitea=URL, such as gitea=https://git.example.org"
)]
pub struct InvalidForge(String);

impl FromStr for ForgeConfig {
    type Err = InvalidForge;

    /// Reads `gitea=https://git.example.org`. What the operator names may be anywhere.
    fn from_str(text: &str) -> Result<Self, InvalidForge> {
        let wrong = || InvalidForge(text.to_owned());
        let (kind, site) = text.split_once('=').ok_or_else(wrong)?;
        let kind = match kind {
            "github" => Kind::GitHub,
            "gitlab" => Kind::GitLab,
            "gitea" => Kind::Gitea,
            _ => return Err(wrong()),
        };
        let site = Url::parse(site).map_err(|_| wrong())?;
        let plain = matches!(site.scheme(), "http" | "https") && site.path() == "/";
        let label = site.host_str().filter(|_| plain).ok_or_else(wrong)?.to_owned();
        // GitHub Enterprise has its API below the site.
        let api = if kind == Kind::GitHub {
            site.join("/api/v3/").map_err(|_| wrong())?
        } else {
            site.clone()
        };
        Ok(Self { kind, label, site, api, trusted: true })
    }
}

impl ForgeConfig {
    /// A site of the public Internet.
    fn public(kind: Kind, label: &str, site: &str, api: &str) -> Option<Self> {
        let (site, api) = (Url::parse(site).ok()?, Url::parse(api).ok()?);
        Some(Self { kind, label: label.to_owned(), site, api, trusted: false })
    }

    /// Something of its API. The parts are written so that they stay one part each.
    pub(super) fn at(&self, parts: &[&str], query: &[(&str, &str)]) -> Question {
        let mut url = self.api.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(parts);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Question { url, trusted: self.trusted }
    }

    /// A repository's page.
    pub(super) fn page(&self, path: &[String]) -> String {
        let mut url = self.site.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url.to_string()
    }
}

/// Which sites are asked.
#[derive(Debug, Clone)]
pub struct ImportConfig {
    forges: Vec<ForgeConfig>,
}

impl Default for ImportConfig {
    /// The three that most programs are at.
    fn default() -> Self {
        let known = [
            (Kind::GitHub, "GitHub", "https://github.com", "https://api.github.com"),
            (Kind::GitLab, "GitLab", "https://gitlab.com", "https://gitlab.com"),
            (Kind::Gitea, "Codeberg", "https://codeberg.org", "https://codeberg.org"),
        ];
        let forge = |(kind, label, site, api)| ForgeConfig::public(kind, label, site, api);
        Self { forges: known.into_iter().filter_map(forge).collect() }
    }
}

/// A repository at a site.
pub(super) struct Place<'a> {
    pub forge: &'a ForgeConfig,
    /// The owner, groups within, and the name.
    pub path: Vec<String>,
}

impl ImportConfig {
    /// The same with more sites; one of the same name takes the place of the other.
    #[must_use]
    pub fn with(mut self, more: Vec<ForgeConfig>) -> Self {
        self.forges.retain(|old| more.iter().all(|new| new.site.origin() != old.site.origin()));
        self.forges.extend(more);
        self
    }

    /// The sites' names, for people.
    pub(super) fn hosts(&self) -> String {
        let hosts: Vec<_> = self.forges.iter().filter_map(|forge| forge.site.host_str()).collect();
        hosts.join(", ")
    }

    /// The repository that an address is of: also one of a file or a branch in it.
    pub(super) fn place(&self, typed: &str) -> Result<Place<'_>, ImportError> {
        let typed = typed.trim();
        let whole =
            if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
        let url = Url::parse(&whole).map_err(|_| ImportError::Address)?;
        let host = url.host_str().filter(|host| host.contains('.')).ok_or(ImportError::Address)?;
        if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() {
            return Err(ImportError::Address);
        }
        let plain = host.strip_prefix("www.").unwrap_or(host);
        let forge = self.forges.iter().find(|forge| {
            let same = |host| forge.site.host_str() == Some(host);
            same(plain) && (forge.site.port() == url.port())
        });
        let forge =
            forge.ok_or_else(|| ImportError::Elsewhere(host.chars().take(100).collect()))?;
        let path = url.path_segments().into_iter().flatten().filter(|part| !part.is_empty());
        let mut path: Vec<String> = path.map(str::to_owned).collect();
        match forge.kind {
            // Groups may lie in groups; pages of a repository come behind a hyphen.
            Kind::GitLab => path.truncate(path.iter().position(|part| part == "-").unwrap_or(20)),
            Kind::GitHub | Kind::Gitea => path.truncate(2),
        }
        if let Some(name) = path.last_mut() {
            *name = name.strip_suffix(".git").unwrap_or(name).to_owned();
        }
        let fits = |part: &String| {
            let plain =
                |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~' | '+');
            part.len() <= 100
                && part.chars().all(plain)
                && !matches!(part.as_str(), "" | "." | "..")
        };
        if path.len() < 2 || !path.iter().all(fits) {
            return Err(ImportError::Address);
        }
        Ok(Place { forge, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_repositories() {
        let config = ImportConfig::default();
        for (typed, label, path) in [
            ("https://github.com/jqlang/jq", "GitHub", "jqlang/jq"),
            (" github.com/jqlang/jq.git ", "GitHub", "jqlang/jq"),
            ("https://www.github.com/jqlang/jq/tree/master/src?x=1#y", "GitHub", "jqlang/jq"),
            ("http://github.com/jqlang/jq/", "GitHub", "jqlang/jq"),
            ("https://gitlab.com/a/b/c/-/tree/main", "GitLab", "a/b/c"),
            ("https://codeberg.org/forgejo/forgejo", "Codeberg", "forgejo/forgejo"),
        ] {
            let place = config.place(typed).unwrap();
            assert_eq!((place.forge.label.as_str(), place.path.join("/").as_str()), (label, path));
        }
        for bad in [
            "",
            "jq",
            "https://github.com",
            "https://github.com/jqlang",
            "https://github.com/../..",
            "https://github.com/%2e%2e/%2e%2e",
            "https://github.com/a%2fb/c",
            "https://github.com/a/b?\u{0}",
            "javascript://github.com/a/b",
            "file:///etc/passwd",
            "ftp://github.com/a/b",
            "https://ada@github.com/a/b",
        ] {
            let found = config.place(bad);
            let odd = bad.contains('?');
            assert!(odd || matches!(found, Err(ImportError::Address)), "{bad}");
        }
        for elsewhere in [
            "https://example.org/a/b",
            "http://127.0.0.1/a/b",
            "https://github.com.evil.example/a/b",
            "https://github.com:8443/a/b",
            "http://169.254.169.254/latest/meta-data",
        ] {
            assert!(
                matches!(config.place(elsewhere), Err(ImportError::Elsewhere(_))),
                "{elsewhere}"
            );
        }
    }

    #[test]
    fn an_operator_names_sites() {
        let forge: ForgeConfig = "gitea=https://git.example.org".parse().unwrap();
        assert!(forge.trusted);
        let config = ImportConfig::default().with(vec![forge]);
        let place = config.place("https://git.example.org/ada/x").unwrap();
        let question = place.forge.at(&["api", "v1", "repos", "a/b", "c"], &[("q", "1 2")]);
        assert_eq!(question.url.as_str(), "https://git.example.org/api/v1/repos/a%2Fb/c?q=1+2");
        assert!(config.hosts().ends_with("codeberg.org, git.example.org"));
        for bad in [
            "",
            "gitea",
            "svn=https://x.example",
            "gitea=x",
            "gitea=file:///x",
            "gitea=https://x.example/y",
        ] {
            assert!(bad.parse::<ForgeConfig>().is_err(), "{bad}");
        }
    }
}
