//! Build steps: run, listened to, stopped; what they wrote, taken out and put in.

use crate::{
    fixture::{Fixture, step},
    oci::LayerTar,
    support::eventually,
};
use container_server::engine::{EngineError, Exit, Layer};
use std::{
    collections::BTreeMap,
    io::{Read, Write},
};
use tokio::sync::mpsc;

/// The files of a layer, and what is in them.
async fn exported(fixture: &Fixture, layer: &Layer) -> BTreeMap<String, String> {
    let (reader, writer) = std::io::pipe().unwrap();
    let reading = std::thread::spawn(move || {
        let mut files = BTreeMap::new();
        let mut archive = tar::Archive::new(reader);
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let path = entry.path().unwrap().to_string_lossy().trim_end_matches('/').to_owned();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            files.insert(path.trim_start_matches("./").to_owned(), text);
        }
        // The engine may still be writing the end.
        std::io::copy(&mut archive.into_inner(), &mut std::io::sink()).unwrap();
        files
    });
    fixture.engine.export_layer(layer, writer.into()).await.unwrap();
    reading.join().unwrap()
}

#[actix_web::test]
async fn a_step_prints_writes_and_ends() {
    let fixture = Fixture::start().await;
    let base = fixture.ready(&["/bin/sh"]).await.layers;
    let upper = fixture.engine.new_layer_name();
    assert_ne!(upper, fixture.engine.new_layer_name());
    let script = "echo $GREETING; pwd; echo to stderr >&2; echo text > /etc/new; rm /etc/group; \
                  exit 5";
    let (exit, output) = fixture.step(&base, &upper, script).await;
    assert_eq!(exit.unwrap(), Exit { code: 5, out_of_memory: false });
    assert_eq!(output, "hello\n/tmp\nto stderr\n");

    // The next step sees it, and writes to a layer of its own.
    let layers = [base.as_slice(), std::slice::from_ref(&upper)].concat();
    let next = fixture.engine.new_layer_name();
    let script = "cat /etc/new; ls /etc; echo more > /etc/more";
    let (exit, output) = fixture.step(&layers, &next, script).await;
    assert_eq!(exit.unwrap().code, 0);
    assert!(output.starts_with("text\n") && !output.contains("group"), "{output}");

    let files = exported(&fixture, &upper).await;
    assert_eq!(files["etc/new"], "text\n");
    assert!(files.contains_key("etc/.wh.group"), "{files:?}");
    let files = exported(&fixture, &next).await;
    assert!(files.contains_key("etc/more") && !files.contains_key("etc/new"), "{files:?}");

    for layer in [&next, &upper, &upper] {
        fixture.engine.remove_layer(layer).await.unwrap();
    }
    fixture.finish().await;
}

#[actix_web::test]
async fn much_output_arrives_whole() {
    let fixture = Fixture::start().await;
    let base = fixture.ready(&["/bin/sh"]).await.layers;
    let upper = fixture.engine.new_layer_name();
    let (exit, output) = fixture.step(&base, &upper, "seq 1 100000").await;
    assert_eq!(exit.unwrap().code, 0);
    assert_eq!(output.lines().count(), 100_000);
    assert!(output.ends_with("\n100000\n"));
    fixture.finish().await;
}

#[actix_web::test]
async fn a_step_is_no_sandbox_and_can_be_stopped() {
    let mut fixture = Fixture::start().await;
    let base = fixture.ready(&["/bin/sh"]).await.layers;
    let step = step(&base, &fixture.engine.new_layer_name(), "echo here; sleep 1000");
    let id = step.id.clone();
    let (sender, mut receiver) = mpsc::channel(4);
    let running = tokio::spawn({
        let engine = fixture.engine.clone();
        async move { engine.run_step(step, sender).await }
    });
    assert_eq!(receiver.recv().await.unwrap(), "here\n");
    assert!(fixture.engine.list().await.unwrap().is_empty());
    fixture.engine.stop(&id).await.unwrap();
    assert_eq!(running.await.unwrap().unwrap().code, 137);
    assert!(fixture.ends.try_recv().is_err(), "its end is told to nobody else");
    fixture.finish().await;
}

#[actix_web::test]
async fn a_step_is_limited_in_memory() {
    let fixture = Fixture::start().await;
    let base = fixture.ready(&["/bin/sh"]).await.layers;
    let upper = fixture.engine.new_layer_name();
    let (exit, _) = fixture.step(&base, &upper, "tail /dev/zero; exit 3").await;
    assert_eq!(exit.unwrap(), Exit { code: 3, out_of_memory: true });
    fixture.finish().await;
}

#[actix_web::test]
async fn files_are_copied_in() {
    let fixture = Fixture::start().await;
    let base = fixture.ready(&["/bin/sh"]).await.layers;
    let upper = fixture.engine.new_layer_name();
    let copy = async |tar: Vec<u8>, into: &'static str| {
        let (reader, mut writer) = std::io::pipe().unwrap();
        let writing = std::thread::spawn(move || writer.write_all(&tar));
        let copied = fixture.engine.copy_in(&base, &upper, into, reader.into()).await;
        // It may not have been read to its end.
        let _ = writing.join().unwrap();
        copied
    };
    let tar = LayerTar::new().file("app/run.sh", 0o755, b"#!/bin/sh\necho it runs\n").finish();
    copy(tar, "/opt/new").await.unwrap();
    let (exit, output) = fixture.step(&base, &upper, "/opt/new/app/run.sh").await;
    assert_eq!((exit.unwrap().code, output.as_str()), (0, "it runs\n"));

    let refused = copy(b"this is no tar".repeat(100), "/opt").await;
    assert!(matches!(refused, Err(EngineError::Archive(_))), "{refused:?}");
    fixture.finish().await;
}

#[actix_web::test]
async fn what_builds_leave_is_cleared_away_at_the_next_start() {
    let mut fixture = Fixture::start().await;
    let base = fixture.ready(&["/bin/sh"]).await.layers;
    let upper = fixture.engine.new_layer_name();
    let step = step(&base, &upper, "echo here; sleep 1000");
    let (sender, mut receiver) = mpsc::channel(4);
    let running = tokio::spawn({
        let engine = fixture.engine.clone();
        async move { engine.run_step(step, sender).await }
    });
    receiver.recv().await.unwrap();
    fixture.reconnect().await;
    // The step has been ended, and its layer removed: its name can be used anew.
    running.await.unwrap().unwrap();
    let socket = fixture.folder.path().join("sandboxd.sock");
    let layers = sandbox::Client::new(socket).layers().unwrap();
    assert!(!layers.iter().any(|layer| layer.as_str() == upper.0), "{layers:?}");
    eventually("nothing lives", || async { fixture.engine.list().await.unwrap().is_empty() }).await;
    fixture.finish().await;
}
