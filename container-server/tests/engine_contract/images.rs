//! Images: pulled, verified, unpacked and shared.

use crate::{
    fixture::{Fixture, start},
    oci::{self, Form, LayerTar},
    terminal::Terminal,
};
use container_api::ImageRef;
use container_server::engine::EngineError;
use serde_json::json;

#[actix_web::test]
async fn upper_layers_cover_and_remove_what_is_below() {
    let fixture = Fixture::start().await;
    let middle = LayerTar::new()
        .file("etc/kept", 0o644, b"kept\n")
        .file("etc/changed", 0o644, b"old\n")
        .file("etc/removed", 0o644, b"removed\n")
        .file("srv/opaque/below", 0o644, b"below\n")
        .finish();
    let top = LayerTar::new()
        .file("etc/changed", 0o644, b"new\n")
        .file("etc/.wh.removed", 0o644, b"")
        .file("srv/opaque/.wh..wh..opq", 0o644, b"")
        .file("srv/opaque/above", 0o644, b"above\n")
        .finish();
    let layers = [(oci::busybox(), Form::Gzip), (middle, Form::Plain), (top, Form::Gzip)];
    let image = oci::push(&fixture.remote, &layers, json!({"Cmd": ["/bin/sh"]})).await;
    let image = fixture.engine.prepare(&image).await.unwrap();
    assert_eq!(image.layers.len(), 3);
    let mut terminal = Terminal::new(fixture.engine.start(start(&image)).await.unwrap());
    terminal.send("cat /etc/kept /etc/changed; cat /etc/removed; ls /srv/opaque; echo do''ne\n");
    for expected in ["kept", "new", "No such file", "above"] {
        terminal.expect(expected).await;
    }
    terminal.expect("done").await;
    fixture.finish().await;
}

#[actix_web::test]
async fn many_who_ask_at_once_get_the_same() {
    let mut fixture = Fixture::start().await;
    let image = fixture.image(&["/bin/sh"]).await;
    let asking = (0..8).map(|_| fixture.engine.prepare(&image));
    let ready = futures_util::future::join_all(asking).await;
    let layers: Vec<_> = ready.into_iter().map(|one| one.unwrap().layers).collect();
    assert!(layers.windows(2).all(|pair| pair[0] == pair[1]));
    // A new server finds the layers where they are.
    fixture.reconnect().await;
    assert_eq!(fixture.engine.prepare(&image).await.unwrap().layers, layers[0]);
    fixture.finish().await;
}

#[actix_web::test]
async fn an_asker_who_leaves_spoils_nothing() {
    let fixture = Fixture::start().await;
    let image = fixture.image(&["/bin/sh"]).await;
    for _ in 0..3 {
        let left = tokio::time::timeout(
            std::time::Duration::from_millis(3),
            fixture.engine.prepare(&image),
        );
        let _ = left.await;
    }
    fixture.engine.prepare(&image).await.unwrap();
    fixture.finish().await;
}

#[actix_web::test]
async fn what_is_not_an_image_is_refused() {
    let fixture = Fixture::start().await;
    let missing =
        ImageRef { repository: "projects/nosuch".to_owned(), digest: oci::digest(b"nothing") };
    let busybox = || vec![(oci::busybox(), Form::Gzip)];
    let command = || json!({"Cmd": ["/bin/sh"]});
    let remote = &fixture.remote;
    let forged = [oci::digest(b"something else")];
    let images = [
        missing,
        oci::push_with_ids(remote, &busybox(), command(), &forged).await,
        oci::push_with_ids(remote, &busybox(), command(), &["../../etc".to_owned()]).await,
        oci::push_with_ids(remote, &busybox(), command(), &[]).await,
        oci::push(remote, &[(b"this is no tar".to_vec(), Form::Gzip)], command()).await,
        oci::push(remote, &[], command()).await,
    ];
    for image in images {
        let refused = fixture.engine.prepare(&image).await;
        assert!(matches!(refused, Err(EngineError::Image { .. })), "{refused:?}");
    }
    // Nothing of them is taken for a layer by a good image with the same content.
    let image = fixture.ready(&["/bin/sh"]).await;
    let mut terminal = Terminal::new(fixture.engine.start(start(&image)).await.unwrap());
    terminal.send("echo goo''d\n");
    terminal.expect("good").await;
    fixture.finish().await;
}
