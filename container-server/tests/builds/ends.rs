//! Builds that are ended: by a limit, by somebody, by the server's own end.

use crate::bench::{BASE, Bench, dockerfile};
use container_api::{BuildEvent, BuildEventKind, BuildState, BuildView, FailureCause};
use futures_util::StreamExt;
use std::time::Duration;

/// Returns once the build's command has printed `here`.
async fn at_work(bench: &Bench, view: &BuildView) {
    let mut log = bench.builds.log(&view.id).unwrap();
    while let Some(BuildEvent { kind, .. }) = log.next().await {
        match kind {
            BuildEventKind::Output { text } if text == "here" => return,
            BuildEventKind::State { state, failure, .. } if state.is_final() => {
                panic!("{state:?} {failure:?}")
            }
            _ => {}
        }
    }
    panic!("the log ended");
}

fn endless() -> container_api::BuildSource {
    // A child that outlives its shell, too.
    dockerfile(&format!("FROM {BASE}\nRUN echo 1 > /x\nRUN sleep 1000 & echo here; sleep 1000"))
}

#[actix_web::test]
async fn the_time_limit_ends_a_build() {
    let bench = Bench::with(|config| config.time_limit = Duration::from_secs(2)).await;
    let built = bench.build(endless()).await;
    assert_eq!(built.failure(), &FailureCause::TimeLimit { seconds: 2 });
    bench.nothing_is_left_but(&[]).await;
    bench.finish().await;
}

#[actix_web::test]
async fn a_build_can_be_cancelled() {
    let bench = Bench::start().await;
    let view = bench.create(endless()).await;
    at_work(&bench, &view).await;
    assert_eq!(bench.builds.view(&view.id).unwrap().state, BuildState::Running);
    bench.builds.cancel(&view.id).unwrap();
    let built = bench.finish_build(&view).await;
    assert_eq!(built.view.state, BuildState::Cancelled);
    assert_eq!((&built.view.failure, &built.view.image), (&None, &None));
    // Once more is no error, and changes nothing.
    bench.builds.cancel(&view.id).unwrap();
    assert_eq!(bench.builds.view(&view.id).unwrap(), built.view);
    assert!(bench.builds.cancel(&container_api::BuildId::random()).is_none());
    bench.nothing_is_left_but(&[]).await;
    bench.finish().await;
}

#[actix_web::test]
async fn the_memory_limit_ends_a_build() {
    let bench = Bench::with(|config| config.resources.memory_bytes = 64 << 20).await;
    let built = bench.dockerfile(&format!("FROM {BASE}\nRUN tail /dev/zero")).await;
    assert_eq!(built.failure(), &FailureCause::MemoryLimit { bytes: 64 << 20 });
    bench.nothing_is_left_but(&[]).await;
    bench.finish().await;
}

#[actix_web::test]
async fn a_flood_of_output_is_cut_and_its_end_is_told() {
    let bench = Bench::start().await;
    let text = format!(
        "FROM {BASE}\nRUN head -c 5000000 /dev/zero; echo; seq 1 400000; echo last >&2; exit 9"
    );
    let built = bench.dockerfile(&text).await;
    let FailureCause::Command { code: 9, tail, .. } = built.failure() else {
        panic!("{:?}", built.view)
    };
    assert_eq!(tail[18..], ["400000", "last"]);
    let folder = bench.fixture.folder.path().join("builds").join(built.view.id.as_str());
    let size = std::fs::metadata(folder.join("log.ndjson")).unwrap().len();
    assert!((8 << 20) - 10_000 < size && size < (8 << 20) + 10_000, "{size}");
    let cut = |event: &BuildEvent| matches!(&event.kind, BuildEventKind::Note { text } if text.contains("cut here"));
    assert_eq!(built.log.iter().filter(|event| cut(event)).count(), 1);
    bench.finish().await;
}

#[actix_web::test]
async fn a_build_that_reads_its_input_does_not_wait() {
    let bench = Bench::start().await;
    let built = bench.dockerfile(&format!("FROM {BASE}\nRUN cat && echo done")).await;
    built.image();
    assert_eq!(built.output(), ["done"]);
    bench.finish().await;
}

#[actix_web::test]
async fn shutting_down_interrupts_builds_and_a_new_start_remembers() {
    let mut bench = Bench::start().await;
    let view = bench.create(endless()).await;
    at_work(&bench, &view).await;
    bench.builds.shutdown().await;
    let interrupted = bench.finish_build(&view).await;
    assert_eq!(interrupted.failure(), &FailureCause::Interrupted);
    let wish = container_api::CreateBuild {
        repository: "projects/x".to_owned(),
        source: dockerfile(&format!("FROM {BASE}")),
    };
    let refused = bench.builds.create(wish).await;
    assert!(matches!(refused, Err(container_server::builds::BuildError::ShuttingDown)));

    bench.reopen();
    assert_eq!(bench.finish_build(&view).await.view, interrupted.view);
    bench.nothing_is_left_but(&[]).await;
    bench.finish().await;
}

#[actix_web::test]
async fn a_server_that_died_leaves_no_build_undecided() {
    let mut bench = Bench::start().await;
    let view = bench.create(endless()).await;
    at_work(&bench, &view).await;
    // What a server that died has left: the same files, and nobody to end the build.
    let folder = bench.fixture.folder.path().join("builds").join(view.id.as_str());
    let record = std::fs::read(folder.join("build.json")).unwrap();
    let log = std::fs::read(folder.join("log.ndjson")).unwrap();
    bench.builds.shutdown().await;
    std::fs::write(folder.join("build.json"), record).unwrap();
    std::fs::write(folder.join("log.ndjson"), [&log, &b"{\"at_ms\":12,\"ki"[..]].concat()).unwrap();

    bench.reopen();
    let interrupted = bench.finish_build(&view).await;
    assert_eq!(interrupted.failure(), &FailureCause::Interrupted);
    assert!(interrupted.output().contains(&"here"), "what was told before is still there");
    // The next build goes on as if nothing had been.
    bench.dockerfile(&format!("FROM {BASE}\nRUN true")).await.image();
    bench.finish().await;
}
