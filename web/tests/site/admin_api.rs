//! `/api/v1/admin/…`: the same as the pages, for programs.

use crate::support::{Person, Program, Site, administrator, problem};
use reqwest::Method;
use serde_json::{Value, json};

const GUEST: &str = "/api/v1/admin/quotas/guest";
const NETWORK: &str = "/api/v1/admin/quotas/prefix:192.0.2.0%2F24";

#[actix_web::test]
async fn programs_of_administrators_change_quotas() {
    let site = Site::start().await;
    let grace = administrator(&site, "grace").await;
    let program = Program::with_token_of(&site, &grace, "write").await;
    let put = async |path: &str, body: Value| {
        program.request(Method::PUT, path).json(&body).send().await.unwrap()
    };
    let answer = put(NETWORK, json!({ "sandboxes": 7, "starts_per_minute": 0 })).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.json::<Value>().await.unwrap()["subject"], "prefix:192.0.2.0/24");
    assert_eq!(put(GUEST, json!({ "sandboxes": 2 })).await.status(), 200);
    let list = program.read("/api/v1/admin/quotas").await;
    assert_eq!(list["configured"]["sandboxes"], 1);
    assert_eq!(
        list["quotas"][0],
        json!({
            "subject": "guest", "sandboxes": 2, "starts_per_minute": null, "projects": null,
            "builds": null,
        })
    );
    assert_eq!(list["quotas"][1]["sandboxes"], 7);

    let wrong = problem(put(GUEST, json!({ "projects": 2 })).await, 422, "invalid").await;
    assert_eq!(wrong["errors"][0]["field"], "projects");
    problem(put("/api/v1/admin/quotas/nobody", json!({ "sandboxes": 1 })).await, 422, "invalid")
        .await;
    problem(
        put("/api/v1/admin/quotas/user:nobody", json!({ "sandboxes": 1 })).await,
        404,
        "no-such-user",
    )
    .await;
    assert_eq!(program.delete(NETWORK).await.status(), 204);
    problem(program.delete(NETWORK).await, 404, "no-such-quota").await;

    let log = program.read("/api/v1/admin/audit?action=quota&limit=2").await;
    assert_eq!(log["events"][0]["action"], "quota.reset");
    assert_eq!(log["events"][1]["subject"], "quota:guest");
    let next = program.read(log["next"].as_str().unwrap()).await;
    assert_eq!(next["events"][0]["detail"], "sandboxes 7, starts per minute 0.");
    assert_eq!(next["next"], Value::Null);
    problem(program.get("/api/v1/admin/audit?after=x").await, 422, "invalid").await;
    site.stop().await;
}

#[actix_web::test]
async fn for_other_programs_it_does_not_exist() {
    let site = Site::start().await;
    let grace = administrator(&site, "grace").await;
    let ada = Person::signed_up(&site, "ada").await;
    let reader = Program::with_token_of(&site, &grace, "read").await;
    let user = Program::with_token_of(&site, &ada, "write").await;
    let guest = Program::of(&site);
    let body = json!({ "sandboxes": 9 });
    for (method, path) in [
        (Method::GET, "/api/v1/admin/quotas"),
        (Method::GET, "/api/v1/admin/audit"),
        (Method::PUT, GUEST),
        (Method::DELETE, GUEST),
    ] {
        let ask = async |who: &Program| {
            who.request(method.clone(), path).json(&body).send().await.unwrap()
        };
        problem(ask(&user).await, 404, "not-found").await;
        problem(ask(&guest).await, 401, "needs-login").await;
        let answer = ask(&reader).await;
        match method {
            Method::GET => assert_eq!(answer.status(), 200, "{path}"),
            _ => drop(problem(answer, 403, "read-only-token").await),
        }
    }
    site.stop().await;
}
