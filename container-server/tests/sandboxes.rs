//! The state machine of sandboxes, on a test double of an engine.

mod support;

use chrono::{TimeDelta, Utc};
use container_api::{EndReason, SandboxId, SandboxState, SandboxView};
use container_server::sandboxes::{SandboxError, Sandboxes};
use std::{collections::BTreeMap, sync::atomic::Ordering, time::Duration};
use support::{
    doubled::{ended, started},
    eventually,
    wishes::{limited, terminals, wish},
};

/// The only sandbox in the books.
async fn only(sandboxes: &Sandboxes) -> SandboxView {
    eventually("there is a sandbox", || async { sandboxes.list().await.len() == 1 }).await;
    sandboxes.list().await.remove(0)
}

#[tokio::test]
async fn a_sandbox_runs_until_it_is_stopped() {
    let (engine, sandboxes) = started().await;
    let view = sandboxes.create(wish("guest")).await.unwrap();
    assert_eq!((view.state, view.owner.as_str()), (SandboxState::Running, "guest"));
    assert_eq!(view.expires_at - view.created_at, TimeDelta::minutes(30));
    assert_eq!(engine.ids(), std::slice::from_ref(&view.id));
    assert_eq!(sandboxes.living().await, 1);

    sandboxes.stop(&view.id, EndReason::Stopped).await.unwrap();
    assert!(engine.ids().is_empty());
    let view = sandboxes.view(&view.id).await.unwrap();
    assert_eq!((view.state, view.end), (SandboxState::Ended, Some(EndReason::Stopped)));
    assert!(view.ended_at.is_some());
    // Again, and of what never was.
    sandboxes.stop(&view.id, EndReason::Stopped).await.unwrap();
    let unknown = sandboxes.stop(&SandboxId::random(), EndReason::Stopped).await;
    assert!(matches!(unknown, Err(SandboxError::NotFound)));
}

#[tokio::test]
async fn of_two_at_once_one_gets_the_place() {
    let (engine, sandboxes) = started().await;
    engine.hold_images(true);
    let create = |owner: &'static str| {
        let sandboxes = sandboxes.clone();
        tokio::spawn(async move { sandboxes.create(wish(owner)).await })
    };
    let first = create("guest");
    let winner = only(&sandboxes).await.id;
    match create("guest").await.unwrap() {
        Err(SandboxError::QuotaReached { sandbox, quota: 1 }) => assert_eq!(sandbox, Some(winner)),
        other => panic!("{other:?}"),
    }
    let other = create("somebody else");
    engine.hold_images(false);
    first.await.unwrap().unwrap();
    other.await.unwrap().unwrap();
    assert_eq!(engine.ids().len(), 2);
}

#[tokio::test]
async fn a_crowd_of_one_owner_is_one_sandbox() {
    let (engine, sandboxes) = started().await;
    let crowd = (0..32).map(|_| sandboxes.create(wish("guest")));
    let answers = futures_util::future::join_all(crowd).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert_eq!(engine.starts.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_slow_start_holds_up_nobody() {
    let (engine, sandboxes) = started().await;
    engine.hold_starts(true);
    let slow = tokio::spawn({
        let sandboxes = sandboxes.clone();
        async move { sandboxes.create(wish("slow")).await }
    });
    eventually("the start is under way", || async { engine.ids().len() == 1 }).await;
    let slow_id = only(&sandboxes).await.id;
    assert_eq!(sandboxes.view(&slow_id).await.unwrap().state, SandboxState::Starting);
    engine.hold_starts(false);
    slow.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_stop_while_the_image_is_made_ready_is_heard_at_once() {
    let (engine, sandboxes) = started().await;
    engine.hold_images(true);
    let creating = tokio::spawn({
        let sandboxes = sandboxes.clone();
        async move { sandboxes.create(wish("guest")).await }
    });
    let id = only(&sandboxes).await.id;
    sandboxes.stop(&id, EndReason::Stopped).await.unwrap();
    assert!(matches!(creating.await.unwrap(), Err(SandboxError::StoppedWhileStarting)));
    assert_eq!(ended(&sandboxes, &id).await.end, Some(EndReason::Stopped));
    assert_eq!(engine.starts.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_stop_while_the_engine_starts_leaves_nothing() {
    let (engine, sandboxes) = started().await;
    engine.hold_starts(true);
    let creating = tokio::spawn({
        let sandboxes = sandboxes.clone();
        async move { sandboxes.create(wish("guest")).await }
    });
    eventually("the start is under way", || async { engine.ids().len() == 1 }).await;
    let id = only(&sandboxes).await.id;
    let stopping = tokio::spawn({
        let (sandboxes, id) = (sandboxes.clone(), id.clone());
        async move { sandboxes.stop(&id, EndReason::Stopped).await }
    });
    engine.hold_starts(false);
    stopping.await.unwrap().unwrap();
    // The stop may have come after the start: then the creator has been answered.
    let _ = creating.await.unwrap();
    assert!(engine.ids().is_empty());
    assert_eq!(ended(&sandboxes, &id).await.end, Some(EndReason::Stopped));
}

#[tokio::test]
async fn a_failed_start_leaves_nothing_and_frees_the_place() {
    let (engine, sandboxes) = started().await;
    engine.start_fails.store(true, Ordering::SeqCst);
    match sandboxes.create(wish("guest")).await {
        Err(SandboxError::Program(message)) => assert!(message.contains("nosuch"), "{message}"),
        other => panic!("{other:?}"),
    }
    assert!(engine.ids().is_empty());
    let view = only(&sandboxes).await;
    assert!(matches!(view.end, Some(EndReason::Failed { .. })), "{view:?}");
    sandboxes.create(wish("guest")).await.unwrap();
}

#[tokio::test]
async fn an_image_that_is_not_there_is_told() {
    let (engine, sandboxes) = started().await;
    engine.no_images.store(true, Ordering::SeqCst);
    let refused = sandboxes.create(wish("guest")).await;
    assert!(matches!(refused, Err(SandboxError::Image(_))), "{refused:?}");
    assert_eq!(sandboxes.living().await, 0);
}

#[tokio::test]
async fn the_time_is_up_some_day() {
    let (engine, sandboxes) = started().await;
    let view = sandboxes.create(limited("guest", |l| l.lifetime_seconds = 1)).await.unwrap();
    assert_eq!(ended(&sandboxes, &view.id).await.end, Some(EndReason::Lifetime));
    assert!(engine.ids().is_empty());
}

#[tokio::test]
async fn the_time_is_up_even_while_starting() {
    let (engine, sandboxes) = started().await;
    engine.hold_images(true);
    let refused = sandboxes.create(limited("guest", |l| l.lifetime_seconds = 1)).await;
    assert!(matches!(refused, Err(SandboxError::StoppedWhileStarting)), "{refused:?}");
    assert_eq!(only(&sandboxes).await.end, Some(EndReason::Lifetime));
}

#[tokio::test]
async fn a_sandbox_that_nobody_attaches_to_ends() {
    let (engine, sandboxes) = started().await;
    let view = sandboxes.create(limited("guest", |l| l.idle_seconds = 1)).await.unwrap();
    assert_eq!(ended(&sandboxes, &view.id).await.end, Some(EndReason::Idle));
    assert!(engine.ids().is_empty());
}

#[tokio::test]
async fn the_programs_own_end_is_told() {
    let (engine, sandboxes) = started().await;
    let table = [
        (3, false, EndReason::Exited { code: 3 }),
        (137, true, EndReason::OutOfMemory),
        (0, true, EndReason::Exited { code: 0 }),
    ];
    for (code, out_of_memory, reason) in table {
        let view = sandboxes.create(wish("guest")).await.unwrap();
        engine.exit(&view.id, code, out_of_memory);
        assert_eq!(ended(&sandboxes, &view.id).await.end, Some(reason));
    }
}

#[tokio::test]
async fn a_program_that_ends_at_once_has_run() {
    let (engine, sandboxes) = started().await;
    engine.ends_at_once.store(true, Ordering::SeqCst);
    let view = sandboxes.create(wish("guest")).await.unwrap();
    assert_eq!(ended(&sandboxes, &view.id).await.end, Some(EndReason::Exited { code: 4 }));
}

#[tokio::test]
async fn what_is_lost_with_the_engine_is_told() {
    let (engine, sandboxes) = started().await;
    let view = sandboxes.create(wish("guest")).await.unwrap();
    engine.lose_everything();
    let end = ended(&sandboxes, &view.id).await.end;
    assert!(matches!(end, Some(EndReason::Failed { .. })), "{end:?}");
}

#[tokio::test]
async fn what_cannot_be_released_is_tried_again() {
    let (engine, sandboxes) = started().await;
    let view = sandboxes.create(wish("guest")).await.unwrap();
    engine.failing_stops.store(1, Ordering::SeqCst);
    let failed = sandboxes.stop(&view.id, EndReason::Stopped).await;
    assert!(matches!(failed, Err(SandboxError::Engine(_))), "{failed:?}");
    assert_eq!(sandboxes.counts().await.unreleased, 1);
    // It counts as alive until it is gone, for the quota too.
    let refused = sandboxes.create(wish("guest")).await;
    assert!(matches!(refused, Err(SandboxError::QuotaReached { .. })), "{refused:?}");
    assert_eq!(ended(&sandboxes, &view.id).await.end, Some(EndReason::Stopped));
    assert!(engine.ids().is_empty());
    assert_eq!(sandboxes.counts().await.unreleased, 0);
}

#[tokio::test]
async fn a_server_ends_although_its_engine_is_gone() {
    let (engine, sandboxes) = started().await;
    let view = sandboxes.create(wish("guest")).await.unwrap();
    engine.failing_stops.store(usize::MAX, Ordering::SeqCst);
    sandboxes.stop(&view.id, EndReason::Stopped).await.unwrap_err();
    tokio::time::timeout(Duration::from_secs(10), sandboxes.shutdown()).await.unwrap();
    assert_eq!(sandboxes.living().await, 0);
}

#[tokio::test]
async fn a_sandbox_whose_asker_has_left_ends() {
    let (engine, sandboxes) = started().await;
    engine.hold_images(true);
    let creating = tokio::spawn({
        let sandboxes = sandboxes.clone();
        async move { sandboxes.create(wish("guest")).await }
    });
    let id = only(&sandboxes).await.id;
    creating.abort();
    creating.await.unwrap_err();
    engine.hold_images(false);
    assert_eq!(ended(&sandboxes, &id).await.end, Some(EndReason::Stopped));
    assert!(engine.ids().is_empty());
}

#[tokio::test]
async fn a_restarted_server_takes_over_what_lives() {
    let (engine, before) = started().await;
    let view = before.create(wish("guest")).await.unwrap();
    drop(before);

    // One of an unknown kind, and one whose time was up meanwhile.
    engine.plant(&SandboxId::random(), BTreeMap::new());
    let mut labels = engine.labels(&view.id);
    labels.insert("expires-at".to_owned(), Utc::now().to_rfc3339());
    engine.plant(&SandboxId::random(), labels);

    let after = Sandboxes::start(engine.clone(), terminals(), 100).await.unwrap();
    assert_eq!(engine.ids(), std::slice::from_ref(&view.id));
    // When it was ready is not known any more.
    let found = SandboxView { ready_at: None, ..view.clone() };
    assert_eq!(after.list().await, [found]);
    let refused = after.create(wish("guest")).await;
    assert!(matches!(refused, Err(SandboxError::QuotaReached { .. })), "{refused:?}");
    engine.exit(&view.id, 0, false);
    assert_eq!(ended(&after, &view.id).await.end, Some(EndReason::Exited { code: 0 }));
}

#[tokio::test]
async fn a_shutdown_ends_everything_and_takes_nothing_more() {
    let (engine, sandboxes) = started().await;
    let first = sandboxes.create(wish("a")).await.unwrap();
    sandboxes.create(wish("b")).await.unwrap();
    sandboxes.shutdown().await;
    assert!(engine.ids().is_empty());
    assert_eq!(sandboxes.view(&first.id).await.unwrap().end, Some(EndReason::Operator));
    let refused = sandboxes.create(wish("c")).await;
    assert!(matches!(refused, Err(SandboxError::ShuttingDown)), "{refused:?}");
    // Twice is no error.
    sandboxes.shutdown().await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let (engine, sandboxes) = started().await;
    let mut odd = wish("guest");
    odd.image.digest = "latest".to_owned();
    let refused = sandboxes.create(odd).await;
    assert!(matches!(refused, Err(SandboxError::Invalid(_))), "{refused:?}");
    assert_eq!(engine.starts.load(Ordering::SeqCst), 0);
}
