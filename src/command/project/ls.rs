//! `trythis project ls`: what can be tried.

use super::client::{Client, plain};
use crate::cli;
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    io::{self, Write},
    process::ExitCode,
};

pub async fn run(options: cli::Ls) -> anyhow::Result<ExitCode> {
    let client = Client::new(&options.server)?;
    let mut query = vec![("limit", "100".to_owned())];
    query.extend(options.category.map(|category| ("category", category)));
    query.extend(options.owner.map(|owner| ("owner", owner)));
    let query = encode_query(&query);
    let mut next = Some(format!("/api/v1/projects?{query}"));
    let mut projects: Vec<Value> = Vec::new();
    while let Some(path) = next.filter(|path| path.starts_with('/')) {
        let mut page: Value = client.read(client.call(Method::GET, &path)).await?;
        if let Some(Value::Array(rows)) = page.get_mut("projects").map(Value::take) {
            projects.extend(rows);
        }
        next = page["next"].as_str().map(str::to_owned);
    }
    let text = if options.json {
        serde_json::to_string_pretty(&json!({ "projects": projects }))? + "\n"
    } else if projects.is_empty() {
        "No projects yet. Publish one: trythis project create\n".to_owned()
    } else {
        table(&projects)
    };
    match io::stdout().write_all(text.as_bytes()) {
        // `ls | head` has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        other => other?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Names and values, for an address.
fn encode_query(pairs: &[(&str, String)]) -> String {
    let encode = |text: &str| {
        text.bytes().fold(String::new(), |mut out, byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                out.push(char::from(byte));
            } else {
                out.push_str(&format!("%{byte:02X}"));
            }
            out
        })
    };
    let pairs: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    pairs.join("&")
}

fn table(projects: &[Value]) -> String {
    let mut rows = vec![["PROJECT", "CATEGORY", "STATE", "TRIES", "WHAT IT IS"].map(str::to_owned)];
    rows.extend(projects.iter().map(|project| {
        let text = |name: &str| plain(project[name].as_str().unwrap_or_default());
        let building = project["latest_build"]["state"].as_str();
        let state = match (project["ready"].as_bool(), building) {
            (_, Some(state @ ("queued" | "running"))) => state,
            (Some(true), _) => "ready",
            (_, Some(state)) => state,
            _ => "not ready",
        };
        let tries = project["tries"].to_string();
        [text("slug"), text("category"), plain(state), tries, text("short_description")]
    }));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths = [0, 1, 2, 3].map(|column| width(column).unwrap_or_default());
    let line = |[slug, category, state, tries, what]: &[String; 5]| {
        let [a, b, c, d] = widths;
        format!("{slug:a$}  {category:b$}  {state:c$}  {tries:>d$}  {what}\n")
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let projects = [
            json!({ "slug": "jq", "category": "Tools", "ready": true, "tries": 12,
                    "short_description": "JSON" }),
            json!({ "slug": "big-one", "category": "AI", "ready": false, "tries": 0,
                    "latest_build": { "state": "failed" }, "short_description": "a\u{1b}[1mb" }),
        ];
        let expected = "\
PROJECT  CATEGORY  STATE   TRIES  WHAT IT IS
jq       Tools     ready      12  JSON
big-one  AI        failed      0  a[1mb
";
        assert_eq!(table(&projects), expected);
        assert_eq!(encode_query(&[("a", "x y&ä".to_owned())]), "a=x%20y%26%C3%A4");
    }
}
