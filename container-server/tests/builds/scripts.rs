//! Install scripts.

use crate::bench::{BASE, Bench, dockerfile, script};
use container_api::{BuildSource, BuildState, FailureCause};
use serde_json::json;

#[actix_web::test]
async fn a_script_becomes_an_image() {
    let bench = Bench::start().await;
    let text = "\u{feff}echo installing\r\nprintf 'echo hi' > /usr/bin/hi\r\n\
                mkdir -p /var/lib/apt/lists /var/cache/apt\r\n\
                touch /var/lib/apt/lists/index /var/cache/apt/pkgcache.bin /var/cache/apt/x\r\n\
                echo \"$DEBIAN_FRONTEND $HOME $PWD\"\r\n";
    let built = bench.build(script(text, "sh /usr/bin/hi --loud")).await;
    let image = built.image();

    let steps = built.steps();
    assert_eq!(steps.len(), 4, "{steps:?}");
    assert_eq!(steps[0], format!("1/4 FROM {BASE}"));
    assert_eq!(steps[2], "3/4 RUN /bin/sh -e -x install.sh");
    let output = built.output();
    // Every command is shown before what it prints.
    assert_eq!(output[..2], ["+ echo installing", "installing"]);
    assert_eq!(output[output.len() - 1], "noninteractive / /root");

    let config = bench.config(image).await;
    let run = &config["config"];
    assert_eq!(run["Cmd"], json!(["sh", "/usr/bin/hi", "--loud"]));
    assert_eq!(run["WorkingDir"], "/root");
    assert_eq!(run["Env"][0], "BASE=yes");
    assert!(!run["Env"].to_string().contains("DEBIAN_FRONTEND"), "{run}");
    let script = "cat /usr/bin/hi; ls -d /tmp/* /var/lib/apt/lists/* /var/cache/apt/* \
                  2>/dev/null || true";
    assert_eq!(bench.inside(image, script).await, "echo hi/var/cache/apt/x\n");
    bench.nothing_is_left_but(&[image]).await;
    bench.finish().await;
}

#[actix_web::test]
async fn a_script_is_not_bound_by_what_its_base_is_for() {
    let bench = Bench::start().await;
    let text = format!("FROM {BASE}\nUSER app\nENTRYPOINT [\"/bin/echo\"]");
    bench.dockerfile(&text).await.image();
    let source = BuildSource::Script {
        base: "projects/built".to_owned(),
        script: "id -u > /root-only".to_owned(),
        command: "sh -i".to_owned(),
    };
    let built = bench.build(source).await;
    let run = &bench.config(built.image()).await["config"];
    assert_eq!((run.get("User"), run.get("Entrypoint")), (None, None));
    assert_eq!(run["Cmd"], json!(["sh", "-i"]));
    assert_eq!(bench.inside(built.image(), "cat /root-only").await, "0\n");
    bench.finish().await;
}

#[actix_web::test]
async fn a_script_that_fails_tells_its_code_and_last_lines() {
    let bench = Bench::start().await;
    let good = bench.build(script("true", "")).await;
    let text = "#!/bin/sh\nfor n in $(seq 1 100); do echo line $n; done 2>/dev/null\nexit 7\n";
    let built = bench.build(script(text, "")).await;
    let FailureCause::Command { step, code, tail } = built.failure() else {
        panic!("{:?}", built.view)
    };
    assert_eq!((step.as_str(), *code, tail.len()), ("RUN /bin/sh -x install.sh", 7, 20));
    assert_eq!(tail[19], "+ exit 7");
    assert!(tail.contains(&"line 100".to_owned()), "{tail:?}");
    // What visitors get is still the last good image.
    let image = good.image();
    let tagged = bench.fixture.remote.resolve(&image.repository, "latest").await.unwrap();
    assert_eq!(tagged.unwrap().0, image.digest);
    bench.nothing_is_left_but(&[image]).await;

    // Without a shebang the first error ends it.
    let built = bench.build(script("false\necho never", "")).await;
    assert!(matches!(built.failure(), FailureCause::Command { code: 1, .. }), "{:?}", built.view);
    assert!(!built.output().contains(&"never"));
    bench.finish().await;
}

#[actix_web::test]
async fn interpreters_and_programs_that_are_missing_are_named() {
    let bench = Bench::start().await;
    for source in [
        script("#!/usr/bin/python3\nprint(1)", ""),
        dockerfile(&format!("FROM {BASE}\nRUN [\"/usr/bin/python3\"]")),
    ] {
        let built = bench.build(source).await;
        let FailureCause::Command { code, tail, .. } = built.failure() else {
            panic!("{:?}", built.view)
        };
        assert_eq!(*code, 127);
        assert!(tail.concat().contains("python3"), "{tail:?}");
    }
    bench.finish().await;
}

#[actix_web::test]
async fn a_base_that_is_nowhere_is_told_with_advice() {
    let bench = Bench::start().await;
    for (base, advice) in [
        ("debian:11", "trythis image bootstrap debian:11"),
        ("projects/nope", "trythis image bootstrap debian:12"),
        ("ghcr.io/a/b:1", "other registries"),
    ] {
        let source = BuildSource::Script {
            base: base.to_owned(),
            script: "true".to_owned(),
            command: String::new(),
        };
        let built = bench.build(source).await;
        assert_eq!(built.view.state, BuildState::Failed);
        let FailureCause::UnknownBase { base: named, message } = built.failure() else {
            panic!("{:?}", built.view)
        };
        assert_eq!(named, base);
        assert!(message.contains(advice), "{message}");
    }
    bench.finish().await;
}
