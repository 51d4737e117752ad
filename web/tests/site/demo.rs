//! `/p/{slug}/demo/edit`, and where a project's guided demo is seen.

use crate::support::{Person, Program, Site, location, problem};
use reqwest::{Method, StatusCode};
use serde_json::json;

const EDIT: &str = "/p/jq/demo/edit";
const DEMO: &str = "Welcome.\r\n\r\n## Say <hello>\r\n\r\nIt *greets*.\r\n\r\n\
                    ```sh run\r\necho 'a & b' | cat\r\n```\r\n\r\n```check line\r\na & b\r\n```\r\n\r\n\
                    ## Look\r\n\r\n<script>alert(1)</script>\r\n";

#[actix_web::test]
async fn a_demo_is_written_looked_at_and_removed() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    assert!(ada.page("/p/jq/edit").await.contains("href=\"/p/jq/demo/edit\""));
    assert!(!ada.page("/p/jq").await.contains("Has a guided demo"));

    // Looked at first: nothing is kept.
    let answer = ada.submit(EDIT, EDIT, &[("demo", DEMO), ("action", "preview")]).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let page = answer.text().await.unwrap();
    for text in ["1. Say", "<em>greets</em>", "echo &#39;a &#38; b&#39; | cat", "as a whole line"] {
        assert!(page.contains(text), "no {text} in {page}");
    }
    assert!(!page.contains("<script>alert"), "{page}");
    assert!(!ada.page("/p/jq").await.contains("Has a guided demo"));

    let answer = ada.submit(EDIT, EDIT, &[("demo", DEMO), ("action", "save")]).await;
    assert_eq!(location(&answer), "/p/jq");
    let page = Person::of(&site).page("/p/jq").await;
    assert!(page.contains("Has a guided demo (2 steps)"), "{page}");
    assert!(ada.page(EDIT).await.contains("## Say &#60;hello&#62;"));

    // A change of the project's texts leaves it.
    let fields = crate::support::with(crate::support::project("jq"), "short_description", "New");
    let answer = ada.submit("/p/jq/edit", "/p/jq/edit", &fields).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert!(ada.page("/p/jq").await.contains("Has a guided demo (2 steps)"));

    let answer = ada.submit(EDIT, EDIT, &[("demo", " \r\n"), ("action", "save")]).await;
    assert_eq!(location(&answer), "/p/jq");
    assert!(!ada.page("/p/jq").await.contains("Has a guided demo"));
    site.stop().await;
}

#[actix_web::test]
async fn visitors_meet_it_beside_the_terminal() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    let guest = Person::of(&site);
    let terminal = location(&guest.try_it("jq").await);
    let page = guest.page(&terminal).await;
    assert!(!page.contains("data-demo"), "without a demo there is no trace of one");

    ada.submit(EDIT, EDIT, &[("demo", DEMO), ("action", "save")]).await;
    let page = guest.page(&terminal).await;
    for text in [
        "data-demo-toggle",
        "<p>Welcome.</p>",
        "data-demo-command>echo &#39;a &#38; b&#39; | cat</code>",
        "data-checks=\"[{&#34;text&#34;:&#34;a &#38; b&#34;,&#34;line&#34;:true}]\"",
        "data-place-words=\"Step {n} of {all}\"",
    ] {
        assert!(page.contains(text), "no {text} in {page}");
    }
    assert_eq!(page.matches("data-demo-step").count(), 2);
    assert!(!page.contains("<script>alert"), "{page}");
    let korean = guest.http.get(guest.url(&terminal)).header("accept-language", "ko");
    let korean = korean.send().await.unwrap().text().await.unwrap();
    assert!(korean.contains("data-done-words=\"{n}단계를 마쳤어요.\""), "{korean}");
    site.stop().await;
}

#[actix_web::test]
async fn what_is_wrong_is_told_by_line_and_nothing_is_lost() {
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    ada.submit(EDIT, EDIT, &[("demo", DEMO), ("action", "save")]).await;
    let many = "## x\r\n".repeat(1_000);
    let large = "x".repeat(1 << 20);
    for (demo, says) in [
        ("Keep <this>", "There is no step yet"),
        ("## Keep <this>\r\n\r\n```run\r\nls\r\npwd\r\n```\r\n", "Line 3: A command is one line."),
        ("## Keep <this>\r\n\r\n```check\r\n", "Line 3: This block has no end."),
        ("## Keep <this>\r\n\r\n```run\r\na\u{1b}b\r\n```\r\n", "Line 4: This holds the invisible"),
        (many.as_str(), "Line 51: This is one step too many"),
        (large.as_str(), "1024 KiB; at most 64 KiB"),
    ] {
        for action in ["save", "preview"] {
            let answer = ada.submit(EDIT, EDIT, &[("demo", demo), ("action", action)]).await;
            assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{says}");
            let page = answer.text().await.unwrap();
            assert!(page.contains(says) && page.contains("role=\"alert\""), "no {says}");
            assert_eq!(page.contains("Keep &#60;this&#62;"), demo.contains("Keep"), "{says}");
        }
    }
    assert!(ada.page("/p/jq").await.contains("(2 steps)"), "the old one stays");
    site.stop().await;
}

#[actix_web::test]
async fn programs_read_and_write_it() {
    const HERE: &str = "/api/v1/projects/jq/demo";
    let site = Site::start().await;
    let ada = site.with_project("jq").await;
    let program = Program::with_token_of(&site, &ada, "write").await;
    let put = async |program: &Program, source: &str| {
        let body = json!({ "source": source });
        program.request(Method::PUT, HERE).json(&body).send().await.unwrap()
    };
    assert_eq!(program.read(HERE).await, json!({ "source": "" }));
    let answer = put(&program, DEMO).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let guest = Program::of(&site);
    assert_eq!(guest.read(HERE).await, json!({ "source": DEMO.replace("\r\n", "\n") }));
    problem(put(&program, "## A\n\n```run\n").await, 422, "invalid").await;
    problem(put(&guest, "## A\n").await, 401, "needs-login").await;
    let bob = Person::signed_up(&site, "bob").await;
    let bob = Program::with_token_of(&site, &bob, "write").await;
    let refused = put(&bob, "## A\n").await.status();
    assert!(refused.is_client_error(), "{refused}");
    assert!(ada.page("/p/jq").await.contains("Has a guided demo (2 steps)"));
    assert_eq!(put(&program, "").await.status(), StatusCode::OK);
    assert!(!ada.page("/p/jq").await.contains("Has a guided demo"));
    site.stop().await;
}

#[actix_web::test]
async fn only_its_maintainer_writes_it() {
    let site = Site::start().await;
    site.with_project("jq").await;
    let guest = Person::of(&site);
    assert_eq!(location(&guest.get(EDIT).await), "/login?next=/p/jq/demo/edit");
    let bob = Person::signed_up(&site, "bob").await;
    let refused = bob.get("/p/jq/edit").await.status();
    assert_eq!(bob.get(EDIT).await.status(), refused);
    for person in [&guest, &bob] {
        let fields = [("demo", "## Mine\r\n"), ("action", "save")];
        let answer = person.submit("/", EDIT, &fields).await;
        assert!(location_or_status(&answer) != "/p/jq", "kept");
    }
    // Without the form's token.
    let fields = [("demo", "## Mine\r\n"), ("action", "save")];
    let answer = bob.http.post(bob.url(EDIT)).form(&fields).send().await.unwrap();
    assert!(answer.status().is_client_error());
    assert!(!guest.page("/p/jq").await.contains("Has a guided demo"));
    assert_eq!(bob.get("/p/none/demo/edit").await.status(), StatusCode::NOT_FOUND);
    site.stop().await;
}

fn location_or_status(answer: &reqwest::Response) -> String {
    let leads = answer.headers().get("location").and_then(|value| value.to_str().ok());
    leads.map_or_else(|| answer.status().to_string(), str::to_owned)
}
