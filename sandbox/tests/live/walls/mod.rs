//! The walls, each tried from inside a sandbox by its root. What is run there is `attacker/`.
//!
//! | module | the wall |
//! |---|---|
//! | [`sight`] | what can be seen of the host, and with which privileges |
//! | [`ids`] | root inside is nobody outside, and no two sandboxes share ids |
//! | [`namespaces`] | no namespace is made or entered |
//! | [`mounts`] | the root and what is mounted stay as they are |
//! | [`kernel`] | doors of the kernel behind which much lies |
//! | [`files`] | /proc, /sys, devices, and what may leak from the supervisor |
//! | [`processes`] | other processes, by number, memory or signal |
//! | [`sockets`] | families of sockets that lead past the network; terminals |
//! | [`abi`] | the kernel's other entrances |
//! | [`builds`] | the same for build steps |

mod abi;
mod builds;
mod files;
mod ids;
mod kernel;
mod mounts;
mod namespaces;
mod processes;
mod sight;
mod sockets;

use crate::support::{Lab, archive, entry, name};
use sandbox::protocol::{Exit, Name, Spec};
use std::{collections::BTreeSet, fs, path::PathBuf};
use tar::EntryType;

const LAYER: &str = "attacker";

/// A lab whose sandboxes have the attacker at hand.
struct Siege {
    lab: Lab,
}

impl Siege {
    fn new() -> Self {
        let lab = Lab::new();
        lab.unpack_layer(LAYER, attacker());
        Self { lab }
    }

    /// A sandbox in which these are tried.
    fn spec(&self, attacks: &[&str]) -> Spec {
        let argv: Vec<&str> = ["/attacker"].iter().chain(attacks).copied().collect();
        let spec = self.lab.spec("attacker", &argv);
        Spec { layers: self.layers(), ..spec }
    }

    fn layers(&self) -> Vec<Name> {
        vec![name(crate::support::BASE), name(LAYER)]
    }

    /// What became of one attack.
    fn try_one(&self, attack: &str) -> String {
        let (text, exit) = self.lab.run(self.spec(&[attack]));
        outcome(&text, attack).unwrap_or_else(|| panic!("{attack}: {exit:?}: {text}"))
    }

    /// Tries these in one sandbox. Each must be refused with the error beside it.
    fn refuses(&self, table: &[(&str, &str)]) {
        self.refuses_in(table, |attacks| self.spec(attacks));
    }

    fn refuses_in(&self, table: &[(&str, &str)], spec: impl FnOnce(&[&str]) -> Spec) {
        let attacks: Vec<&str> = table.iter().map(|(attack, _)| *attack).collect();
        let (text, exit) = self.lab.run(spec(&attacks));
        let went_on = Exit { code: 0, out_of_memory: false };
        assert_eq!(exit, went_on, "{text}");
        let wrong: Vec<String> = table
            .iter()
            .map(|(attack, errno)| (attack, errno, outcome(&text, attack)))
            .filter(|(_, errno, outcome)| *outcome != Some(format!("refused {errno}")))
            .map(|(attack, errno, outcome)| format!("{attack}: {outcome:?}, not {errno}"))
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

fn outcome(text: &str, attack: &str) -> Option<String> {
    let mut lines = text.lines();
    lines.find_map(|line| line.trim_end().strip_prefix(&format!("{attack}: "))).map(str::to_owned)
}

/// The attacker with the libraries that it needs, which are those of this very test.
fn attacker() -> fs::File {
    let maps = fs::read_to_string("/proc/self/maps").expect("maps");
    let libraries: BTreeSet<PathBuf> = maps
        .lines()
        .filter_map(|line| line.split_whitespace().nth(5))
        .filter(|path| path.contains(".so"))
        .map(PathBuf::from)
        .collect();
    let (directory, loader) = match std::env::consts::ARCH {
        "aarch64" => ("lib", "ld-linux-aarch64.so.1"),
        _ => ("lib64", "ld-linux-x86-64.so.2"),
    };
    archive(|tar| {
        let file = |path: &PathBuf| fs::read(path).expect("a file of this host");
        let program = PathBuf::from(env!("CARGO_BIN_EXE_attacker"));
        entry(tar, "attacker", EntryType::Regular, 0o755, &file(&program));
        for library in &libraries {
            let place = library.to_str().expect("a path").trim_start_matches('/');
            entry(tar, place, EntryType::Regular, 0o755, &file(library));
            if library.file_name().is_some_and(|name| name == loader) {
                let place = format!("{directory}/{loader}");
                entry(tar, &place, EntryType::Regular, 0o755, &file(library));
            }
        }
    })
}
