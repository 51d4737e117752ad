//! Freezing, more time and restarts, on a test double of an engine.

mod support;

use chrono::TimeDelta;
use container_api::{EndReason, ExtendSandbox, SandboxId, SandboxState};
use container_server::sandboxes::{SandboxError, Sandboxes};
use std::{sync::atomic::Ordering, time::Duration};
use support::{
    doubled::{ended, started},
    eventually,
    wishes::{limited, terminals, wish},
};

#[tokio::test]
async fn a_frozen_sandbox_is_kept_until_it_is_thawed() {
    let (engine, sandboxes) = started().await;
    let id = sandboxes.create(limited("guest", |l| l.idle_seconds = 2)).await.unwrap().id;
    for _ in 0..2 {
        let view = sandboxes.set_frozen(&id, true).await.unwrap();
        assert_eq!(view.state, SandboxState::Frozen);
    }
    assert!(engine.is_frozen(&id));
    assert_eq!(sandboxes.counts().await.frozen, 1);
    // Longer than nobody may look at a running one.
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(sandboxes.view(&id).await.unwrap().state, SandboxState::Frozen);
    let view = sandboxes.set_frozen(&id, false).await.unwrap();
    assert_eq!(view.state, SandboxState::Running);
    assert!(!engine.is_frozen(&id));
    // Its time that nobody looks begins anew.
    assert_eq!(ended(&sandboxes, &id).await.end, Some(EndReason::Idle));
    for frozen in [true, false] {
        let refused = sandboxes.set_frozen(&id, frozen).await;
        assert!(matches!(refused, Err(SandboxError::Ended)), "{refused:?}");
    }
    let unknown = sandboxes.set_frozen(&SandboxId::random(), true).await;
    assert!(matches!(unknown, Err(SandboxError::NotFound)), "{unknown:?}");
}

#[tokio::test]
async fn a_frozen_sandbox_can_be_ended_in_every_way() {
    let (engine, sandboxes) = started().await;
    let id = sandboxes.create(wish("guest")).await.unwrap().id;
    sandboxes.set_frozen(&id, true).await.unwrap();
    sandboxes.stop(&id, EndReason::Stopped).await.unwrap();
    assert_eq!(ended(&sandboxes, &id).await.end, Some(EndReason::Stopped));

    let id = sandboxes.create(limited("guest", |l| l.lifetime_seconds = 2)).await.unwrap().id;
    sandboxes.set_frozen(&id, true).await.unwrap();
    assert_eq!(ended(&sandboxes, &id).await.end, Some(EndReason::Lifetime));
    assert!(engine.ids().is_empty());
}

#[tokio::test]
async fn what_does_not_stand_still_goes_on() {
    let (engine, sandboxes) = started().await;
    let id = sandboxes.create(wish("guest")).await.unwrap().id;
    engine.restless.store(true, Ordering::SeqCst);
    let refused = sandboxes.set_frozen(&id, true).await;
    assert!(matches!(refused, Err(SandboxError::CannotFreeze(_))), "{refused:?}");
    assert_eq!(sandboxes.view(&id).await.unwrap().state, SandboxState::Running);
    engine.restless.store(false, Ordering::SeqCst);
    // Wishes that contradict each other are served in their order.
    let wishes = (0..9).map(|n| sandboxes.set_frozen(&id, n % 2 == 0));
    let views = futures_util::future::join_all(wishes).await;
    assert!(views.iter().all(Result::is_ok), "{views:?}");
    assert_eq!(sandboxes.view(&id).await.unwrap().state, SandboxState::Frozen);
}

#[tokio::test]
async fn more_time_is_given_up_to_the_limit_and_outlives_the_server() {
    let (engine, before) = started().await;
    let view = before.create(wish("guest")).await.unwrap();
    let more = ExtendSandbox { seconds: 1_800, at_most_seconds: 3_000 };
    let then = before.extend(&view.id, more).await.unwrap();
    assert_eq!(then.expires_at - view.created_at, TimeDelta::seconds(3_000));
    let refused = before.extend(&view.id, more).await;
    assert!(matches!(refused, Err(SandboxError::CannotExtend)), "{refused:?}");
    before.set_frozen(&view.id, true).await.unwrap();
    eventually("the engine keeps it", || async {
        engine.labels(&view.id)["expires-at"].parse() == Ok(then.expires_at)
    })
    .await;
    drop(before);

    let after = Sandboxes::start(engine.clone(), terminals(), 100).await.unwrap();
    let found = after.view(&view.id).await.unwrap();
    assert_eq!((found.state, found.expires_at), (SandboxState::Frozen, then.expires_at));
    let thawed = after.set_frozen(&view.id, false).await.unwrap();
    assert_eq!(thawed.state, SandboxState::Running);
    // What it was started from is known still.
    assert_eq!(after.restart(&view.id).await.unwrap().expires_at, then.expires_at);
}

#[tokio::test]
async fn a_restart_keeps_the_id_and_the_time() {
    let (engine, sandboxes) = started().await;
    let view = sandboxes.create(wish("guest")).await.unwrap();
    assert!(view.ready_at.is_some_and(|at| at >= view.created_at));
    sandboxes.set_frozen(&view.id, true).await.unwrap();
    let again = sandboxes.restart(&view.id).await.unwrap();
    assert_eq!(again, view);
    assert_eq!(engine.starts.load(Ordering::SeqCst), 2);
    assert_eq!(engine.ids(), std::slice::from_ref(&view.id));
    // It is as good as new: its end is told, and counts.
    engine.exit(&view.id, 5, false);
    let end = ended(&sandboxes, &view.id).await;
    assert_eq!((end.end, end.ready_at), (Some(EndReason::Exited { code: 5 }), view.ready_at));
    let refused = sandboxes.restart(&view.id).await;
    assert!(matches!(refused, Err(SandboxError::Ended)), "{refused:?}");
}

#[tokio::test]
async fn a_stop_during_a_restart_wins() {
    let (engine, sandboxes) = started().await;
    let id = sandboxes.create(wish("guest")).await.unwrap().id;
    engine.hold_starts(true);
    let restarting = tokio::spawn({
        let (sandboxes, id) = (sandboxes.clone(), id.clone());
        async move { sandboxes.restart(&id).await }
    });
    eventually("the start is under way", || async { engine.starts.load(Ordering::SeqCst) == 2 })
        .await;
    assert_eq!(sandboxes.view(&id).await.unwrap().state, SandboxState::Starting);
    // Its place is its own meanwhile.
    let refused = sandboxes.create(wish("guest")).await;
    assert!(matches!(refused, Err(SandboxError::QuotaReached { .. })), "{refused:?}");
    for refused in [sandboxes.restart(&id).await, sandboxes.set_frozen(&id, true).await] {
        assert!(matches!(refused, Err(SandboxError::NotRunning)), "{refused:?}");
    }
    let stopping = tokio::spawn({
        let (sandboxes, id) = (sandboxes.clone(), id.clone());
        async move { sandboxes.stop(&id, EndReason::Stopped).await }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    engine.hold_starts(false);
    stopping.await.unwrap().unwrap();
    let _ = restarting.await.unwrap();
    assert!(engine.ids().is_empty());
    assert_eq!(ended(&sandboxes, &id).await.end, Some(EndReason::Stopped));
}

#[tokio::test]
async fn a_restart_that_fails_is_the_end() {
    let (engine, sandboxes) = started().await;
    let id = sandboxes.create(wish("guest")).await.unwrap().id;
    engine.start_fails.store(true, Ordering::SeqCst);
    let failed = sandboxes.restart(&id).await;
    assert!(matches!(failed, Err(SandboxError::Program(_))), "{failed:?}");
    assert!(matches!(ended(&sandboxes, &id).await.end, Some(EndReason::Failed { .. })));
    assert!(engine.ids().is_empty());

    // Nor does one stay that cannot be released.
    let id = sandboxes.create(wish("guest")).await.unwrap().id;
    engine.failing_stops.store(1, Ordering::SeqCst);
    sandboxes.restart(&id).await.unwrap_err();
    assert!(matches!(ended(&sandboxes, &id).await.end, Some(EndReason::Failed { .. })));
    assert!(engine.ids().is_empty());
}

#[tokio::test]
async fn a_restart_whose_asker_has_left_goes_on() {
    let (engine, sandboxes) = started().await;
    let id = sandboxes.create(wish("guest")).await.unwrap().id;
    engine.hold_starts(true);
    let restarting = tokio::spawn({
        let (sandboxes, id) = (sandboxes.clone(), id.clone());
        async move { sandboxes.restart(&id).await }
    });
    eventually("the start is under way", || async { engine.starts.load(Ordering::SeqCst) == 2 })
        .await;
    restarting.abort();
    restarting.await.unwrap_err();
    engine.hold_starts(false);
    eventually("it runs", || async {
        sandboxes.view(&id).await.unwrap().state == SandboxState::Running
    })
    .await;
}
