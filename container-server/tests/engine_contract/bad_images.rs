//! Images that cannot be run, or mean harm: a clear word, and nothing outside the store.

use crate::{
    fixture::{Fixture, start},
    oci::{self, Form, LayerTar},
    terminal::Terminal,
};
use container_api::ImageRef;
use container_server::engine::EngineError;
use serde_json::{Value, json};
use std::fs;
use tar::EntryType;

fn shell() -> Value {
    json!({"Cmd": ["/bin/sh"]})
}

/// An image of busybox with one more layer.
async fn with_layer(fixture: &Fixture, layer: Vec<u8>, config: Value) -> ImageRef {
    let layers = [(oci::busybox(), Form::Gzip), (layer, Form::Gzip)];
    oci::push(&fixture.remote, &layers, config).await
}

#[actix_web::test]
async fn a_program_that_cannot_run_is_told_in_plain_words() {
    let fixture = Fixture::start().await;
    // (what is run, what is said of it)
    let table = [
        ("/opt/missing", "is not in the image"),
        ("missing", "is not in the image"),
        ("/opt/data", "is not an executable file"),
        ("/opt", "is not an executable file"),
        ("/opt/foreign", "is not a program for this machine"),
        ("/opt/plain", "is not a program for this machine, or is a script without a `#!` line"),
        ("/opt/lost", "needs an interpreter or a loader that is not in the image"),
    ];
    // The beginning of a program for a machine that nobody has here: s390x.
    let mut foreign = b"\x7fELF\x02\x02\x01".to_vec();
    foreign.resize(16, 0);
    foreign.extend([0, 2, 0, 22]);
    foreign.resize(64, 0);
    let layer = LayerTar::new()
        .folder("opt")
        .file("opt/data", 0o644, b"#!/bin/sh\n")
        .file("opt/foreign", 0o755, &foreign)
        .file("opt/plain", 0o755, b"just some words\n")
        .file("opt/lost", 0o755, b"#!/opt/interpreter\n")
        .finish();
    let image = with_layer(&fixture, layer, shell()).await;
    let ready = fixture.engine.prepare(&image).await.unwrap();
    for (program, expected) in table {
        let mut ready = ready.clone();
        ready.config.argv = vec![program.to_owned()];
        match fixture.engine.start(start(&ready)).await {
            Err(EngineError::Program(message)) => {
                let whole = format!("The program `{program}` {expected}");
                assert!(message.starts_with(&whole), "{message}");
            }
            other => panic!("{program}: {other:?}"),
        }
    }
    assert!(fixture.engine.list().await.unwrap().is_empty());
    fixture.finish().await;
}

#[actix_web::test]
async fn an_image_for_another_machine_or_of_too_many_layers_is_not_even_pulled() {
    let fixture = Fixture::start().await;
    let layer = oci::busybox();
    let ids = [oci::digest(&layer)];
    let layers = [(layer, Form::Gzip)];
    let foreign = oci::push_for(&fixture.remote, json!("s390x"), &layers, shell(), &ids).await;
    let small = LayerTar::new().folder("opt").finish();
    let many = vec![(small, Form::Plain); 1_000];
    let deep = oci::push(&fixture.remote, &many, shell()).await;
    for (image, expected) in [
        (foreign, "The image is for linux/s390x, and this server is linux/"),
        (deep, "The image has 1000 layers; this server takes up to 200."),
    ] {
        match fixture.engine.prepare(&image).await {
            Err(EngineError::Program(message)) => {
                assert!(message.starts_with(expected), "{message}");
            }
            other => panic!("{other:?}"),
        }
    }
    let kept = fs::read_dir(fixture.folder.path().join("native/layers")).unwrap().count();
    assert_eq!(kept, 0, "nothing was unpacked");
    fixture.finish().await;
}

#[actix_web::test]
async fn layers_that_mean_harm_are_refused_or_stay_inside() {
    let fixture = Fixture::start().await;
    let victim = fixture.folder.path().join("victim");
    fs::write(&victim, "untouched").unwrap();
    let outside = victim.to_str().unwrap();
    let up = format!("{}{}", "../".repeat(12), &outside[1..]);
    // What cannot be meant well is refused, with the entry's name.
    for (layer, named) in [
        (LayerTar::new().raw(EntryType::Link, "opt-link", outside).finish(), "opt-link"),
        (LayerTar::new().raw(EntryType::Link, "up-link", &up).finish(), "up-link"),
        (LayerTar::new().huge("huge", 100 << 30), "makes the archive larger than 16 GiB"),
    ] {
        let image = with_layer(&fixture, layer, shell()).await;
        match fixture.engine.prepare(&image).await {
            Err(EngineError::Image { message, .. }) => {
                assert!(message.contains(named), "{message}");
                assert!(!message.contains("native/"), "{message}");
            }
            other => panic!("{named}: {other:?}"),
        }
    }
    // What may be an accident ends inside, and does nothing there.
    let layer = LayerTar::new()
        .raw(EntryType::Regular, &up, "")
        .raw(EntryType::Regular, outside, "")
        .raw(EntryType::Symlink, "way-out", "/")
        .raw(EntryType::Regular, "way-out/opt/through", "")
        .raw(EntryType::Block, "disk", "")
        .raw(EntryType::Char, "memory", "")
        .finish();
    let image = with_layer(&fixture, layer, shell()).await;
    let ready = fixture.engine.prepare(&image).await.unwrap();
    let mut terminal = Terminal::new(fixture.engine.start(start(&ready)).await.unwrap());
    terminal.send(&format!("[ -f {outside} ] && echo on''e\n"));
    terminal.expect("\none").await;
    terminal.send("[ -f /opt/through ] && echo tw''o\n");
    terminal.expect("\ntwo").await;
    terminal.send("[ -e /disk ] || [ -e /memory ] || echo thr''ee\n");
    terminal.expect("\nthree").await;
    assert_eq!(fs::read_to_string(&victim).unwrap(), "untouched");
    assert!(!std::path::Path::new("/opt/through").exists());
    fixture.finish().await;
}
