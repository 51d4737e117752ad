//! What is read, and how often. The same seed gives the same reads.

use super::{Plan, seed, token};
use crate::{load::Ask, servers::jupyterhub};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

/// The mix, for people.
pub const WORDS: &str = "25 % a page of 50 projects somewhere in the list (API), 25 % a project \
     (API), 15 % a page of an account's tries by its token (API), 25 % a project's page, 10 % the \
     front page; pages are asked for compressed, as browsers do";

/// Reads of trythis.
pub fn ours(plan: &Plan, seed: u64, count: usize) -> Vec<Ask> {
    let mut random = StdRng::seed_from_u64(seed ^ 0x0a51);
    let tokens: Vec<String> = (1..=seed::TOKENS).map(token::number).collect();
    let any = |random: &mut StdRng| seed::slug(random.random_range(1..=plan.projects));
    let one = |random: &mut StdRng| match random.random_range(0..100) {
        0..25 => {
            program("projects", format!("/api/v1/projects?limit=50&after={}", any(random)), None)
        }
        25..50 => program("project", format!("/api/v1/projects/{}", any(random)), None),
        50..65 => {
            let token = &tokens[random.random_range(0..tokens.len())];
            program("tries", "/api/v1/tries?limit=50".to_owned(), Some(token))
        }
        65..90 => page("project's page", format!("/p/{}", any(random))),
        _ => page("front page", "/".to_owned()),
    };
    (0..count).map(|_| one(&mut random)).collect()
}

/// Reads of JupyterHub: a page of accounts, or one.
pub fn theirs(plan: &Plan, seed: u64, count: usize) -> Vec<Ask> {
    let mut random = StdRng::seed_from_u64(seed ^ 0x7e1f);
    let headers = vec![("authorization", format!("token {}", jupyterhub::TOKEN))];
    let one = |random: &mut StdRng| {
        let number = random.random_range(1..=plan.projects);
        let (kind, path) = if random.random() {
            ("accounts", format!("/hub/api/users?limit=50&offset={}", number - 1))
        } else {
            ("account", format!("/hub/api/users/{}", seed::account(number)))
        };
        Ask { kind, path, headers: headers.clone() }
    };
    (0..count).map(|_| one(&mut random)).collect()
}

fn program(kind: &'static str, path: String, token: Option<&String>) -> Ask {
    let mut headers = vec![("accept", "application/json".to_owned())];
    headers.extend(token.map(|token| ("authorization", format!("Bearer {token}"))));
    Ask { kind, path, headers }
}

fn page(kind: &'static str, path: String) -> Ask {
    let headers = vec![("accept", "text/html".to_owned()), ("accept-encoding", "gzip".to_owned())];
    Ask { kind, path, headers }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        Plan { rate: 1.0, seconds: 1, projects: 10, tries: 1, api_rounds: 1 }
    }

    #[test]
    fn kinds_come_as_often_as_they_should() {
        let asks = ours(&plan(), 1, 20_000);
        for (kind, part) in [
            ("projects", 0.25),
            ("project", 0.25),
            ("tries", 0.15),
            ("project's page", 0.25),
            ("front page", 0.1),
        ] {
            let found = asks.iter().filter(|ask| ask.kind == kind).count() as f64 / 20_000.0;
            assert!((found - part).abs() < 0.015, "{kind}: {found}");
        }
    }

    #[test]
    fn the_seed_decides() {
        let paths = |seed| -> Vec<String> {
            ours(&plan(), seed, 50).into_iter().map(|ask| ask.path).collect()
        };
        assert_eq!(paths(1), paths(1));
        assert_ne!(paths(1), paths(2));
        assert_eq!(theirs(&plan(), 1, 9).len(), 9);
    }
}
