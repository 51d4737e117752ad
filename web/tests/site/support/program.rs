//! A program that calls the API, with a token or without.

use super::{Person, Site};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

pub struct Program {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

impl Program {
    /// One that keeps neither cookies nor a token.
    pub fn of(site: &Site) -> Self {
        Self { http: reqwest::Client::new(), base: site.base.clone(), token: None }
    }

    /// One with a token of a person's, made on their page.
    pub async fn with_token_of(site: &Site, person: &Person, scope: &str) -> Self {
        let fields = [("name", "test"), ("scope", scope), ("expires_in_days", "30")];
        let answer = person.submit("/account/tokens", "/account/tokens", &fields).await;
        assert_eq!(answer.status(), StatusCode::CREATED);
        let html = answer.text().await.unwrap();
        let token = html.split("<code id=\"token\">").nth(1).expect("the page shows the token");
        let token = token.split('<').next().unwrap().to_owned();
        Self { token: Some(token), ..Self::of(site) }
    }

    /// The same with another token, be it none at all.
    pub fn saying(&self, token: &str) -> Self {
        let token = Some(token.to_owned());
        Self { http: self.http.clone(), base: self.base.clone(), token }
    }

    pub fn token(&self) -> &str {
        self.token.as_deref().expect("a token")
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = if path.starts_with('/') { format!("{}{path}", self.base) } else { path.into() };
        let request = self.http.request(method, url);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    pub async fn post(&self, path: &str, body: &Value) -> Response {
        self.request(Method::POST, path).json(body).send().await.unwrap()
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Response {
        self.request(Method::PATCH, path).json(body).send().await.unwrap()
    }

    pub async fn delete(&self, path: &str) -> Response {
        self.request(Method::DELETE, path).send().await.unwrap()
    }

    /// What is there.
    pub async fn read(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}: {}", answer.text().await.unwrap());
        answer.json().await.unwrap()
    }
}

/// Checks that an answer is a problem document of this status and kind, and gives it.
pub async fn problem(answer: Response, status: u16, kind: &str) -> Value {
    let told = answer.status();
    let media_type = answer.headers()["content-type"].clone();
    let text = answer.text().await.unwrap();
    assert_eq!(told, status, "{text}");
    assert_eq!(media_type, "application/problem+json", "{text}");
    let problem: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&problem["type"], &problem["status"]), (&json!(kind), &json!(status)));
    for field in ["title", "detail"] {
        assert!(problem[field].as_str().is_some_and(|text| !text.is_empty()), "{problem}");
    }
    problem
}

/// A project in order, as a program publishes it.
pub fn wish(name: &str) -> Value {
    json!({
        "name": name,
        "category": "Tools",
        "short_description": "A line about it",
        "description": "Type `ls`.",
        "source": { "kind": "script", "base": "debian:12", "script": "true\n", "command": "sh" },
    })
}
