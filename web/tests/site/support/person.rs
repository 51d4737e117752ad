//! A visitor with a browser: keeps cookies, fills in forms with the token of their page, does not
//! follow redirects.

use super::Site;
use reqwest::{RequestBuilder, Response, StatusCode, redirect};
use serde_json::{Value, json};

pub struct Person {
    pub http: reqwest::Client,
    base: String,
}

impl Person {
    /// Somebody new.
    pub fn of(site: &Site) -> Self {
        let http = reqwest::Client::builder()
            .cookie_store(true)
            .redirect(redirect::Policy::none())
            .build()
            .unwrap();
        Self { http, base: site.base.clone() }
    }

    /// Somebody with an account.
    pub async fn signed_up(site: &Site, name: &str) -> Self {
        let person = Self::of(site);
        let answer = person.sign_up(name, "correct horse battery").await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", answer.text().await.unwrap());
        person
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub async fn get(&self, path: &str) -> Response {
        self.http.get(self.url(path)).send().await.unwrap()
    }

    /// A page's HTML.
    pub async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.text().await.unwrap()
    }

    /// The token in a page's form.
    pub async fn token(&self, page: &str) -> String {
        let html = self.page(page).await;
        let form = html.split("name=\"csrf\" value=\"").nth(1).expect("the page has a form");
        form.split('"').next().unwrap().to_owned()
    }

    /// Sends a form as its page would.
    pub async fn submit(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Response {
        let token = self.token(page).await;
        let mut form = vec![("csrf", token.as_str())];
        form.extend_from_slice(fields);
        self.http.post(self.url(action)).form(&form).send().await.unwrap()
    }

    pub async fn sign_up(&self, name: &str, password: &str) -> Response {
        self.submit("/signup", "/signup", &[("username", name), ("password", password)]).await
    }

    pub async fn log_in(&self, name: &str, password: &str) -> Response {
        self.submit("/login", "/login", &[("username", name), ("password", password)]).await
    }

    /// Publishes a project that is built at once.
    pub async fn publish(&self, name: &str) {
        let answer = self.submit("/projects/new", "/projects/new", &project(name)).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", answer.text().await.unwrap());
        self.page(&location(&answer)).await;
    }

    /// Presses Try on a project's page.
    pub async fn try_it(&self, slug: &str) -> Response {
        let page = format!("/p/{slug}");
        self.submit(&page, &format!("{page}/try"), &[("columns", "100"), ("rows", "30")]).await
    }

    /// Asks the API for a sandbox.
    pub async fn post_sandbox(&self, slug: &str) -> Response {
        self.post_json(&json!({ "project": slug })).send().await.unwrap()
    }

    pub fn post_json(&self, body: &Value) -> RequestBuilder {
        self.http.post(self.url("/api/v1/sandboxes")).json(body)
    }
}

/// A form of a project in order.
pub fn project(name: &str) -> Vec<(&str, &str)> {
    vec![
        ("name", name),
        ("category", "Tools"),
        ("short_description", "A line about it"),
        ("long_description", "Type `ls`."),
        ("kind", "script"),
        ("base", "debian:12"),
        ("command", "sh"),
        ("script", "#!/bin/sh\r\ntrue\r\n"),
    ]
}

/// Where an answer leads.
pub fn location(answer: &Response) -> String {
    answer.headers()["location"].to_str().unwrap().to_owned()
}

/// The answer with one field changed.
pub fn with<'a>(
    mut fields: Vec<(&'a str, &'a str)>,
    name: &str,
    value: &'a str,
) -> Vec<(&'a str, &'a str)> {
    fields.iter_mut().filter(|field| field.0 == name).for_each(|field| field.1 = value);
    fields
}

/// Somebody who looks after the site, made so by the command line.
pub async fn administrator(site: &Site, name: &str) -> Person {
    let person = Person::signed_up(site, name).await;
    let rows = web::Administrators::open(site.database.clone()).await.unwrap();
    assert!(rows.grant(name).await.unwrap());
    person
}
