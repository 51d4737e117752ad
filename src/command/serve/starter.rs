//! The starter catalogue, told to the operator as it is built.

use futures_util::{Stream, StreamExt};
use std::{net::SocketAddr, time::Instant};
use web::{CatalogueEvent, Progress};

/// Publishes what is missing; says what it is doing, and at the end where to look.
pub async fn publish(catalogue: impl Stream<Item = CatalogueEvent>, address: SocketAddr) {
    let mut catalogue = std::pin::pin!(catalogue);
    let start = Instant::now();
    let (mut built, mut failed) = (0, 0);
    while let Some(CatalogueEvent { slug, progress }) = catalogue.next().await {
        let elapsed = start.elapsed().as_secs();
        match progress {
            Progress::AlreadyThere => {}
            Progress::Building => println!("{elapsed:>4} s  {slug}: building"),
            Progress::Ready => {
                built += 1;
                println!("{elapsed:>4} s  {slug}: ready");
            }
            Progress::Failed(message) => {
                failed += 1;
                println!("{elapsed:>4} s  {slug}: failed. {message}");
            }
        }
    }
    if failed > 0 {
        println!("{failed} of the catalogue's projects failed; the next start tries them again");
    }
    if built + failed > 0 {
        println!("trythis is at http://{address}");
    }
}
