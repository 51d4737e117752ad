//! Which system calls programs in a sandbox may make: a list of those that are allowed, as tight as
//! Docker's default profile or tighter. Sandboxes and build steps have the same.
//!
//! | file | answers |
//! |---|---|
//! | [`names`] | which calls are allowed, by group |
//! | [`conditions`] | which are allowed by their arguments, and what refusals say |
//! | [`tree`] | how the parts become one short program |
//!
//! The crate `seccompiler` knows the numbers of the calls and compiles their conditions. Its own
//! way to join them is a chain of 1,490 instructions, which the kernel checks and translates at
//! every start: 0.9 to 1.2 ms on a 2-core machine. Joined to a search tree there are 241, and it
//! takes 0.08 ms. Calls without conditions cost nothing afterwards: the kernel keeps their verdicts
//! in a bitmap.
//!
//! Programs of another architecture (32-bit ones on x86-64) are killed by SIGSYS at their first
//! call. Docker lets them pass, by a second list. Here images are of one architecture, the 32-bit
//! entrance is where holes are found that the 64-bit one does not have, and its `socketcall` and
//! `ipc` keep their arguments where no filter sees them. Calls of the x32 ABI have numbers beyond
//! the list, and so do those that are newer than it: both are told that the kernel has no such call.

mod conditions;
mod names;
#[cfg(test)]
mod tests;
mod tree;

use crate::fault::{Doing, Fault};
use seccompiler::{BpfProgram, TargetArch};
use serde_json::{Map, Value, json};
use std::{
    collections::{BTreeMap, HashMap},
    io,
};

/// The filter, ready to be loaded.
#[derive(Debug)]
pub(crate) struct Filter(BpfProgram);

impl Filter {
    /// Compiles it for this machine. That takes some milliseconds: once is enough.
    pub fn compile() -> Result<Self, Fault> {
        let machine = TargetArch::try_from(std::env::consts::ARCH).map_err(io::Error::other);
        compile_for(machine.doing("filter the system calls of this architecture")?)
            .map(Self)
            .doing("compile the filter of system calls")
    }

    /// Puts this process, and all that it will fork or execute, behind the filter for good. It
    /// cannot win privileges from then on either, without which the kernel loads no filter.
    pub fn load(&self) -> Result<(), Fault> {
        seccompiler::apply_filter(&self.0).map_err(io::Error::other).doing("filter system calls")
    }
}

fn compile_for(machine: TargetArch) -> io::Result<BpfProgram> {
    let conditional = conditions::all();
    let mut calls = Map::new();
    let own = if matches!(machine, TargetArch::x86_64) { names::X86_64 } else { "" };
    for name in names::EVERYWHERE.iter().chain([&own]).flat_map(|group| group.split_whitespace()) {
        calls.insert(name.to_owned(), one(name, &[], &json!("allow"), conditions::REFUSED));
    }
    for call in conditional {
        let program = one(call.name, &call.rules, &call.met, call.otherwise);
        if calls.insert(call.name.to_owned(), program).is_some() {
            return Err(io::Error::other(format!("{} is in both lists", call.name)));
        }
    }
    let text = serde_json::to_vec(&calls)?;
    let programs = seccompiler::compile_from_json(&text[..], machine).map_err(io::Error::other)?;
    tree::join(&by_number(programs)?)
}

/// A filter of one system call, as `seccompiler` reads it.
fn one(name: &str, rules: &[Value], met: &Value, otherwise: i32) -> Value {
    let rules = match rules {
        [] => vec![json!({"syscall": name})],
        rules => rules.iter().map(|rule| json!({"syscall": name, "args": rule})).collect(),
    };
    json!({"mismatch_action": {"errno": otherwise}, "match_action": met, "filter": rules})
}

/// Each program by the number of its system call.
fn by_number(programs: HashMap<String, BpfProgram>) -> io::Result<BTreeMap<u32, BpfProgram>> {
    let mut numbered = BTreeMap::new();
    for (name, program) in programs {
        let number = tree::number(&program)
            .ok_or_else(|| io::Error::other(format!("{name} was compiled to something unknown")))?;
        numbered.insert(number, program);
    }
    Ok(numbered)
}
