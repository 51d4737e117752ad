//! What the engine keeps for us with a sandbox, so that the books can be opened again after a
//! restart of the server.

use super::{books::About, standing::Standing};
use chrono::{DateTime, SecondsFormat, Utc};
use container_api::{ImageRef, Limits, TerminalSize};
use std::{collections::BTreeMap, str::FromStr};

/// The form of the labels; another one is not read.
const VERSION: &str = "1";

/// What it was started from. Older servers did not keep it, so it may be missing.
const REPOSITORY: &str = "image-repository";
const DIGEST: &str = "image-digest";
/// Set on what sleeps: it may be woken by whoever comes, where it is frozen.
const ASLEEP: &str = "asleep";
/// Older servers did not keep these.
const FREEZE: &str = "freeze-seconds";
const QUIET: &str = "quiet-seconds";

/// Why labels cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    /// One is not there.
    #[error("the label `{0}` is missing")]
    Missing(&'static str),
    /// One cannot be read.
    #[error("the label `{0}` cannot be read")]
    Unreadable(&'static str),
}

pub(super) fn write(about: &About, standing: Standing) -> BTreeMap<String, String> {
    let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let limits = &about.limits;
    let pairs = [
        ("version", VERSION.to_owned()),
        ("project", about.project.clone()),
        ("title", about.title.clone()),
        ("owner", about.owner.clone()),
        ("created-at", time(about.created_at)),
        ("expires-at", time(about.expires_at)),
        ("memory-bytes", limits.memory_bytes.to_string()),
        ("cpu-millis", limits.cpu_millis.to_string()),
        ("processes", limits.processes.to_string()),
        ("disk-bytes", limits.disk_bytes.to_string()),
        ("lifetime-seconds", limits.lifetime_seconds.to_string()),
        ("idle-seconds", limits.idle_seconds.to_string()),
        (FREEZE, limits.freeze_seconds.to_string()),
        (QUIET, limits.quiet_seconds.to_string()),
        ("columns", about.size.columns.to_string()),
        ("rows", about.size.rows.to_string()),
    ];
    let image = about
        .image
        .iter()
        .flat_map(|image| [(REPOSITORY, image.repository.clone()), (DIGEST, image.digest.clone())]);
    let asleep = (standing == Standing::Asleep).then(|| (ASLEEP, "yes".to_owned()));
    pairs
        .into_iter()
        .chain(image)
        .chain(asleep)
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

pub(super) fn read(labels: &BTreeMap<String, String>) -> Result<About, LabelError> {
    let labels = Labels(labels);
    if labels.text("version")? != VERSION {
        return Err(LabelError::Unreadable("version"));
    }
    Ok(About {
        project: labels.text("project")?.to_owned(),
        title: labels.text("title")?.to_owned(),
        owner: labels.text("owner")?.to_owned(),
        image: labels.image(),
        created_at: labels.parse("created-at")?,
        expires_at: labels.parse("expires-at")?,
        limits: Limits {
            memory_bytes: labels.parse("memory-bytes")?,
            cpu_millis: labels.parse("cpu-millis")?,
            processes: labels.parse("processes")?,
            disk_bytes: labels.parse("disk-bytes")?,
            lifetime_seconds: labels.parse("lifetime-seconds")?,
            idle_seconds: labels.parse("idle-seconds")?,
            freeze_seconds: labels.parse(FREEZE).unwrap_or(0),
            quiet_seconds: labels.parse(QUIET).unwrap_or(0),
        },
        size: TerminalSize { columns: labels.parse("columns")?, rows: labels.parse("rows")? },
    })
}

/// How what the engine found stands.
pub(super) fn standing(labels: &BTreeMap<String, String>, frozen: bool) -> Standing {
    match (frozen, labels.contains_key(ASLEEP)) {
        (false, _) => Standing::Going,
        (true, true) => Standing::Asleep,
        (true, false) => Standing::Held,
    }
}

struct Labels<'a>(&'a BTreeMap<String, String>);

impl Labels<'_> {
    fn text(&self, name: &'static str) -> Result<&str, LabelError> {
        self.0.get(name).map(String::as_str).ok_or(LabelError::Missing(name))
    }

    fn image(&self) -> Option<ImageRef> {
        let text = |name| self.text(name).ok().map(str::to_owned);
        Some(ImageRef { repository: text(REPOSITORY)?, digest: text(DIGEST)? })
    }

    fn parse<T: FromStr>(&self, name: &'static str) -> Result<T, LabelError> {
        self.text(name)?.parse().map_err(|_| LabelError::Unreadable(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandboxes::books::tests::about;

    #[test]
    fn what_is_written_is_read() {
        let about = about("guest-1");
        let labels = write(&about, Standing::Asleep);
        assert_eq!(read(&labels), Ok(about));
        assert_eq!(standing(&labels, true), Standing::Asleep);
        assert_eq!(standing(&labels, false), Standing::Going);
        let labels = write(&crate::sandboxes::books::tests::about("guest-1"), Standing::Held);
        assert_eq!(standing(&labels, true), Standing::Held);
    }

    #[test]
    fn each_label_is_needed() {
        let whole = write(&about("guest-1"), Standing::Going);
        for name in whole.keys() {
            let mut less = whole.clone();
            less.remove(name);
            if name == FREEZE || name == QUIET {
                assert!(read(&less).is_ok(), "{name}");
                continue;
            }
            if name.starts_with("image-") {
                assert_eq!(read(&less).map(|about| about.image), Ok(None), "{name}");
                continue;
            }
            assert!(matches!(read(&less), Err(LabelError::Missing(_))), "{name}");
        }
    }

    #[test]
    fn numbers_and_times_must_be_such() {
        let whole = write(&about("guest-1"), Standing::Going);
        for name in ["created-at", "memory-bytes", "rows", "version"] {
            let mut odd = whole.clone();
            odd.insert(name.to_owned(), "many".to_owned());
            assert_eq!(read(&odd), Err(LabelError::Unreadable(name)));
        }
    }
}
