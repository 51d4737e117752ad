//! What a registry holds.

use super::{Remote, RemoteError};
use oci_distribution::RegistryOperation;

/// How many names are asked for at a time.
const PAGE: usize = 100;
/// Where base images are kept, as on the public registries.
const BASES: &str = "library/";

impl Remote {
    /// The tags of a repository; none where there is no such repository.
    ///
    /// # Errors
    /// See [`RemoteError`].
    pub async fn tags(&self, repository: &str) -> Result<Vec<String>, RemoteError> {
        let reference = self.reference(repository, "latest");
        self.authenticate(&reference, RegistryOperation::Pull).await;
        let mut tags: Vec<String> = Vec::new();
        loop {
            let last = tags.last().map(String::as_str);
            let auth = self.registry_auth();
            let page = match self.client.list_tags(&reference, &auth, Some(PAGE), last).await {
                Ok(answer) => answer.tags,
                Err(error) => match RemoteError::from(error) {
                    RemoteError::NotFound(_) => return Ok(Vec::new()),
                    other => return Err(other),
                },
            };
            if !extend(&mut tags, page) {
                return Ok(tags);
            }
        }
    }

    /// The repositories of the registry.
    ///
    /// # Errors
    /// See [`RemoteError`].
    pub async fn repositories(&self) -> Result<Vec<String>, RemoteError> {
        let reference = self.reference("catalogue", "latest");
        self.authenticate(&reference, RegistryOperation::Pull).await;
        let mut names: Vec<String> = Vec::new();
        loop {
            let last = names.last().map(String::as_str);
            let auth = self.registry_auth();
            let page = self.client.catalog(&reference, &auth, Some(PAGE), last).await?;
            if !extend(&mut names, page.repositories) {
                return Ok(names);
            }
        }
    }

    /// Base images at hand, such as `debian:12`.
    ///
    /// # Errors
    /// See [`RemoteError`].
    pub async fn base_images(&self) -> Result<Vec<String>, RemoteError> {
        let mut images = Vec::new();
        for repository in self.repositories().await? {
            let Some(name) = repository.strip_prefix(BASES) else { continue };
            let tags = self.tags(&repository).await?;
            images.extend(tags.into_iter().map(|tag| format!("{name}:{tag}")));
        }
        images.sort();
        Ok(images)
    }
}

/// Takes a page in; whether there may be another. A registry that ignores paging, and answers the
/// same page again, ends it as well.
fn extend(names: &mut Vec<String>, page: Vec<String>) -> bool {
    let full = page.len() >= PAGE;
    let fresh: Vec<String> = page.into_iter().filter(|name| !names.contains(name)).collect();
    let more = full && !fresh.is_empty();
    names.extend(fresh);
    more
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(from: usize, to: usize) -> Vec<String> {
        (from..to).map(|n| format!("{n:04}")).collect()
    }

    #[test]
    fn pages_are_put_together_until_one_is_short_or_repeats() {
        let mut names = Vec::new();
        assert!(!extend(&mut names, page(0, 3)));
        assert!(extend(&mut names, page(3, 3 + PAGE)));
        assert!(!extend(&mut names, page(3, 3 + PAGE)));
        assert_eq!(names, page(0, 3 + PAGE));
    }
}
