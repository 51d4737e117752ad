//! A maintainer's work: sign up, upload, watch the build, try it, repair it.

use crate::support::{
    PATIENCE,
    browser::Browser,
    client::{Client, Terminal, until_triable},
    device::Device,
    people,
    server::Server,
    until,
};
use reqwest::StatusCode;

const FIGLET: &str = "#!/bin/sh\nset -e\napt-get update\n\
                      apt-get install -y --no-install-recommends figlet\n";

#[actix_web::test]
async fn journey_of_a_maintainer_from_script_to_badge() {
    let server = Server::options().with_debian().start();
    for device in Device::EACH {
        let browser = Browser::on(device).await;
        people::sign_up(&server, &browser, device.name()).await;
        match device {
            Device::Desk => publish(&server, &browser, "FIGlet", "debian:12", FIGLET).await,
            // From here on with what is there already: installing it twice shows nothing more.
            Device::Phone => publish(&server, &browser, "Pocket", "busybox:1", "echo made").await,
        }
        browser.goto(&server.url("/p/figlet")).await;
        browser.click("[data-try-form] button").await;
        browser.connected().await;
        browser.shows("a prompt", |screen| screen.trim_end().ends_with(['#', '$'])).await;
        browser.types("figlet -f banner I\n").await;
        browser.sees("###").await;
        browser.picture("terminal-figlet").await;
        browser.goto(&server.url("/projects")).await;
        browser.picture("projects").await;
        assert_eq!(browser.complaints().await, Vec::<String>::new());
        browser.close().await;
    }
}

/// Publishes a project by the form, and watches its build to the end.
async fn publish(server: &Server, browser: &Browser, name: &str, base: &str, script: &str) {
    browser.goto(&server.url("/projects/new")).await;
    browser.picture("new-project").await;
    browser.fill("input[name=name]", name).await;
    browser.fill("input[name=short_description]", "Large letters out of ordinary text").await;
    browser.fill("textarea[name=long_description]", "Try `figlet hello`.").await;
    browser.fill("input[name=base]", base).await;
    browser.fill("textarea[name=script]", script).await;
    browser.click("#script-form button.button-primary").await;

    until("the build page", PATIENCE, async || {
        browser.path().await.starts_with("/builds/").then_some(())
    })
    .await;
    until("the log shows each command", PATIENCE * 2, async || {
        let log = browser.text("[data-log]").await;
        (log.contains("+ apt-get update") || log.contains("+ echo made")).then_some(())
    })
    .await;
    browser.picture("build-running").await;
    browser.css("[data-log][data-state=pushed]").await;
    browser.picture("build-done").await;
    let last = script.split_whitespace().last().unwrap();
    assert!(browser.text("[data-log]").await.contains(last));
}

#[actix_web::test]
async fn a_dockerfile_with_every_instruction_builds() {
    let server = Server::start();
    let client = Client::of(&server);
    client.sign_up("grace").await;
    let dockerfile = "FROM busybox:1\n\
                      ENV GREETING=\"good day\"\n\
                      WORKDIR /srv/app\n\
                      RUN echo made > made && \\\n    # a comment in between\n    cat made\n\
                      COPY hello.sh /usr/local/bin/hello\n\
                      RUN chmod 755 /usr/local/bin/hello\n\
                      USER ada\n\
                      ENTRYPOINT [\"/usr/local/bin/hello\"]\n\
                      CMD [\"world\"]\n";
    let answer = publish_dockerfile(&client, "Hello", dockerfile, Some(context())).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", answer.text().await.unwrap());
    until_triable(&client, "hello").await;
    let created: serde_json::Value = client.try_project("hello").await.json().await.unwrap();
    let mut terminal = Terminal::attach(created["terminal_url"].as_str().unwrap()).await;
    terminal.sees("good day world from ada in /srv/app, made").await;
    terminal.types("\n").await;
    let (code, reason) = terminal.close().await;
    assert_eq!(code, 4410, "{reason}");
}

#[actix_web::test]
async fn a_failed_rebuild_leaves_the_previous_image() {
    let server = Server::start();
    let client = Client::of(&server);
    client.sign_up("linus").await;
    publish_busybox(&client, "Steady").await;
    let fields = [
        ("name", "Steady"),
        ("category", "Tools"),
        ("short_description", "Still there"),
        ("long_description", ""),
        ("base", "busybox:1"),
        ("command", "sh"),
        ("kind", "script"),
        ("script", "#!/bin/sh\necho one\necho the end is near >&2\nexit 7\n"),
        ("action", "build"),
    ];
    let answer = client.submit("/p/steady/edit", "/p/steady/edit", &fields).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", answer.text().await.unwrap());
    let build = answer.headers()["location"].to_str().unwrap().to_owned();
    let page = until("the build failed", PATIENCE, async || {
        let page = client.page(&build).await;
        page.contains("exit code 7").then_some(page)
    })
    .await;
    assert!(page.contains("the end is near"), "{page}");
    let created = client.try_project("steady").await;
    assert_eq!(created.status(), StatusCode::CREATED);
}

/// Publishes a project that needs no network: a busybox with a mark of its own.
pub async fn publish_busybox(client: &Client, name: &str) {
    let fields = [
        ("name", name),
        ("category", "Tools"),
        ("short_description", "A small shell"),
        ("long_description", "Type `ls`."),
        ("base", "busybox:1"),
        ("command", "sh"),
        ("kind", "script"),
        ("script", "#!/bin/sh\r\necho made > /made\r\n"),
    ];
    let answer = client.submit("/projects/new", "/projects/new", &fields).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", answer.text().await.unwrap());
    until_triable(client, &name.to_lowercase()).await;
}

/// Sends the Dockerfile form as a browser does, with its files.
pub async fn publish_dockerfile(
    client: &Client,
    name: &str,
    dockerfile: &str,
    context: Option<Vec<u8>>,
) -> reqwest::Response {
    let fields = [
        ("name", name),
        ("category", "Tools"),
        ("short_description", "From a Dockerfile"),
        ("long_description", ""),
        ("kind", "dockerfile"),
        ("dockerfile", dockerfile),
    ];
    client.submit_files("/projects/new", "/projects/new", &fields, "context", context).await
}

fn context() -> Vec<u8> {
    let script =
        b"#!/bin/sh\necho \"$GREETING $1 from $(id -un) in $(pwd), $(cat made)\"\nread _\n";
    let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), Default::default()));
    let mut header = tar::Header::new_gnu();
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(1_700_000_000);
    header.set_size(script.len() as u64);
    tar.append_data(&mut header, "hello.sh", &script[..]).unwrap();
    tar.into_inner().unwrap().finish().unwrap()
}
