//! What is stored before reads come, written by SQL straight into the database: people, projects
//! with a build each, and tries. Few projects get most tries, and few people start most of them.

use super::{Plan, token};

/// Accounts that have a token.
pub const TOKENS: u64 = 100;
const USERS: u64 = 2_000;
/// A prime, so that `i * factor % PRIME` goes through all remainders.
const PRIME: u64 = 1_000_003;
/// Seconds of a year: as long have people been trying.
const YEAR: u64 = 365 * 24 * 3_600;
const CATEGORIES: [&str; 10] =
    ["Tools", "System", "Data", "Text", "Languages", "Network", "AI", "Cloud", "Games", "Other"];

/// Of these two letters at a time words are made, [`WORDS`] of them.
const SYLLABLES: [&str; 10] = ["ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "pu"];
/// How many different words there are in topics and lines.
pub const WORDS: u64 = 1_000;

/// The word of this number.
pub fn word_of(number: u64) -> String {
    let syllable = |part: u64| SYLLABLES[(number / part % 10) as usize];
    [syllable(1), syllable(10), syllable(100)].concat()
}

/// The same in SQL.
fn word(number: &str) -> String {
    let letters = SYLLABLES.concat();
    let syllable = |part: u64| {
        format!("substr('{letters}', CAST(1 + 2 * (({number}) / {part} % 10) AS INTEGER), 2)")
    };
    [syllable(1), syllable(10), syllable(100)].join(" || ")
}

/// One of these, by turns.
fn one_of(values: &[&str]) -> String {
    let values = values.iter().enumerate();
    let cases: Vec<String> =
        values.map(|(at, value)| format!("WHEN {at} THEN '{value}'")).collect();
    format!("CASE (i / 10) % {} {} END", cases.len(), cases.join(" "))
}

/// A project's place in URLs.
pub fn slug(number: u64) -> String {
    format!("tool-{number:06}")
}

/// An account's name at the peer.
pub fn account(number: u64) -> String {
    format!("user-{number:06}")
}

/// Whose SQL it is. Both know recursive queries, integer division and `||`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

impl Dialect {
    /// The moment this many seconds after a year ago, in UTC.
    fn time(self, seconds: &str) -> String {
        match self {
            Self::Sqlite => format!("datetime('now', '-365 days', ({seconds}) || ' seconds')"),
            Self::Postgres => format!(
                "date_trunc('second', now() AT TIME ZONE 'UTC') - INTERVAL '365 days' \
                 + ({seconds}) * INTERVAL '1 second'"
            ),
        }
    }

    /// The expression, padded with zeros to this length.
    fn padded(self, expression: &str, length: usize) -> String {
        match self {
            Self::Sqlite => format!("printf('%0{length}d', {expression})"),
            Self::Postgres => format!("lpad(({expression})::text, {length}, '0')"),
        }
    }
}

/// Everything, as one text of statements in one transaction.
pub fn sql(plan: &Plan, dialect: Dialect) -> String {
    let (begin, end) = match dialect {
        Dialect::Sqlite => (
            "PRAGMA foreign_keys = ON; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000;
             BEGIN;",
            "COMMIT; ANALYZE;",
        ),
        Dialect::Postgres => ("BEGIN;", "COMMIT; VACUUM ANALYZE; CHECKPOINT;"),
    };
    let count = "UPDATE projects SET tries_count =
                     (SELECT count(*) FROM tries WHERE tries.project_id = projects.id);";
    let last = "(SELECT max(started_at) FROM tries WHERE tries.project_id = projects.id)";
    let trend = match dialect {
        Dialect::Sqlite => "julianday(tried_at) / 3.0 - 813529.1666666666",
        Dialect::Postgres => "extract(epoch FROM tried_at) / 259200.0",
    };
    // As if only the last try of each counted: the order of lists is all that matters here.
    let trends = format!(
        "UPDATE projects SET tried_at = {last};
         UPDATE projects SET trend = {trend} WHERE tried_at IS NOT NULL;"
    );
    [
        begin.to_owned(),
        users(dialect),
        tokens(dialect),
        projects(plan, dialect),
        builds(dialect),
        tries(plan, dialect),
        days(dialect),
        comments(),
        count.to_owned(),
        trends,
        end.to_owned(),
    ]
    .join("\n")
}

/// `n.i` from 1 to `count`.
fn numbers(count: u64) -> String {
    format!(
        "WITH RECURSIVE n(i) AS (
             SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
    )
}

/// A number below [`PRIME`] that looks random; another `factor` gives another one.
fn mixed(factor: u64) -> String {
    format!("(i * {factor} % {PRIME})")
}

fn users(dialect: Dialect) -> String {
    let (numbers, made) = (numbers(USERS), dialect.time("i"));
    format!(
        "INSERT INTO users (id, name, created_at) {numbers} SELECT i, 'user-' || i, {made} FROM n;"
    )
}

fn tokens(dialect: Dialect) -> String {
    let made = dialect.time("0");
    let row = |number| {
        let hash = token::hash(&token::number(number));
        format!("({number}, 'bench', '{hash}', 'read', {made})")
    };
    let rows: Vec<String> = (1..=TOKENS).map(row).collect();
    let columns = "user_id, name, hash, scope, created_at";
    format!("INSERT INTO api_tokens ({columns}) VALUES {};", rows.join(", "))
}

fn projects(plan: &Plan, dialect: Dialect) -> String {
    let number = dialect.padded("i", 6);
    let categories = CATEGORIES.iter().enumerate();
    let categories: Vec<String> =
        categories.map(|(place, category)| format!("WHEN {place} THEN '{category}'")).collect();
    let paragraph = "A *small* program that does **one thing** well, and says so. ".repeat(8);
    let description = format!(
        "# What it does\n\n{paragraph}\n\n- quick\n- small\n- [documented](https://example.org)\n\n\
         ```sh\ntool --help\n```\n\n## More\n\n{paragraph}\n"
    );
    format!(
        "INSERT INTO projects (id, slug, name, name_key, owner_id, category, short_description,
             description, source_kind, base_image, script, command, dockerfile, image_repository,
             image_digest, latest_build_id, created_at, updated_at, topics, licence, language)
         {numbers} SELECT i, 'tool-' || {number}, 'Tool ' || {number}, 'tool ' || {number},
             1 + {owner} % {USERS}, CASE i % {kinds} {categories} END,
             'Does one thing well with ' || {line} || ', number ' || i, '{description}', 'script', 'debian:12',
             'apt-get install -y tool', 'tool', '', 'projects/tool-' || {number},
             'sha256:' || {digest}, {build}, {made}, {made},
             {topic} || ' ' || {other}, {licence}, {language} FROM n;",
        numbers = numbers(plan.projects),
        owner = mixed(7_919),
        kinds = CATEGORIES.len(),
        line = word("i * 31"),
        topic = word("i * 7"),
        other = word("i * 13 + 5"),
        licence = one_of(&["MIT", "Apache-2.0", "GPL-3.0-or-later", "BSD-3-Clause", ""]),
        language = one_of(&["Rust", "C", "Go", "Python", "C++", "Shell", ""]),
        categories = categories.join(" "),
        digest = dialect.padded("i", 64),
        build = dialect.padded("i", 32),
        made = dialect.time("i * 60"),
    )
}

fn builds(dialect: Dialect) -> String {
    let ended = match dialect {
        Dialect::Sqlite => "datetime(created_at, '+40 seconds')",
        Dialect::Postgres => "created_at + INTERVAL '40 seconds'",
    };
    format!(
        "INSERT INTO builds (id, project_id, state, image_repository, image_digest, created_at,
             ended_at)
         SELECT latest_build_id, id, 'pushed', image_repository, image_digest, created_at, {ended}
         FROM projects;"
    )
}

fn tries(plan: &Plan, dialect: Dialect) -> String {
    // The cube of an even spread: the first of 10,000 projects gets one try in twenty-two.
    let r = mixed(15_485_863);
    let project =
        format!("1 + ({r} * {r} / {PRIME}) * {r} / {PRIME} * {} / {PRIME}", plan.projects);
    let r = mixed(32_452_843);
    let user = format!("1 + {r} * {r} / {PRIME} * {USERS} / {PRIME}");
    let owner = format!(
        "CASE WHEN {} % 10 < 4 THEN 'u:' || ({user}) ELSE 'g:' || {} END",
        mixed(49_979_687),
        dialect.padded(&mixed(67_867_967), 32)
    );
    let start = format!("i * {YEAR} / {}", plan.tries + 1);
    let took = format!("150 + {} % 600", mixed(86_028_121));
    format!(
        "INSERT INTO tries (id, project_id, owner_key, started_at, ended_at, end_reason, start_ms,
             first_command_ms)
         {} SELECT {}, {project}, {owner}, {}, {}, '{{\"reason\":\"stopped\"}}', {},
             CASE WHEN i % 4 > 0 THEN 1000 + {} % 60000 END FROM n;",
        numbers(plan.tries),
        dialect.padded("i", 32),
        dialect.time(&start),
        dialect.time(&format!("{start} + 300")),
        took,
        mixed(104_395_301),
    )
}

/// What the product counts as tries come.
fn days(dialect: Dialect) -> String {
    let day = match dialect {
        Dialect::Sqlite => "date(started_at)",
        Dialect::Postgres => "started_at::date",
    };
    format!(
        "INSERT INTO project_days (project_id, day, tries)
         SELECT project_id, {day}, count(*) FROM tries GROUP BY project_id, {day};"
    )
}

/// Three on each project.
fn comments() -> String {
    format!(
        "INSERT INTO comments (project_id, user_id, body, created_at)
         {} SELECT projects.id, 1 + (projects.id * 7 + i) % {USERS},
             'Works **well**, see `tool --help`. Number ' || i, projects.created_at
         FROM projects, n;",
        numbers(3)
    )
}

/// Accounts of JupyterHub, with the role that accounts have there.
pub fn accounts_of_the_peer(plan: &Plan) -> String {
    format!(
        "BEGIN;
         INSERT INTO users (name, admin, created, cookie_id)
         {} SELECT 'user-' || printf('%06d', i), 0, datetime('now'), 'cookie-' || i FROM n;
         INSERT INTO user_role_map (user_id, role_id, managed_by_auth)
         SELECT users.id, roles.id, 0 FROM users JOIN roles ON roles.name = 'user'
         WHERE users.name LIKE 'user-%';
         COMMIT; ANALYZE;",
        numbers(plan.projects)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::servers::{
        cores::Cores,
        jupyterhub::{query_sqlite, sqlite},
        postgres::Postgres,
    };
    use std::{fs, path::Path};

    fn migrations(dialect: &str) -> Vec<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations").join(dialect);
        let mut found: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        found.sort();
        found.iter().map(|path| fs::read_to_string(path.join("up.sql")).unwrap()).collect()
    }

    #[test]
    fn few_projects_and_few_people_have_most_tries() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("test.db");
        for migration in migrations("sqlite") {
            sqlite(&database, &migration).unwrap();
        }
        let plan = Plan { rate: 1.0, seconds: 1, projects: 1_000, tries: 20_000, api_rounds: 1 };
        sqlite(&database, &sql(&plan, Dialect::Sqlite)).unwrap();
        let number = |query: &str| query_sqlite(&database, query).unwrap().parse::<u64>().unwrap();
        assert_eq!(number("SELECT count(*) FROM projects"), 1_000);
        assert_eq!(number("SELECT sum(tries_count) FROM projects"), 20_000);
        let top =
            "SELECT sum(t) FROM (SELECT tries_count AS t FROM projects ORDER BY t DESC LIMIT 100)";
        let top = number(top);
        assert!((6_000..14_000).contains(&top), "{top}");
        let by_users = number("SELECT count(*) FROM tries WHERE owner_key LIKE 'u:%'");
        assert!((7_000..9_000).contains(&by_users), "{by_users}");
        assert_eq!(number("SELECT count(*) FROM tries WHERE length(id) <> 32"), 0);
        assert_eq!(number("SELECT count(*) FROM tries WHERE started_at > datetime('now')"), 0);
        assert_eq!(number("SELECT count(*) FROM api_tokens"), TOKENS);
        assert_eq!(number("SELECT sum(tries) FROM project_days"), 20_000);
        assert_eq!(number("SELECT count(*) FROM comments"), 3_000);
        assert_eq!(number("SELECT count(*) FROM tries WHERE start_ms IS NULL"), 0);
        // What the pages' reads look for.
        let word = word_of(7 * 5);
        let having = format!("SELECT count(*) > 0 FROM project_words('{word}')");
        assert_eq!(number(&having), 1, "{word}");
        assert_eq!(number("SELECT count(*) FROM projects WHERE tried_at > 0 AND trend < 5000"), 0);
    }

    #[test]
    fn postgres_is_filled_alike() {
        let postgres = Postgres::start(&Cores::All).unwrap();
        for migration in migrations("postgres") {
            postgres.execute(&migration).unwrap();
        }
        let plan = Plan { rate: 1.0, seconds: 1, projects: 100, tries: 2_000, api_rounds: 1 };
        postgres.execute(&sql(&plan, Dialect::Postgres)).unwrap();
        let checks = [
            "(SELECT count(*) FROM projects) = 100",
            "(SELECT sum(tries_count) FROM projects) = 2000",
            "(SELECT count(*) FROM tries WHERE length(id) <> 32) = 0",
            "(SELECT sum(tries) FROM project_days) = 2000",
            "(SELECT count(*) FROM comments) = 300",
            "(SELECT count(*) FROM project_search) = 100",
            "(SELECT min(trend) FROM projects WHERE tries_count > 0) > 5000",
        ];
        for check in checks {
            postgres.execute(&format!("DO $$ BEGIN ASSERT {check}; END $$;")).unwrap();
        }
        assert!(postgres.execute("DO $$ BEGIN ASSERT 1 = 2; END $$;").is_err());
    }
}
