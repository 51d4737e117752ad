//! COPY from contexts.

use crate::{
    bench::{BASE, Bench, Built},
    oci::LayerTar,
};
use bytes::Bytes;
use container_api::{BuildSource, ContextId, CreateBuild, FailureCause};
use container_server::builds::BuildError;
use flate2::{Compression, write::GzEncoder};
use std::io::{self, Write};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

async fn upload(bench: &Bench, bytes: &[u8]) -> Result<ContextId, BuildError> {
    let pieces: Vec<_> =
        bytes.chunks(4_096).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    bench.builds.save_context(futures_util::stream::iter::<Vec<io::Result<Bytes>>>(pieces)).await
}

fn tree() -> Vec<u8> {
    LayerTar::new()
        .file("./run.sh", 0o755, b"echo it runs\n")
        .file("./notes.txt", 0o600, b"notes\n")
        .file("./app/deep/data", 0o644, &vec![b'x'; 300_000])
        .file("./app/main", 0o755, b"main\n")
        .link("./app/link", "main")
        .link("./current", "app")
        .finish()
}

async fn build(bench: &Bench, text: &str, context: &[u8]) -> Built {
    let context = Some(upload(bench, context).await.unwrap());
    let dockerfile = format!("FROM {BASE}\n{text}");
    bench.build(BuildSource::Dockerfile { dockerfile, context }).await
}

#[actix_web::test]
async fn files_are_copied_to_where_docker_copies_them() {
    let bench = Bench::start().await;
    let text = "WORKDIR /work\n\
                COPY run.sh .\n\
                COPY run.sh /bin\n\
                COPY run.sh /programs/renamed\n\
                COPY current/main /programs\n\
                COPY app copied\n\
                COPY *.sh notes.txt /several/\n\
                COPY --chown=app --chmod=640 notes.txt /home/app/\n\
                COPY --chown=5:6 app /owned\n\
                RUN ./run.sh && /bin/run.sh && /usr/bin/renamed\n";
    let built = build(&bench, text, &gzip(&tree())).await;
    let image = built.image();
    assert_eq!(built.output(), ["it runs"; 3]);
    let inside = bench
        .inside(
            image,
            "cat /usr/bin/main; ls /work/copied; wc -c /work/copied/deep/data; ls /several; \
             ls -ln /home/app/notes.txt; ls -lnd /owned /owned/deep; cat /work/copied/link; \
             ls -ld /programs",
        )
        .await;
    let words: Vec<&str> = inside.split_whitespace().collect();
    let start = "main deep link main 300000 /work/copied/deep/data notes.txt run.sh -rw-r-----";
    assert_eq!(words[..9].join(" "), start, "{inside}");
    assert!(inside.contains(" 1000 ") && inside.matches(" 5 ").count() == 2, "{inside}");
    assert!(inside.contains("/programs -> usr/bin"), "the link of the base stays: {inside}");
    bench.nothing_is_left_but(&[image]).await;
    // A context serves one build.
    let contexts = bench.fixture.folder.path().join("builds/contexts");
    assert_eq!(std::fs::read_dir(contexts).unwrap().count(), 0);
    let folder = bench.fixture.folder.path().join("builds").join(built.view.id.as_str());
    let mut kept: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    kept.sort();
    assert_eq!(kept, ["build.json", "log.ndjson"]);
    bench.finish().await;
}

#[actix_web::test]
async fn what_is_wrong_with_a_context_is_named() {
    let bench = Bench::start().await;
    let outside = {
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..7].copy_from_slice(b"../evil");
        header.set_size(0);
        header.set_cksum();
        let mut tar = tar::Builder::new(Vec::new());
        tar.append(&header, io::empty()).unwrap();
        tar.into_inner().unwrap()
    };
    let cut_off = gzip(&tree());
    for (text, context, told) in [
        ("COPY nope /x", tree(), "`nope`"),
        ("COPY *.sh *.md /x/", tree(), "`*.md`"),
        ("COPY run.sh notes.txt /x", tree(), "`/x/`"),
        ("COPY ../x /x", tree(), "leads out"),
        ("COPY . /x", outside, "leads out"),
        ("COPY . /x", cut_off[..cut_off.len() / 2].to_vec(), "not a readable tar"),
    ] {
        let built = build(&bench, text, &context).await;
        let FailureCause::Context { message } = built.failure() else {
            panic!("{text}: {:?}", built.view)
        };
        assert!(message.contains(told), "{text}: {message}");
    }
    let built = build(&bench, "COPY --chown=nobody run.sh /x", &tree()).await;
    let FailureCause::Dockerfile { line: 2, message } = built.failure() else {
        panic!("{:?}", built.view)
    };
    assert!(message.contains("no user `nobody`"), "{message}");
    bench.nothing_is_left_but(&[]).await;
    bench.finish().await;
}

#[actix_web::test]
async fn contexts_and_sources_are_checked_when_a_build_is_asked_for() {
    let bench = Bench::start().await;
    assert!(matches!(upload(&bench, b"hello").await, Err(BuildError::ContextFormat(_))));
    let ask = async |text: &str, context: Option<ContextId>| {
        let source = BuildSource::Dockerfile { dockerfile: text.to_owned(), context };
        let wish = CreateBuild { repository: "projects/x".to_owned(), source };
        bench.builds.create(wish).await.map(|_| ())
    };
    let text = format!("FROM {BASE}\nCOPY a b");
    let unknown = ask(&text, Some(ContextId::random())).await;
    assert!(matches!(unknown, Err(BuildError::UnknownContext)), "{unknown:?}");
    let missing = ask(&text, None).await;
    assert!(matches!(&missing, Err(BuildError::Dockerfile(e)) if e.line == 2), "{missing:?}");
    let broken = ask("FROM a\n\nRUNN b", None).await;
    assert!(matches!(&broken, Err(BuildError::Dockerfile(e)) if e.line == 3), "{broken:?}");
    let source = BuildSource::Dockerfile { dockerfile: "FROM a".to_owned(), context: None };
    let wish = CreateBuild { repository: "library/debian".to_owned(), source };
    let refused = bench.builds.create(wish).await;
    assert!(matches!(refused, Err(BuildError::Repository(_))), "{refused:?}");
    // Nothing of it is kept.
    let folder = bench.fixture.folder.path().join("builds");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 1);
    assert_eq!(bench.builds.active(), 0);
    bench.finish().await;
}
