//! Archives whose files are named to do harm: built as what they are, or refused in words; the log and
//! the page show them as text, and nothing is written beside the store.

use crate::{
    maintainer::publish_dockerfile,
    support::{
        PATIENCE, browser::Browser, client::Client, device::Device, people, server::Server, until,
    },
};
use std::{fs, path::Path};

const MARKUP: &str = "<img src=x onerror=alert(1)>.sh";
const TURNED: &str = "safe\u{202e}hs.rat";

/// A context of files with these paths, which say the same; paths as no tool would write them.
fn context(paths: &[&str]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for path in paths {
        let content = b"echo from the file\n";
        // Longer names than the header has room for, and those that tools refuse, go before it.
        tar.append_pax_extensions([("path", path.as_bytes())]).unwrap();
        let mut header = tar::Header::new_ustar();
        header.set_path("named-before").unwrap();
        header.set_mode(0o644);
        header.set_size(content.len() as u64);
        header.set_cksum();
        tar.append(&header, &content[..]).unwrap();
    }
    tar.into_inner().unwrap()
}

/// Publishes it, waits for the end of its build, and gives the build's path.
async fn built(ada: &Client, name: &str, paths: &[&str], state: &str) -> String {
    let dockerfile = format!(
        "FROM busybox:1\nCOPY . /srv/\nRUN find /srv && sh '/srv/{MARKUP}'\nCMD [\"sh\"]\n"
    );
    let answer = publish_dockerfile(ada, name, &dockerfile, Some(context(paths))).await;
    let build = answer.headers()["location"].to_str().unwrap().to_owned();
    until(&format!("{name} is {state}"), PATIENCE, async || {
        ada.page(&build).await.contains(&format!("data-state=\"{state}\"")).then_some(())
    })
    .await;
    build
}

/// The files below a folder whose path has a word in it.
fn found(folder: &Path, word: &str, paths: &mut Vec<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            found(&path, word, paths);
        } else if path.to_string_lossy().contains(word) {
            paths.push(path.to_string_lossy().into_owned());
        }
    }
}

/// A build's page shows these words, and none of them as markup.
async fn shows_as_text(browser: &Browser, page: &str, words: &[&str]) {
    browser.goto(page).await;
    // Parts of a long log are folded up.
    let script = "return document.querySelector('main').textContent";
    until(&format!("{page} shows {words:?}"), PATIENCE, async || {
        let text = browser.driver.execute(script, vec![]).await.ok()?;
        let text = text.json().as_str()?.to_owned();
        words.iter().all(|word| text.contains(word)).then_some(())
    })
    .await;
    let images = "return document.querySelectorAll('img[src=x]').length";
    let images = browser.driver.execute(images, vec![]).await.unwrap();
    assert_eq!(images.json(), 0);
    browser.picture("file-names").await;
}

#[actix_web::test]
async fn names_within_archives_are_text_and_stay_within() {
    let server = Server::start();
    let ada = Client::of(&server);
    ada.sign_up("ada").await;
    let passwd = fs::read("/etc/passwd").unwrap();
    let good = built(&ada, "Named", &[MARKUP, TURNED, "컨텍스트"], "pushed").await;
    let long = "x".repeat(5_000);
    let mut refused = Vec::new();
    for (name, path, words) in [
        ("Up", "../../../../etc/passwd", "which leads out of it"),
        ("Marked", "../<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>`, which leads"),
        ("Turned", "../safe\u{202e}hs.rat", r"safe\u{202e}hs.rat`, which leads"),
        ("Rooted", "/etc/passwd", "an absolute path"),
        ("Nul", "nul\0byte", "whose name holds a NUL byte"),
        ("Long", &long, "whose path is too long"),
    ] {
        refused.push((built(&ada, name, &[MARKUP, path], "failed").await, words));
    }
    for device in Device::EACH {
        let browser = Browser::on(device).await;
        people::log_in(&server, &browser, "ada").await;
        let words = [MARKUP, "컨텍스트", "from the file"];
        shows_as_text(&browser, &server.url(&good), &words).await;
        for (build, words) in &refused {
            shows_as_text(&browser, &server.url(build), &[*words]).await;
        }
        assert_eq!(browser.complaints().await, Vec::<String>::new());
        browser.close().await;
    }

    assert_eq!(fs::read("/etc/passwd").unwrap(), passwd);
    let mut files = Vec::new();
    found(server.data().parent().unwrap(), "onerror", &mut files);
    let layers = server.data().join("native/layers");
    let within = |file: &String| {
        Path::new(file)
            .strip_prefix(&layers)
            .is_ok_and(|file| file.ends_with(format!("srv/{MARKUP}")))
    };
    assert!(!files.is_empty() && files.iter().all(within), "{files:?}");
}
