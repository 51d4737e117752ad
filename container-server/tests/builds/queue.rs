//! Several builds at once, and several readers of one log.

use crate::bench::{BASE, Bench, dockerfile};
use crate::support::eventually;
use container_api::{BuildEvent, BuildState, BuildView, CreateBuild};
use container_server::builds::BuildError;
use futures_util::StreamExt;

fn endless() -> container_api::BuildSource {
    dockerfile(&format!("FROM {BASE}\nRUN echo here; sleep 1000"))
}

fn state(bench: &Bench, view: &BuildView) -> BuildState {
    bench.builds.view(&view.id).unwrap().state
}

#[actix_web::test]
async fn builds_take_turns() {
    let bench = Bench::with(|config| (config.concurrent, config.waiting) = (2, 1)).await;
    let (first, second) = (bench.create(endless()).await, bench.create(endless()).await);
    eventually("two builds run", || async {
        [&first, &second].iter().all(|view| state(&bench, view) == BuildState::Running)
    })
    .await;
    let third = bench.create(dockerfile(&format!("FROM {BASE}\nRUN true"))).await;
    assert_eq!(bench.builds.active(), 3);
    let wish = CreateBuild { repository: "projects/x".to_owned(), source: endless() };
    let refused = bench.builds.create(wish).await;
    assert!(matches!(refused, Err(BuildError::Busy { waiting: 1 })), "{refused:?}");
    assert_eq!(state(&bench, &third), BuildState::Queued);
    assert_eq!(bench.builds.view(&third.id).unwrap().ahead, Some(0));
    assert_eq!(bench.builds.view(&first.id).unwrap().ahead, None);

    bench.builds.cancel(&first.id).unwrap();
    let third = bench.finish_build(&third).await;
    assert!(third.view.image_bytes.is_some_and(|bytes| bytes > 1_000), "{:?}", third.view);
    let fourth = bench.create(endless()).await;
    eventually("the turn is taken", || async { state(&bench, &fourth) == BuildState::Running })
        .await;
    // One that waits can be cancelled, too.
    let fifth = bench.create(endless()).await;
    bench.builds.cancel(&fifth.id).unwrap();
    assert_eq!(bench.finish_build(&fifth).await.view.state, BuildState::Cancelled);
    for view in [&second, &fourth] {
        bench.builds.cancel(&view.id).unwrap();
        bench.finish_build(view).await;
    }
    eventually("all have ended", || async { bench.builds.active() == 0 }).await;
    bench.nothing_is_left_but(&[third.image()]).await;
    bench.finish().await;
}

#[actix_web::test]
async fn everybody_reads_the_same_log() {
    let bench = Bench::start().await;
    let text = format!("FROM {BASE}\nRUN seq 1 2000; sleep 1; seq 2001 4000");
    let view = bench.create(dockerfile(&text)).await;
    let mut readers = Vec::new();
    for _ in 0..4 {
        let log = bench.builds.log(&view.id).unwrap();
        readers.push(tokio::spawn(log.collect::<Vec<BuildEvent>>()));
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    let built = bench.finish_build(&view).await;
    assert_eq!(built.output().len(), 4_000);
    for reader in readers {
        assert_eq!(reader.await.unwrap(), built.log);
    }
    bench.finish().await;
}
