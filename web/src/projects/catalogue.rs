//! The starter catalogue: projects that are there from the start, built by the same path as any
//! other. The format is described in `catalogue/README.md`.

use crate::{
    builds, demo,
    error::Error,
    input::project::{Kind, ProjectForm},
    models::{
        builds::{self as build_rows, Build},
        projects as project_rows,
        users::{self, User},
    },
    policy::{Action, Answer, Asker, CATALOGUE, decide},
    projects::{Repeats, SaveError, create, update},
    service::Services,
};
use actix_web::web;
use container_api::{BuildState, FailureCause};
use futures_util::Stream;
use rust_embed::RustEmbed;
use serde::Deserialize;
use std::{sync::Arc, time::Duration};

const PAUSE: Duration = Duration::from_millis(500);
/// How often in a row the container server may be out of reach before a build counts as lost.
const ATTEMPTS: u32 = 120;

#[derive(RustEmbed)]
#[folder = "../catalogue"]
struct Files;

/// What became of one project of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueEvent {
    /// The project's place in URLs.
    pub slug: String,
    /// How far it is.
    pub progress: Progress,
}

/// How far a project of the catalogue is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// It was there already, with an image, or belongs to somebody else.
    AlreadyThere,
    /// Its build waits or runs.
    Building,
    /// It can be tried.
    Ready,
    /// It was not built; the sentence says why. The next start tries again.
    Failed(String),
}

/// A project of the catalogue, in its files' words.
pub struct Entry {
    slug: String,
    form: Result<ProjectForm, String>,
    /// The guided demo's source; empty without one.
    demo: String,
}

/// `project.toml`.
#[derive(Deserialize)]
struct Manifest {
    name: String,
    category: String,
    short: String,
    licence: String,
    repository: String,
    language: String,
    topics: String,
    base: String,
    command: String,
}

/// The catalogue that is part of the program, by slug.
#[must_use]
pub fn embedded() -> Vec<Entry> {
    let slugs = Files::iter().filter_map(|path| {
        path.strip_suffix("/project.toml").filter(|slug| !slug.contains('/')).map(str::to_owned)
    });
    let mut slugs: Vec<String> = slugs.collect();
    slugs.sort();
    let entry = |slug: String| Entry { form: read(&slug), demo: read_demo(&slug), slug };
    slugs.into_iter().map(entry).collect()
}

fn read_demo(slug: &str) -> String {
    let file = Files::get(&format!("{slug}/demo.md"));
    file.map(|file| String::from_utf8_lossy(&file.data).into_owned()).unwrap_or_default()
}

fn read(slug: &str) -> Result<ProjectForm, String> {
    let text = |name: &str| {
        let file = Files::get(&format!("{slug}/{name}"));
        let file = file.ok_or_else(|| format!("catalogue/{slug} has no {name}"))?;
        String::from_utf8(file.data.into_owned())
            .map_err(|_| format!("catalogue/{slug}/{name} is not UTF-8"))
    };
    let manifest: Manifest = toml::from_str(&text("project.toml")?)
        .map_err(|error| format!("catalogue/{slug}/project.toml: {error}"))?;
    Ok(ProjectForm {
        name: manifest.name,
        category: manifest.category,
        short: manifest.short,
        description: text("README.md")?,
        licence: manifest.licence,
        repository: manifest.repository,
        language: manifest.language,
        topics: manifest.topics,
        kind: Kind::Script,
        base: manifest.base,
        script: text("install.sh")?,
        command: manifest.command,
        ..ProjectForm::default()
    })
}

/// Publishes what is missing, and follows the builds to their ends.
pub fn publish(
    services: web::Data<Services>,
    entries: Vec<Entry>,
) -> impl Stream<Item = CatalogueEvent> + Send {
    let services: Arc<Services> = services.into_inner();
    async_stream::stream! {
        let mut under_way = Vec::new();
        for Entry { slug, form, demo } in entries {
            let begun = match form {
                Ok(form) => begin(&services, &slug, &form).await,
                Err(message) => Err(message),
            };
            if let Err(error) = give_demo(&services, &slug, demo).await {
                tracing::warn!(slug, %error, "the guided demo was not kept");
            }
            let progress = match begun {
                Ok(None) => Progress::AlreadyThere,
                Ok(Some(build)) => {
                    under_way.push((slug.clone(), build, 0));
                    Progress::Building
                }
                Err(message) => Progress::Failed(message),
            };
            yield CatalogueEvent { slug, progress };
        }
        while !under_way.is_empty() {
            tokio::time::sleep(PAUSE).await;
            for (slug, build, failures) in std::mem::take(&mut under_way) {
                match builds::refresh(&services, build.clone()).await {
                    Ok(build) if !build.state.is_final() => under_way.push((slug, build, 0)),
                    Ok(build) => yield CatalogueEvent { slug, progress: end_of(&build) },
                    Err(_) if failures < ATTEMPTS => under_way.push((slug, build, failures + 1)),
                    Err(error) => {
                        let progress = Progress::Failed(error.problem().detail);
                        yield CatalogueEvent { slug, progress };
                    }
                }
            }
        }
    }
}

/// Makes a project and starts its build, as far as that is not done.
async fn begin(
    services: &Arc<Services>,
    slug: &str,
    form: &ProjectForm,
) -> Result<Option<Build>, String> {
    let begun = async {
        let checked = form.check().map_err(SaveError::Fields)?;
        let owner = owner(services).await?;
        let key = slug.to_owned();
        let known = services.db.read(move |conn| project_rows::by_slug(conn, &key)).await;
        let build = match known.map_err(Error::from)? {
            None => {
                create(services, &Asker::system(), owner.id, checked, Repeats::ByChance).await?
            }
            Some(project) if project.image.is_some() || !may_change(&owner, &project) => {
                return Ok(None);
            }
            Some(project) => {
                if let Some(build) = still_under_way(services, &project).await? {
                    return Ok(Some(build));
                }
                match update(services, &Asker::system(), project, checked, true).await? {
                    Some(build) => build,
                    None => return Ok(None),
                }
            }
        };
        let build = services.db.read(move |conn| build_rows::by_id(conn, &build)).await;
        Ok(build.map_err(Error::from)?)
    };
    begun.await.map_err(|error: SaveError| match error {
        SaveError::Fields(errors) => errors.to_string(),
        SaveError::Other(error) => error.problem().detail,
    })
}

/// Also to projects that an older version published, where nobody has written another demo.
async fn give_demo(services: &Services, slug: &str, source: String) -> Result<(), Error> {
    let owner = owner(services).await?;
    let key = slug.to_owned();
    let project = services.db.read(move |conn| project_rows::by_slug(conn, &key)).await?;
    match project.filter(|project| may_change(&owner, project)) {
        Some(project) if !source.is_empty() => {
            demo::keep::give_first(services, &project, source).await
        }
        _ => Ok(()),
    }
}

async fn still_under_way(
    services: &Services,
    project: &project_rows::Project,
) -> Result<Option<Build>, Error> {
    let Some(id) = project.latest_build.clone() else { return Ok(None) };
    let Some(build) = services.db.read(move |conn| build_rows::by_id(conn, &id)).await? else {
        return Ok(None);
    };
    let build = builds::refresh(services, build).await?;
    Ok(Some(build).filter(|build| matches!(build.state, BuildState::Queued | BuildState::Running)))
}

/// What a person has published under the same name stays theirs.
fn may_change(owner: &User, project: &project_rows::Project) -> bool {
    decide(owner.actor(), Action::EditProject { owner: project.owner_id }) == Answer::Yes
}

async fn owner(services: &Services) -> Result<User, Error> {
    let owner = services.db.write(|conn| match users::by_name(conn, CATALOGUE)? {
        Some(owner) => Ok(owner),
        None => users::create(conn, CATALOGUE, None),
    });
    Ok(owner.await?)
}

fn end_of(build: &Build) -> Progress {
    match (build.state, &build.failure) {
        (BuildState::Pushed, _) => Progress::Ready,
        (BuildState::Cancelled, _) => Progress::Failed("The build was cancelled.".to_owned()),
        (_, Some(cause)) => {
            let failure = builds::words::failure(cause);
            let last = match cause {
                FailureCause::Command { .. } => failure.tail.join("\n"),
                _ => failure.text,
            };
            Progress::Failed(format!("{}: {last}", failure.title))
        }
        (_, None) => Progress::Failed("The build failed.".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_in_order() {
        for Entry { slug, form, demo } in embedded() {
            let demo = demo::keep::Draft::of(&demo);
            assert!(demo.read.is_ok(), "{slug}: {:?}", demo.read);
            let checked = form.unwrap().check();
            assert_eq!(checked.map(|c| c.slug), Ok(slug.clone()), "{slug}");
        }
    }
}
