//! Dockerfiles without a context.

use crate::bench::{BASE, Bench};
use container_api::FailureCause;
use serde_json::json;

#[actix_web::test]
async fn instructions_shape_the_image() {
    let bench = Bench::start().await;
    let text = format!(
        "ARG WHO=world\n\
         FROM {BASE}\n\
         ARG WHO\n\
         ARG GREETING=\"hello $WHO\"\n\
         ENV MESSAGE=$GREETING PLACE=${{NOWHERE:-here}}\n\
         ENV BASE=changed\n\
         WORKDIR /srv\n\
         WORKDIR data\n\
         RUN echo \"$MESSAGE $PLACE $BASE $GREETING\" > note && \\\n\
         # a comment inside\n\
             pwd\n\
         RUN [\"touch\", \"/srv/exec form\"]\n\
         RUN true\n\
         USER app\n\
         WORKDIR /home/app/own\n\
         RUN id -u; echo $HOME; touch here\n\
         LABEL by=\"us all\"\n\
         EXPOSE 8080 53/UDP\n\
         SHELL [\"/bin/sh\", \"-e\", \"-c\"]\n\
         ENTRYPOINT [\"/bin/cat\"]\n\
         CMD [\"note\"]\n"
    );
    let built = bench.dockerfile(&text).await;
    let image = built.image();
    assert_eq!(built.output(), ["/srv/data", "1000", "/home/app"]);

    let config = bench.config(image).await;
    let run = &config["config"];
    assert_eq!(run["Entrypoint"], json!(["/bin/cat"]));
    assert_eq!(run["Cmd"], json!(["note"]));
    assert_eq!((&run["WorkingDir"], &run["User"]), (&json!("/home/app/own"), &json!("app")));
    assert_eq!(run["Env"][0], "BASE=changed");
    assert_eq!(run["Env"][2], "MESSAGE=hello world");
    assert_eq!(run["Env"][3], "PLACE=here");
    assert_eq!(run["Labels"], json!({"base": "1", "by": "us all"}));
    assert_eq!(run["ExposedPorts"], json!({"8080/tcp": {}, "53/udp": {}}));
    let history = config["history"].as_array().unwrap();
    let empty = history.iter().filter(|step| step["empty_layer"] == true).count();
    // The base's two layers, two of WORKDIR, one of WORKDIR for app, and those of RUN.
    let layers = config["rootfs"]["diff_ids"].as_array().unwrap().len();
    assert_eq!(layers, 2 + history.len() - empty);
    let of_true = history.iter().find(|step| step["created_by"] == "RUN true").unwrap();
    assert_eq!(of_true["empty_layer"], true, "a step that writes nothing makes no layer");

    let script = "cat /srv/data/note; ls /srv; ls -ldn /home/app/own | cut -c1-20; \
                  stat -c %u /home/app/own/here";
    let script = script.replace("| cut -c1-20", "| head -n 1").replace("stat -c %u", "ls -n");
    let inside = bench.inside(image, &script).await;
    assert!(inside.starts_with("hello world here changed hello world\ndata\nexec form\n"));
    assert_eq!(inside.matches(" 1000 ").count(), 4, "{inside}");
    bench.nothing_is_left_but(&[image]).await;
    bench.finish().await;
}

#[actix_web::test]
async fn an_entry_point_forgets_the_command_of_the_base() {
    let bench = Bench::start().await;
    let built = bench.dockerfile(&format!("FROM {BASE}\nENTRYPOINT echo $BASE")).await;
    let config = bench.config(built.image()).await;
    assert_eq!(config["config"].get("Cmd"), None);
    assert_eq!(config["config"]["Entrypoint"], json!(["/bin/sh", "-c", "echo $BASE"]));
    let built = bench.dockerfile(&format!("FROM {BASE}\nCMD a\nENTRYPOINT [\"b\"]")).await;
    let config = bench.config(built.image()).await;
    assert_eq!(config["config"]["Cmd"], json!(["/bin/sh", "-c", "a"]));
    bench.finish().await;
}

#[actix_web::test]
async fn removed_files_stay_removed_and_images_can_be_built_on() {
    let bench = Bench::start().await;
    let text = format!("FROM {BASE}\nRUN echo 1 > /one && rm /etc/group\nRUN echo 2 > /two");
    let first = bench.dockerfile(&text).await;
    let second = bench.dockerfile("FROM projects/built\nRUN cat /one /two; rm /one").await;
    assert_eq!(second.output(), ["1", "2"]);
    let inside = bench.inside(second.image(), "ls /; ls /etc").await;
    assert!(!inside.contains("one") && inside.contains("two") && !inside.contains("group"));
    bench.nothing_is_left_but(&[first.image(), second.image()]).await;
    bench.finish().await;
}

#[actix_web::test]
async fn what_shows_only_at_work_is_told_with_its_line() {
    let bench = Bench::start().await;
    for (text, line, told) in [
        ("ENV x=\"${y:?is needed}\"", 2, "y: is needed"),
        ("USER $NOBODY", 2, "names nobody"),
        ("ENV p=web\nEXPOSE $p", 3, "not a port"),
    ] {
        let built = bench.dockerfile(&format!("FROM {BASE}\n{text}")).await;
        let FailureCause::Dockerfile { line: at, message } = built.failure() else {
            panic!("{:?}", built.view)
        };
        assert_eq!(*at, line, "{text}");
        assert!(message.contains(told), "{message}");
    }
    let built = bench.dockerfile(&format!("FROM {BASE}\nRUN echo out; exit 3")).await;
    let cause = FailureCause::Command {
        step: "RUN echo out; exit 3".to_owned(),
        code: 3,
        tail: vec!["out".to_owned()],
    };
    assert_eq!(built.failure(), &cause);
    bench.nothing_is_left_but(&[]).await;
    bench.finish().await;
}
