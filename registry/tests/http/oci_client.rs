//! The client that our own services use.

use crate::server::Server;
use futures_util::StreamExt;
use oci_distribution::{
    Client, Reference,
    client::{ClientConfig, ClientProtocol, Config, ImageLayer},
    manifest::OciDescriptor,
    secrets::RegistryAuth,
};

fn client(server: &Server) -> (Client, Reference) {
    let host = server.address.to_string();
    let protocol = ClientProtocol::HttpsExcept(vec![host.clone()]);
    let client = Client::new(ClientConfig { protocol, ..ClientConfig::default() });
    (client, format!("{host}/projects/jq:v1").parse().expect("a reference"))
}

#[actix_web::test]
async fn it_pushes_and_pulls_an_image() {
    let server = Server::guarded().await;
    let (client, reference) = client(&server);
    let login = RegistryAuth::Basic("builder".into(), "s3cret".into());
    let content: Vec<u8> = (0..2_500_000_u32).flat_map(u32::to_le_bytes).collect();
    let layers = [ImageLayer::oci_v1(content.clone(), None)];
    let config = Config::oci_v1(b"{}".to_vec(), None);
    client.push(&reference, &layers, config, &login, None).await.expect("a push");

    let (anonymous, reference) = self::client(&server);
    let accepted = vec!["application/vnd.oci.image.layer.v1.tar"];
    let image = anonymous.pull(&reference, &RegistryAuth::Anonymous, accepted).await;
    assert!(image.expect("a pull").layers[0].data == content);
    let refused = anonymous.push_blob(&reference, b"x".to_vec(), "sha256:0").await;
    assert!(refused.is_err());
    server.stop().await;
}

#[actix_web::test]
async fn it_streams_blobs_both_ways() {
    let server = Server::start().await;
    let (client, reference) = client(&server);
    client.store_auth_if_needed(reference.resolve_registry(), &RegistryAuth::Anonymous).await;
    let content: Vec<u8> = (0..5_000_000_u32).flat_map(u32::to_le_bytes).collect();
    let pieces: Vec<_> = content.chunks(100_000).map(|piece| Ok(piece.to_vec().into())).collect();
    let pushed = client.push_blob_stream_chunked(&reference, futures_util::stream::iter(pieces));
    let pushed = pushed.await.expect("a push");
    assert_eq!(pushed.size, content.len() as u64);

    let size = i64::try_from(pushed.size).expect("a size");
    let layer = OciDescriptor { digest: pushed.blob_digest, size, ..OciDescriptor::default() };
    let pulled = client.pull_blob_stream(&reference, &layer).await.expect("a pull");
    let pulled: Vec<_> = pulled.stream.map(|piece| piece.expect("a piece")).collect().await;
    assert!(pulled.concat() == content);
    server.stop().await;
}
