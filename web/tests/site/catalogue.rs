//! The starter catalogue.

use crate::support::{Person, Site};
use futures_util::StreamExt;
use std::{collections::BTreeMap, pin::pin};
use web::Progress;

async fn publish(site: &Site) -> BTreeMap<String, Vec<Progress>> {
    let mut told: BTreeMap<String, Vec<Progress>> = BTreeMap::new();
    let mut events = pin!(site.service.publish_catalogue());
    while let Some(event) = events.next().await {
        told.entry(event.slug).or_default().push(event.progress);
    }
    told
}

#[actix_web::test]
async fn the_catalogue_is_published_once() {
    let site = Site::start().await;
    let first = publish(&site).await;
    for slug in ["htop", "jq", "python", "sqlite3"] {
        let told = first.get(slug).unwrap_or_else(|| panic!("no {slug} in {first:?}"));
        assert_eq!(told[..], [Progress::Building, Progress::Ready], "{slug}");
        assert!(Person::of(&site).page(&format!("/p/{slug}")).await.contains("data-try-form"));
    }
    assert!(Person::of(&site).page("/p/jq").await.contains("Has a guided demo"));
    let builds = site.containers.books().builds.len();
    let again = publish(&site).await;
    assert!(again.values().all(|told| told[..] == [Progress::AlreadyThere]), "{again:?}");
    assert_eq!(site.containers.books().builds.len(), builds);
    site.stop().await;
}

#[actix_web::test]
async fn without_the_container_server_each_project_says_so() {
    let site = Site::start().await;
    site.containers.stop().await;
    let told = publish(&site).await;
    let failed = |told: &Vec<Progress>| matches!(told[..], [Progress::Failed(_)]);
    assert!(!told.is_empty() && told.values().all(failed), "{told:?}");
    site.stop().await;
}
