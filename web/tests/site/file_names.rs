//! Names of files that are sent to do harm: shown as text, or refused; no file is ever named by them.

use crate::support::{Person, Site};
use reqwest::{StatusCode, header::CONTENT_TYPE};

/// Sends the form of a new project as no browser would: with this name in the part's own header.
async fn send(ada: &Person, name: &[u8], kept: &str) -> (StatusCode, String) {
    let token = ada.token("/projects/new").await;
    let mut body = Vec::new();
    for (field, value) in [
        ("csrf", token.as_str()),
        ("name", "Boxed"),
        ("category", "Tools"),
        ("short_description", "In a box"),
        ("kind", "dockerfile"),
        // So that the form comes back.
        ("dockerfile", "FROM busybox:1\n\nRUNN ls\n"),
        ("context_name", kept),
    ] {
        body.extend(
            format!(
                "--edge\r\ncontent-disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n"
            )
            .bytes(),
        );
    }
    if kept.is_empty() {
        body.extend(b"--edge\r\ncontent-disposition: form-data; name=\"context\"; filename=\"");
        body.extend(name);
        body.extend(b"\"\r\ncontent-type: application/x-tar\r\n\r\nAAAA\r\n");
    } else {
        body.extend(b"--edge\r\ncontent-disposition: form-data; name=\"context_id\"\r\n\r\n");
        body.extend(name);
        body.extend(b"\r\n");
    }
    body.extend(b"--edge--\r\n");
    let request = ada.http.post(ada.url("/projects/new")).body(body);
    let request = request.header(CONTENT_TYPE, "multipart/form-data; boundary=edge");
    let answer = request.send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

/// What the page says that it has kept.
fn kept(page: &str) -> &str {
    let hint = page.split("Kept: ").nth(1).expect("the page names the file");
    hint.split(". Choose a file").next().unwrap()
}

#[actix_web::test]
async fn hostile_names_of_files_are_text_and_nothing_else() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    let long = "x".repeat(5_000);
    for (name, shown) in [
        ("<img src=x onerror=alert(1)>.sh", "&#60;img src=x onerror=alert(1)&#62;.sh"),
        ("../../etc/passwd", "../../etc/passwd"),
        ("..\\\\..\\\\boot.ini", "..\\..\\boot.ini"),
        ("/etc/shadow", "/etc/shadow"),
        ("safe\u{202e}hs.rat", "safehs.rat"),
        ("two\u{200b}words\u{2066}.tar", "twowords.tar"),
        ("컨텍스트.tar", "컨텍스트.tar"),
        ("it's.tar", "it&#39;s.tar"),
        (&long, &long[..120]),
    ] {
        let (status, page) = send(&ada, name.as_bytes(), "").await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{name:.50}");
        assert_eq!(kept(&page), shown, "{name:.50}");
        assert!(!page.contains("<img src=x"), "{page}");
        // What comes back in the hidden field is no more to be trusted.
        let (id, _) = site.containers.books().contexts.last().unwrap().clone();
        let sent_again = name.replace("\\\\", "\\");
        let (_, page) = send(&ada, id.as_str().as_bytes(), &sent_again).await;
        assert_eq!(kept(&page), shown, "{name:.50}");
        assert!(!page.contains("<img src=x"), "{page}");
    }

    // No header holds these: the form is refused, and nothing of it kept.
    let before = site.containers.books().contexts.len();
    for name in [&b"nul\0byte.tar"[..], b"two\nlines.tar"] {
        let (status, page) = send(&ada, name, "").await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{page}");
        assert!(page.contains("Send it again"), "{page}");
    }
    assert_eq!(site.containers.books().contexts.len(), before);
    // The other side is asked for a context by its number alone.
    for id in ["../../etc/passwd", "<img src=x onerror=alert(1)>", &long] {
        let (status, page) = send(&ada, id.as_bytes(), "kept.tar").await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{id:.50}");
        assert!(!page.contains("Kept: ") && !page.contains("<img src=x"), "{page}");
    }
    site.stop().await;
}
