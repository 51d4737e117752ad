//! The site that the pages are looked at in: its people, projects, sandboxes, and what they said.

use super::list::Who;
use crate::support::{PATIENCE, browser::Browser, client::Client, people, server::Server, until};
use reqwest::{Response, StatusCode};
use std::process::Command;

/// What there is to be looked at.
pub struct World {
    /// A guest's running sandbox, in the browser that is given to [`World::new`].
    pub terminal: String,
    /// One that has ended.
    pub ended: String,
    /// A build that went well, and one that did not.
    pub built: String,
    pub failed: String,
    /// The maintainer's sandbox, of a project with a guided demo.
    pub demo: String,
    /// Comments: the maintainer's, and somebody else's.
    pub own: String,
    pub theirs: String,
}

/// Projects that need no network: name, category, a line, a script. The last one is broken.
const PROJECTS: [(&str, &str, &str, &str); 5] = [
    ("BusyBox", "Tools", "The Swiss army knife of small systems", "echo made > /made"),
    ("Vi", "Text", "The editor that is everywhere, in its smallest form", "true"),
    ("Awk", "Data", "A language for rows and columns, without installing it first", "true"),
    ("Netcat", "Network", "Reads and writes over the network; 한국어 설명도 있어요", "true"),
    ("Broken", "Other", "Its maintainer is at it", "echo 'cc: not found' >&2; exit 127"),
];

const DEMO: &str = "\
A few lines for a start. Press **Run**, or type them yourself.

## Say something

```sh run
awk 'BEGIN { print \"hello\" }'
```

```check line
hello
```

## Add up

The first column, line by line:

```sh run
printf '40\\n2\\n' | awk '{ sum += $1 } END { print sum }'
```

```check line
42
```
";

impl World {
    /// Fills an empty site.
    pub async fn new(server: &Server, browser: &Browser) -> Self {
        let ada = Client::of(server);
        ada.sign_up(Who::Maintainer.name()).await;
        let mut builds = Vec::new();
        for (name, category, line, script) in PROJECTS {
            let build = publish(&ada, name, category, line, script).await;
            until(&format!("{name} is built"), PATIENCE, async || {
                let page = ada.page(&build).await;
                let done = ["pushed", "failed"].map(|state| format!("data-state=\"{state}\""));
                done.iter().any(|state| page.contains(state)).then_some(())
            })
            .await;
            builds.push(build);
        }
        sent(&ada, "/p/awk/demo/edit", &[("demo", DEMO)]).await;
        let answer = ada.submit("/p/netcat/manage", "/p/netcat/archive", &[]).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let token = [("name", "Laptop"), ("scope", "write"), ("expires_in_days", "90")];
        let answer = ada.submit("/account/tokens", "/account/tokens", &token).await;
        assert_eq!(answer.status(), StatusCode::CREATED);
        let (own, theirs) = talk(server, &ada).await;
        oversee(server).await;

        Who::Maintainer.log_in(server, browser).await;
        let demo = try_it(server, browser, "awk").await;
        Who::Guest.log_in(server, browser).await;
        let ended = try_it(server, browser, "busybox").await;
        browser.click("[data-stop] button").await;
        browser.css(".error-page, [data-state=ended]").await;
        let terminal = try_it(server, browser, "busybox").await;
        let failed = builds.pop().unwrap();
        Self { terminal, ended, built: builds.swap_remove(0), failed, demo, own, theirs }
    }
}

/// So many more projects that the home page has to choose, and lists have a next page: name, category,
/// licence, language, what it is.
const MORE: &str = "
    ('jq', 'Data', 'MIT', 'C', 'Slice, filter and reshape JSON on the command line'),
    ('sqlite3', 'Data', 'blessing', 'C', 'The SQL database in a single file, at its own prompt'),
    ('htop', 'System', 'GPL-2.0-or-later', 'C', 'See what your machine is doing, live'),
    ('tmux', 'Tools', 'ISC', 'C', 'Many terminals in one: split, switch, detach and come back'),
    ('vitetris', 'Games', 'BSD-2-Clause', 'C', 'Falling blocks, in colour, in the terminal'),
    ('ripgrep', 'Text', 'MIT', 'Rust', 'Searches a whole tree for a pattern, and is done'),
    ('fd', 'Tools', 'Apache-2.0', 'Rust', 'Finds files by name, simply'),
    ('bat', 'Text', 'Apache-2.0', 'Rust', 'Shows files with colours and line numbers'),
    ('fzf', 'Tools', 'MIT', 'Go', 'Picks from any list as you type'),
    ('Lua', 'Languages', 'MIT', 'C', 'A small language that is at home in other programs'),
    ('Python', 'Languages', 'PSF-2.0', 'Python', 'A language that reads like what you meant'),
    ('Ruby', 'Languages', 'BSD-2-Clause', 'Ruby', 'A language made for those who write it'),
    ('Redis', 'Data', 'BSD-3-Clause', 'C', 'Keeps data in memory, and answers at once'),
    ('curl', 'Network', 'curl', 'C', 'Speaks to servers, in whatever they speak'),
    ('nmap', 'Network', 'NPSL', 'C', 'Looks which doors of a network are open'),
    ('mtr', 'Network', 'GPL-2.0-only', 'C', 'Follows a packet on its way, again and again'),
    ('Micro', 'Text', 'MIT', 'Go', 'An editor whose keys you know already'),
    ('Nano', 'Text', 'GPL-3.0-or-later', 'C', 'An editor that tells its keys'),
    ('k9s', 'Cloud', 'Apache-2.0', 'Go', 'A cluster on one screen'),
    ('tflint', 'Cloud', 'MPL-2.0', 'Go', 'Tells what is wrong before it is built'),
    ('llama', 'AI', 'MIT', 'C++', 'A language model that runs where you are'),
    ('Whisper', 'AI', 'MIT', 'C++', '말소리를 글로 옮겨 줘요'),
    ('NetHack', 'Games', 'NGPL', 'C', 'Down into the dungeon, one letter at a time'),
    ('ncdu', 'System', 'MIT', 'C', 'What takes up the disk'),
    ('btop', 'System', 'Apache-2.0', 'C++', 'Processor, memory, disks and network, drawn well'),
    ('hyperfine', 'Tools', 'MIT', 'Rust', 'Measures how long commands take, more than once')";

impl World {
    /// Makes it a site of many projects, all with one image: building each would say nothing more
    /// about how pages look.
    pub async fn grow(server: &Server) {
        let words = format!(
            "WITH more (name, category, licence, language, line) AS (VALUES {MORE})
             INSERT INTO projects (slug, name, name_key, owner_id, category, short_description,
                 description, source_kind, base_image, script, command, dockerfile,
                 image_repository, image_digest, latest_build_id, tries_count, created_at,
                 updated_at, licence, language, image_bytes, tried_at, trend)
             SELECT lower(more.name), more.name, lower(more.name), owner_id,
                 more.category, more.line, description, source_kind, base_image, script, command,
                 dockerfile, image_repository, image_digest, latest_build_id,
                 length(more.line) * 7 % 97, created_at, updated_at, more.licence, more.language,
                 image_bytes, tried_at, trend + length(more.line) % 7
             FROM more JOIN projects ON slug = 'busybox';"
        );
        let mut sqlite = Command::new("sqlite3");
        sqlite.args(["-cmd", ".timeout 10000"]).arg(server.data().join("trythis.db")).arg(words);
        assert!(sqlite.status().unwrap().success());
        // What all visitors see alike is looked up every few seconds.
        let anybody = Client::of(server);
        until("the home page has so much to choose from", PATIENCE, async || {
            anybody.page("/").await.contains("id=\"trending\"").then_some(())
        })
        .await;
    }
}

/// People speak, and one of them complains. Gives the maintainer's comment, and the other's.
async fn talk(server: &Server, ada: &Client) -> (String, String) {
    let bob = Client::of(server);
    bob.sign_up("bob").await;
    let theirs = say(&bob, "Does `ls --color` work? 색이 보이면 좋겠어요.").await;
    let own = say(ada, "It does: the terminal knows **256 colours**.\n\n    ls --color=auto").await;
    let complaint = [("reason", "spam"), ("detail", "It says the same below every project.")];
    sent(&bob, &format!("/comments/{own}/report"), &complaint).await;
    let broken = [("reason", "other"), ("detail", "It has never worked.\n한 번도 되지 않았어요.")];
    sent(&bob, "/p/broken/report", &broken).await;
    (own, theirs)
}

async fn say(client: &Client, text: &str) -> String {
    let fields = [("body", text)];
    let answer = client.submit("/p/busybox", "/p/busybox/comments", &fields).await;
    let place = location(answer).await;
    place.rsplit('-').next().unwrap().to_owned()
}

/// There is an administrator, who keeps a network and an account out.
async fn oversee(server: &Server) {
    Client::of(server).sign_up("mallory").await;
    let grace = people::administrator(server, Who::Administrator.name()).await;
    for (subject, lasts, reason) in [
        ("203.0.113.0/24", "", "Miners, one after the other"),
        ("mallory", "24", "Advertises in comments"),
    ] {
        let fields = [("subject", subject), ("lasts", lasts), ("reason", reason)];
        sent(&grace, "/admin/bans", &fields).await;
    }
}

/// Sends a page's form, which has nothing to complain about.
async fn sent(client: &Client, page: &str, fields: &[(&str, &str)]) {
    location(client.submit(page, page, fields).await).await;
}

async fn location(answer: Response) -> String {
    assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", answer.text().await.unwrap());
    answer.headers()["location"].to_str().unwrap().to_owned()
}

async fn try_it(server: &Server, browser: &Browser, slug: &str) -> String {
    browser.goto(&server.url(&format!("/p/{slug}"))).await;
    browser.click("[data-try-form] button").await;
    browser.connected().await;
    browser.shows("a prompt", |screen| screen.trim_end().ends_with(['#', '$'])).await;
    browser.path().await
}

/// Publishes a project; gives the build's path.
async fn publish(client: &Client, name: &str, category: &str, line: &str, script: &str) -> String {
    let script = format!("#!/bin/sh\n{script}\n");
    let text = format!("**{name}** in a terminal of its own.\n\n- `{name} --help`\n- and so on\n");
    let fields = [
        ("name", name),
        ("category", category),
        ("short_description", line),
        ("long_description", &text),
        ("base", "busybox:1"),
        ("command", "sh"),
        ("kind", "script"),
        ("script", &script),
    ];
    location(client.submit("/projects/new", "/projects/new", &fields).await).await
}
