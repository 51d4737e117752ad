//! What every store must do, run against each of them.

use bytes::Bytes;
use futures_util::TryStreamExt;
use registry::{
    model::{Algorithm, Descriptor, Digest, Manifest, Referral, RepositoryName, Tag},
    store::{FileStore, MemoryStore, Store, StoreError},
};
use std::fmt::Debug;

fn parsed<T: std::str::FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().expect("well formed")
}

fn name(text: &str) -> RepositoryName {
    parsed(text)
}

fn sha256(content: &[u8]) -> Digest {
    Digest::of(Algorithm::Sha256, content)
}

async fn push(store: &dyn Store, repository: &str, content: &[u8]) -> Digest {
    let repository = name(repository);
    let id = store.begin_upload(&repository, Algorithm::Sha256).await.expect("an upload");
    let mut upload = store.open_upload(&repository, &id).await.expect("the upload");
    for piece in content.chunks(100_000) {
        upload.append(Bytes::copy_from_slice(piece)).await.expect("room");
    }
    let (digest, size) = upload.commit(Some(sha256(content))).await.expect("a blob");
    assert_eq!(size, content.len() as u64);
    digest
}

async fn read(store: &dyn Store, repository: &str, digest: &Digest) -> Option<Vec<u8>> {
    let size = store.blob_size(&name(repository), digest).await.expect("a store")?;
    let stream = store.read_blob(&name(repository), digest, 0..size).await.expect("a store")?;
    let pieces: Vec<Bytes> = stream.try_collect().await.expect("bytes");
    Some(pieces.concat())
}

fn manifest(text: &'static str) -> Manifest {
    Manifest::new(Algorithm::Sha256, "application/x".into(), Bytes::from_static(text.as_bytes()))
}

async fn blobs(store: &dyn Store) {
    let large: Vec<u8> = (0..700_001_u32).flat_map(u32::to_be_bytes).collect();
    for content in [&b""[..], b"x", &large] {
        let digest = push(store, "blobs/a", content).await;
        assert!(read(store, "blobs/a", &digest).await.as_deref() == Some(content));
        assert_eq!(read(store, "blobs/b", &digest).await, None);
    }
    let (a, digest) = (name("blobs/a"), sha256(&large));
    let stream = store.read_blob(&a, &digest, 99_999..600_001).await.expect("a store");
    let range: Vec<Bytes> = stream.expect("a blob").try_collect().await.expect("bytes");
    assert!(range.concat() == large[99_999..600_001]);
}

async fn mounts_and_deletion(store: &dyn Store) {
    let (a, b) = (name("mounts/a"), name("mounts/b"));
    let digest = push(store, "mounts/a", b"mounted").await;
    let missing = sha256(b"never pushed");
    assert!(!store.mount_blob(&b, Some(&name("mounts/c")), &digest).await.expect("a store"));
    assert!(!store.mount_blob(&b, Some(&a), &missing).await.expect("a store"));
    assert!(!store.mount_blob(&b, None, &missing).await.expect("a store"));
    assert!(store.mount_blob(&b, Some(&a), &digest).await.expect("a store"));
    assert!(store.mount_blob(&name("mounts/d"), None, &digest).await.expect("a store"));

    assert!(store.delete_blob(&a, &digest).await.expect("a store"));
    assert!(!store.delete_blob(&a, &digest).await.expect("a store"));
    assert_eq!(read(store, "mounts/a", &digest).await, None);
    assert_eq!(read(store, "mounts/b", &digest).await.as_deref(), Some(&b"mounted"[..]));
}

async fn uploads(store: &dyn Store) {
    let a = name("uploads/a");
    let id = store.begin_upload(&a, Algorithm::Sha512).await.expect("an upload");
    for (before, piece) in [(0, "hel"), (3, "lo")] {
        let mut upload = store.open_upload(&a, &id).await.expect("the upload");
        assert_eq!(upload.size(), before);
        upload.append(Bytes::from(piece)).await.expect("room");
        assert_eq!(upload.size(), before + piece.len() as u64);
        upload.suspend().await.expect("a store");
    }
    let elsewhere = store.open_upload(&name("uploads/b"), &id).await.map(drop);
    assert!(matches!(elsewhere, Err(StoreError::UploadUnknown)));

    // Two who want it at once: the second waits, and finds that it has ended.
    let first = store.open_upload(&a, &id).await.expect("the upload");
    let (done, second) =
        futures_util::future::join(first.commit(None), store.open_upload(&a, &id)).await;
    assert_eq!(done.expect("a blob"), (Digest::of(Algorithm::Sha512, b"hello"), 5));
    assert!(matches!(second.map(drop), Err(StoreError::UploadUnknown)));

    let id = store.begin_upload(&a, Algorithm::Sha256).await.expect("an upload");
    store.open_upload(&a, &id).await.expect("the upload").cancel().await.expect("a store");
    let gone = store.open_upload(&a, &id).await.map(drop);
    assert!(matches!(gone, Err(StoreError::UploadUnknown)));
}

async fn wrong_digests(store: &dyn Store) {
    let a = name("wrong/a");
    let id = store.begin_upload(&a, Algorithm::Sha256).await.expect("an upload");
    let mut upload = store.open_upload(&a, &id).await.expect("the upload");
    upload.append(Bytes::from("content")).await.expect("room");
    let refused = upload.commit(Some(sha256(b"other"))).await;
    let Err(StoreError::DigestMismatch { expected, actual }) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!((expected, actual.clone()), (sha256(b"other"), sha256(b"content")));
    assert_eq!(read(store, "wrong/a", &actual).await, None);
    let gone = store.open_upload(&a, &id).await.map(drop);
    assert!(matches!(gone, Err(StoreError::UploadUnknown)));
}

async fn manifests_and_tags(store: &dyn Store) {
    let a = name("manifests/a");
    assert_eq!(store.tags(&a).await.expect("a store"), None);
    let (one, two) = (manifest("one"), manifest("two"));
    let tags: Vec<Tag> = ["b", "a", "B"].map(parsed).into();
    store.put_manifest(&a, &one, None, &tags).await.expect("a store");
    store.put_manifest(&a, &two, None, &tags[..1]).await.expect("a store");
    assert_eq!(store.manifest(&a, &one.digest).await.expect("a store").as_ref(), Some(&one));
    assert!(store.has_manifest(&a, &two.digest).await.expect("a store"));
    assert!(!store.has_manifest(&name("manifests/b"), &two.digest).await.expect("a store"));
    assert_eq!(store.tag(&a, &tags[0]).await.expect("a store").as_ref(), Some(&two.digest));
    let sorted: Vec<Tag> = ["B", "a", "b"].map(parsed).into();
    assert_eq!(store.tags(&a).await.expect("a store"), Some(sorted));

    assert!(store.delete_tag(&a, &tags[1]).await.expect("a store"));
    assert!(!store.delete_tag(&a, &tags[1]).await.expect("a store"));
    assert!(store.delete_manifest(&a, &one.digest, None).await.expect("a store"));
    assert!(!store.delete_manifest(&a, &one.digest, None).await.expect("a store"));
    assert_eq!(store.manifest(&a, &one.digest).await.expect("a store"), None);
    // `B` pointed to what is gone, `b` to what stays.
    assert_eq!(store.tags(&a).await.expect("a store"), Some(vec![parsed("b")]));
}

async fn referrers(store: &dyn Store) {
    let (a, subject) = (name("referrers/a"), sha256(b"subject"));
    let mut expected = Vec::new();
    for text in ["one", "two", "three"] {
        let manifest = manifest(text);
        let descriptor = Descriptor {
            media_type: manifest.media_type.clone(),
            digest: manifest.digest.to_string(),
            size: manifest.bytes.len() as u64,
            artifact_type: Some("application/kind".into()),
            annotations: Some([("note".into(), text.into())].into()),
        };
        let referral = Referral { subject: subject.clone(), descriptor: descriptor.clone() };
        store.put_manifest(&a, &manifest, Some(&referral), &[]).await.expect("a store");
        expected.push(descriptor);
    }
    expected.sort_by(|a, b| a.digest.cmp(&b.digest));
    assert_eq!(store.referrers(&a, &subject).await.expect("a store"), expected);
    let elsewhere = store.referrers(&name("referrers/b"), &subject).await;
    assert!(elsewhere.expect("a store").is_empty());

    let gone = parsed(&expected.remove(1).digest);
    store.delete_manifest(&a, &gone, Some(&subject)).await.expect("a store");
    assert_eq!(store.referrers(&a, &subject).await.expect("a store"), expected);
}

async fn repositories(store: &dyn Store) {
    push(store, "only/blobs", b"x").await;
    for repository in ["z", "a/b/c", "a", "a-b"] {
        store.put_manifest(&name(repository), &manifest("x"), None, &[]).await.expect("a store");
    }
    let found = store.repositories().await.expect("a store");
    assert_eq!(found, ["a", "a-b", "a/b/c", "z"].map(name));
}

macro_rules! contract {
    ($($case:ident),+) => {
        mod memory {
            $(#[actix_web::test]
            async fn $case() {
                super::$case(&super::MemoryStore::default()).await;
            })+
        }
        mod files {
            $(#[actix_web::test]
            async fn $case() {
                let folder = tempfile::tempdir().expect("a folder");
                super::$case(&super::FileStore::open(folder.path()).expect("a store")).await;
            })+
        }
    };
}

contract!(
    blobs,
    mounts_and_deletion,
    uploads,
    wrong_digests,
    manifests_and_tags,
    referrers,
    repositories
);
