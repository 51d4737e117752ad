//! `/projects`, `/projects/new`, `/p/{slug}`, `/p/{slug}/edit`.

use crate::support::{Person, Site, location, project, with};
use container_api::BuildSource;
use reqwest::{
    StatusCode,
    multipart::{Form, Part},
};

#[actix_web::test]
async fn a_name_in_hangul_makes_an_address() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    let fields = project("지뢰 찾기");
    let answer = ada.submit("/projects/new", "/projects/new", &fields).await;
    ada.page(&location(&answer)).await;
    assert!(Person::of(&site).page("/p/jiroe-cajgi").await.contains("지뢰 찾기"));
    site.stop().await;
}

#[actix_web::test]
async fn publishing_needs_an_account() {
    let site = Site::start().await;
    let guest = Person::of(&site);
    let answer = guest.get("/projects/new").await;
    assert_eq!(location(&answer), "/login?next=/projects/new");
    let answer = guest.submit("/login", "/projects/new", &project("Sly")).await;
    assert_eq!(location(&answer), "/login?next=/projects/new");
    assert!(site.containers.books().builds.is_empty());
    site.stop().await;
}

#[actix_web::test]
async fn a_published_project_has_a_page_a_badge_and_a_try_button() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    let form = ada.page("/projects/new").await;
    assert!(form.contains("<option value=\"busybox:1\">") && form.contains("value=\"debian:12\""));
    let answer = ada.submit("/projects/new", "/projects/new", &project("  Big  JQ ")).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert!(location(&answer).starts_with("/builds/"));

    // The page knows of the end, whether or not anybody looked at the build.
    let page = Person::of(&site).page("/p/big-jq").await;
    let place = format!("{}/p/big-jq", site.base);
    let snippet = format!("[![Try Big JQ in the browser]({place}/badge.svg)]({place}/start)");
    for text in [
        "<h1><bdi>Big JQ</bdi></h1>",
        "A line about it",
        "<code>ls</code>",
        "data-try-form",
        &snippet,
    ] {
        assert!(page.contains(text), "no {text} in {page}");
    }
    assert!(page.contains("&#60;a href=&#34;") || page.contains("&lt;a href="), "{page}");
    assert!(!page.contains("/p/big-jq/edit"), "a guest cannot edit");

    let wish = site.containers.books().builds[0].1.clone();
    assert_eq!(wish.repository, "projects/big-jq");
    let script = "#!/bin/sh\ntrue\n".to_owned();
    let source = BuildSource::Script { base: "debian:12".into(), script, command: "sh".into() };
    assert_eq!(wish.source, source);
    site.stop().await;
}

#[actix_web::test]
async fn nothing_typed_is_lost() {
    let site = Site::start().await;
    let ada = site.with_project("Taken").await;
    let large = "x".repeat((256 << 10) + 1);
    for (field, value, says) in [
        ("name", "", "Give the project a name"),
        ("name", "TAKEN", "already"),
        ("name", "taken!", "already"),
        ("name", "a\u{202e}b", "U+202E"),
        ("name", "bell\u{7}", "U+0007"),
        ("name", "admin", "kept for the site"),
        ("category", "Nonsense", "Choose one of the categories"),
        ("short_description", "", "in a line"),
        ("base", "", "Name the image"),
        ("script", " ", "Paste an install script"),
        ("script", large.as_str(), "256 KiB"),
    ] {
        let mut fields = with(project("Fresh"), "long_description", "Keep <this> & that");
        fields = with(fields, field, value);
        let answer = ada.submit("/projects/new", "/projects/new", &fields).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{field} {says}");
        let page = answer.text().await.unwrap();
        assert!(page.contains(says), "{field}: no {says}");
        assert!(page.contains("role=\"alert\""));
        assert!(page.contains("Keep &#60;this&#62; &#38; that"), "{field}: the text is kept");
        assert!(field == "script" || page.contains("#!/bin/sh\r\ntrue"), "{field}: script is kept");
        assert!(page.contains(&large) == (value == large), "a large script is kept as well");
    }
    assert_eq!(site.containers.books().builds.len(), 1);
    site.stop().await;
}

#[actix_web::test]
async fn a_dockerfile_with_its_context() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    let send = async |dockerfile: &str, context: Option<Vec<u8>>, kept: Option<&str>| {
        let mut form = Form::new().text("csrf", ada.token("/projects/new").await);
        for (name, value) in [
            ("name", "Boxed"),
            ("category", "Tools"),
            ("short_description", "In a box"),
            ("kind", "dockerfile"),
        ] {
            form = form.text(name, value);
        }
        form = form.text("dockerfile", dockerfile.to_owned());
        if let Some(id) = kept {
            form = form.text("context_id", id.to_owned()).text("context_name", "context.tar");
        }
        let bytes = context.clone().unwrap_or_default();
        let name = if context.is_some() { "context.tar" } else { "" };
        form = form.part("context", Part::bytes(bytes).file_name(name));
        ada.http.post(ada.url("/projects/new")).multipart(form).send().await.unwrap()
    };

    // An archive that cannot be read, then a Dockerfile that does not parse.
    let page = send("FROM busybox:1\n", Some(b"PK\x03\x04".to_vec()), None).await;
    assert_eq!(page.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text().await.unwrap().contains("not a tar archive"));
    let page = send("FROM busybox:1\n\nRUNN ls\n", Some(vec![7; 100_000]), None).await;
    assert_eq!(page.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = page.text().await.unwrap();
    let (id, size) = site.containers.books().contexts[0].clone();
    assert_eq!(size, 100_000);
    assert!(page.contains("Line 3: RUNN is not an instruction."), "{page}");
    assert!(page.contains("RUNN ls") && page.contains("Kept: context.tar"));
    assert!(page.contains(&format!("name=\"context_id\" value=\"{id}\"")));

    // The archive need not be sent again.
    let answer = send("FROM busybox:1\nCOPY a b\n", None, Some(id.as_str())).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let wish = site.containers.books().builds[0].1.clone();
    let dockerfile = "FROM busybox:1\nCOPY a b\n".to_owned();
    assert_eq!(wish.source, BuildSource::Dockerfile { dockerfile, context: Some(id) });
    site.stop().await;
}

#[actix_web::test]
async fn files_serve_one_build() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    let send = async |page: &'static str, dockerfile: &'static str, file: bool| {
        let html = ada.page(page).await;
        let hidden = |name: &str| {
            let value = html.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or("\"");
            value.split('"').next().unwrap().to_owned()
        };
        let mut form = Form::new();
        for name in ["csrf", "context_id", "context_name"] {
            form = form.text(name.to_owned(), hidden(name));
        }
        for (name, value) in [("name", "Boxed"), ("category", "Tools"), ("kind", "dockerfile")] {
            form = form.text(name, value);
        }
        form = form.text("short_description", "In a box").text("dockerfile", dockerfile);
        if file {
            form = form.part("context", Part::bytes(vec![7; 10]).file_name("context.tar"));
        }
        ada.http.post(ada.url(page)).multipart(form).send().await.unwrap()
    };
    let answer = send("/projects/new", "FROM a\n", true).await;
    ada.page(&location(&answer)).await;
    // Texts alone need no files; a build does.
    assert_eq!(location(&send("/p/boxed/edit", "FROM a\n", false).await), "/p/boxed");
    let page = send("/p/boxed/edit", "FROM b\n", false).await;
    assert_eq!(page.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text().await.unwrap().contains("Choose them again"));
    let answer = send("/p/boxed/edit", "FROM b\n", true).await;
    assert!(location(&answer).starts_with("/builds/"));
    site.stop().await;
}

#[actix_web::test]
async fn a_file_without_a_token_is_not_kept() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    let part = Part::bytes(vec![7; 1_000]).file_name("context.tar");
    let form = Form::new().text("kind", "dockerfile").part("context", part);
    let answer = ada.http.post(ada.url("/projects/new")).multipart(form).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert!(site.containers.books().contexts.is_empty());
    site.stop().await;
}

#[actix_web::test]
async fn without_the_container_server_the_form_is_kept() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    ada.page("/projects/new").await;
    site.containers.stop().await;
    let answer = ada.submit("/projects/new", "/projects/new", &project("Later")).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = answer.text().await.unwrap();
    assert!(page.contains("cannot be reached") && page.contains("value=\"Later\""), "{page}");
    assert_eq!(ada.get("/p/later").await.status(), StatusCode::NOT_FOUND);
    site.stop().await;
}

#[actix_web::test]
async fn a_changed_source_is_built_and_the_image_stays_until_then() {
    let site = Site::start().await;
    let ada = site.with_project("Steady").await;
    // The texts alone need no build.
    let texts = with(project("Steady"), "short_description", "Another line");
    let answer = ada.submit("/p/steady/edit", "/p/steady/edit", &texts).await;
    assert_eq!(location(&answer), "/p/steady");
    assert!(ada.page("/p/steady").await.contains("Saved."));
    assert!(ada.page("/p/steady/edit").await.contains("value=\"Another line\""));
    assert_eq!(site.containers.books().builds.len(), 1);

    // A new source does, and fails.
    let broken = with(project("Steady"), "script", "fail\n");
    let answer = ada.submit("/p/steady/edit", "/p/steady/edit", &broken).await;
    let build = ada.page(&location(&answer)).await;
    for text in ["exit code 7", "the end is near &#60;b&#62;", "Failed", "last good image"] {
        assert!(build.contains(text), "no {text} in {build}");
    }
    let page = ada.page("/p/steady").await;
    assert!(page.contains("The latest build has failed. Visitors still get"), "{page}");
    assert_eq!(Person::of(&site).try_it("steady").await.status(), StatusCode::SEE_OTHER);
    let image = site.containers.books().wishes[0].image.clone();
    assert_eq!(Some(image), site.containers.books().builds[0].0.image);

    // The same source once more, on request.
    let mut again = broken.clone();
    again.push(("action", "build"));
    let answer = ada.submit("/p/steady/edit", "/p/steady/edit", &again).await;
    assert!(location(&answer).starts_with("/builds/"));
    site.stop().await;
}

#[actix_web::test]
async fn what_is_not_ones_own_cannot_be_changed() {
    let site = Site::start().await;
    site.with_project("Mine").await;
    let guest = Person::of(&site);
    assert_eq!(location(&guest.get("/p/mine/edit").await), "/login?next=/p/mine/edit");
    let bob = Person::signed_up(&site, "bob").await;
    assert_eq!(bob.get("/p/mine/edit").await.status(), StatusCode::FORBIDDEN);
    let answer = bob.submit("/projects/new", "/p/mine/edit", &project("Mine")).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert!(bob.page("/projects").await.contains("No projects yet"));
    site.stop().await;
}

#[actix_web::test]
async fn a_description_can_do_no_harm() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    let attack = "<script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1))\n\n**bold**";
    let mut fields = with(project("<b>&\"quoted\"]('"), "long_description", attack);
    fields = with(fields, "short_description", "<i>slanted</i>");
    let answer = ada.submit("/projects/new", "/projects/new", &fields).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    for path in ["/p/b-quoted", "/", "/projects", "/p/b-quoted/edit"] {
        let page = ada.page(path).await;
        for bad in ["<script>", "<img src=x", "<b>&", "<i>slanted", "href=\"javascript"] {
            assert!(!page.contains(bad), "{bad} in {path}: {page}");
        }
    }
    let page = ada.page("/p/b-quoted").await;
    assert!(page.contains("<strong>bold</strong>"));
    assert!(page.contains("![Try \\&#60;b"), "Markdown reads the name as text: {page}");
    site.stop().await;
}
