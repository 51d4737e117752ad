//! `/projects/new/import`: the form, filled in from a repository. A double speaks for the sites.

use crate::support::{Person, Site, location, project, with};
use ::web::{ForgeConfig, ImportConfig};
use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    dev::ServerHandle,
    http::header::LOCATION,
    web::{self, Path},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::StatusCode;
use serde_json::json;
use std::time::Duration;

const FORM: &str = "/projects/new";
const HERE: &str = "/projects/new/import";

/// A site of one kind, at a port of its own.
struct Double {
    base: String,
    server: ServerHandle,
}

impl Double {
    fn start() -> Self {
        let server = HttpServer::new(|| {
            App::new()
                .route("/api/v3/repos/ada/{name}", web::get().to(github))
                .route("/api/v3/repositories/7", web::get().to(moved))
                .route("/api/v3/repos/ada/{name}/readme", web::get().to(readme))
                .route("/api/v1/repos/ada/tool", web::get().to(gitea))
                .route("/api/v1/repos/ada/tool/contents/README.md", web::get().to(readme))
                .default_service(web::to(gitlab))
        });
        let server = server.workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Self { base, server: handle }
    }
}

fn file() -> HttpResponse {
    let content = BASE64_STANDARD.encode("# Tool\n\nType `tool` <script>alert(1)</script>\n");
    let (one, two) = content.split_at(20);
    HttpResponse::Ok().json(json!({ "encoding": "base64", "content": format!("{one}\n{two}\n") }))
}

async fn readme() -> HttpResponse {
    file()
}

fn about() -> serde_json::Value {
    json!({
        "name": "Tool", "description": "Does things", "language": "Rust",
        "license": { "spdx_id": "MIT" }, "topics": ["cli", "json"],
    })
}

async fn moved() -> HttpResponse {
    HttpResponse::Ok().json(about())
}

async fn github(name: Path<String>) -> HttpResponse {
    let mut ok = HttpResponse::Ok();
    match name.as_str() {
        "tool" => ok.json(about()),
        "moved" => HttpResponse::MovedPermanently()
            .insert_header((LOCATION, "/api/v3/repositories/7"))
            .finish(),
        "away" => {
            HttpResponse::Found().insert_header((LOCATION, "http://127.0.0.1:1/secret")).finish()
        }
        "huge" => ok.json(json!({ "name": "x".repeat(2 << 20) })),
        "slow" => {
            tokio::time::sleep(Duration::from_secs(20)).await;
            ok.json(about())
        }
        "page" => ok.content_type("text/html").body("{\"name\": \"Tool\"}"),
        "list" => ok.json(json!(["Tool"])),
        "half" => ok.content_type("application/json").body("{\"name\": \"To"),
        "kinds" => ok.json(json!({
            "name": "Kinds\u{202e}", "description": 7, "language": ["x"], "license": "MIT",
            "topics": { "a": 1 },
        })),
        "limited" => HttpResponse::Forbidden().json(json!({ "message": "rate limit" })),
        _ => HttpResponse::NotFound().json(json!({ "message": "Not Found" })),
    }
}

async fn gitea() -> HttpResponse {
    HttpResponse::Ok().json(json!({
        "name": "tool", "description": "Does things", "language": "Go",
        "licenses": ["GPL-3.0-or-later"], "topics": ["forge"],
    }))
}

/// The project's path is one part of the address, with escaped slashes.
async fn gitlab(request: HttpRequest) -> HttpResponse {
    let query = request.query_string();
    match (request.path(), query) {
        ("/api/v4/projects/ada%2Fgroup%2Ftool", "license=true") => {
            let readme_url = "https://evil.example/ada/-/blob/main/README.md";
            HttpResponse::Ok().json(json!({
                "name": "The Tool", "path": "tool", "description": "Does things",
                "license": { "key": "apache-2.0" }, "topics": ["ops"], "readme_url": readme_url,
            }))
        }
        ("/api/v4/projects/ada%2Fgroup%2Ftool/languages", _) => {
            HttpResponse::Ok().json(json!({ "Shell": 10.5, "Python": 80.1 }))
        }
        ("/api/v4/projects/ada%2Fgroup%2Ftool/repository/files/README.md", "ref=HEAD") => file(),
        _ => HttpResponse::NotFound().finish(),
    }
}

async fn site(doubles: &[(&str, &Double)]) -> Site {
    let more = doubles.iter().map(|(kind, double)| format!("{kind}={}", double.base).parse());
    let more = more.collect::<Result<Vec<ForgeConfig>, _>>().unwrap();
    Site::with(|config| config.imports = ImportConfig::default().with(more)).await
}

#[actix_web::test]
async fn each_kind_of_site_fills_in_the_form() {
    let (hub, lab, tea) = (Double::start(), Double::start(), Double::start());
    let site = site(&[("github", &hub), ("gitlab", &lab), ("gitea", &tea)]).await;
    let ada = Person::signed_up(&site, "ada").await;
    for (address, licence, language, topics) in [
        (format!("{}/ada/tool", hub.base), "MIT", "Rust", "cli json"),
        (format!("{}/ada/moved.git", hub.base), "MIT", "Rust", "cli json"),
        (format!("{}/ada/group/tool/-/tree/main", lab.base), "Apache-2.0", "Python", "ops"),
        (format!("{}/ada/tool", tea.base), "GPL-3.0-or-later", "Go", "forge"),
    ] {
        let answer = ada.submit(FORM, HERE, &[("import_url", &address)]).await;
        assert_eq!(answer.status(), StatusCode::OK, "{address}");
        let page = answer.text().await.unwrap();
        for value in [licence, language, topics, "Does things", &address] {
            assert!(
                page.contains(&format!("value=\"{value}\"")),
                "{address}: no {value} in {page}"
            );
        }
        assert!(page.contains("nothing is published yet"));
        assert!(page.contains("Type `tool` &#60;script"), "{page}");
    }
    assert!(site.containers.books().builds.is_empty(), "nothing is published");
    for double in [hub, lab, tea] {
        double.server.stop(false).await;
    }
    site.stop().await;
}

#[actix_web::test]
async fn what_was_typed_stays() {
    let hub = Double::start();
    let site = site(&[("github", &hub)]).await;
    let ada = Person::signed_up(&site, "ada").await;
    let address = format!("{}/ada/tool", hub.base);
    let mut fields = with(project("Mine"), "short_description", "");
    fields.push(("import_url", &address));
    let page = ada.submit(FORM, HERE, &fields).await.text().await.unwrap();
    assert!(page.contains("value=\"Mine\"") && page.contains("value=\"Does things\""), "{page}");
    assert!(page.contains("Type `ls`.</textarea>"), "{page}");
    hub.server.stop(false).await;
    site.stop().await;
}

#[actix_web::test]
async fn sites_that_misbehave_do_no_harm() {
    let hub = Double::start();
    let site = site(&[("github", &hub)]).await;
    let ada = Person::signed_up(&site, "ada").await;
    let at = |name: &str| format!("{}/ada/{name}", hub.base);
    for (address, says) in [
        (at("none"), "knows no public repository"),
        (at("away"), "cannot be read"),
        (at("huge"), "cannot be read"),
        (at("slow"), "could not be reached"),
        (at("page"), "cannot be read"),
        (at("list"), "cannot be read"),
        (at("half"), "cannot be read"),
        (at("limited"), "asked too often"),
        ("http://169.254.169.254/latest/meta-data".to_owned(), "is not asked from here"),
        ("file:///etc/passwd".to_owned(), "Write the address"),
    ] {
        let mut fields = with(project("Kept"), "long_description", "Keep <this>");
        fields.push(("import_url", &address));
        let answer = ada.submit(FORM, HERE, &fields).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{address}");
        let page = answer.text().await.unwrap();
        assert!(page.contains(says), "{address}: {page}");
        assert!(
            page.contains("Keep &#60;this&#62;") && page.contains("value=\"Kept\""),
            "{address}"
        );
    }
    hub.server.stop(false).await;
    site.stop().await;
}

#[actix_web::test]
async fn values_of_other_kinds_are_left_out() {
    let hub = Double::start();
    let site = site(&[("github", &hub)]).await;
    let ada = Person::signed_up(&site, "ada").await;
    let address = format!("{}/ada/kinds", hub.base);
    let answer = ada.submit(FORM, HERE, &[("import_url", &address)]).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let page = answer.text().await.unwrap();
    assert!(
        page.contains("value=\"Kinds\"") && page.contains("name=\"licence\" value=\"\""),
        "{page}"
    );
    hub.server.stop(false).await;
    site.stop().await;
}

#[actix_web::test]
async fn importing_needs_an_account_and_a_press() {
    let site = Site::start().await;
    let guest = Person::of(&site);
    assert_eq!(location(&guest.get(HERE).await), FORM);
    let answer = guest.submit("/login", HERE, &[("import_url", "https://github.com/a/b")]).await;
    assert_eq!(location(&answer), "/login?next=/projects/new");
    let forged =
        guest.http.post(guest.url(HERE)).form(&[("import_url", "x")]).send().await.unwrap();
    assert_eq!(forged.status(), StatusCode::FORBIDDEN);
    site.stop().await;
}
