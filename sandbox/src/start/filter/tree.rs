//! Joins filters of one system call each to one that finds the call by halving.
//!
//! ```text
//!   another architecture? kill
//!   load the number
//!   number ≥ middle ──yes──> … ≥ three quarters …
//!      │ no                          └──> a verdict: allowed, refused, unknown,
//!      └──> … ≥ quarter …                 or the program of a call with conditions
//! ```
//!
//! Neighbours with the same verdict are one leaf.

use super::conditions::{REFUSED, UNKNOWN};
use libc::{
    BPF_ABS, BPF_JA, BPF_JEQ, BPF_JGE, BPF_JMP, BPF_K, BPF_LD, BPF_RET, BPF_W, SECCOMP_RET_ALLOW,
    SECCOMP_RET_ERRNO,
};
use seccompiler::{BpfProgram, sock_filter};
use std::{collections::BTreeMap, io};

/// What `seccompiler` begins every program with: load the architecture, compare it, kill.
const HEAD: usize = 3;
/// Then it loads the number, compares it, and goes on to the rules.
const COMPARISON: usize = HEAD + 1;
/// More is not reached by a conditional jump.
const NEAR: usize = u8::MAX as usize;

/// What becomes of a range of numbers.
#[derive(Clone, Copy, PartialEq)]
enum Leaf<'a> {
    Verdict(u32),
    Program(&'a [sock_filter]),
}

/// The number of the system call that a program of one is about.
pub(super) fn number(program: &[sock_filter]) -> Option<u32> {
    let load = program.get(HEAD)?;
    let comparison = program.get(COMPARISON)?;
    let as_expected = *load == statement(BPF_LD | BPF_W | BPF_ABS, 0)
        && u32::from(comparison.code) == BPF_JMP | BPF_JEQ | BPF_K;
    as_expected.then_some(comparison.k)
}

/// Joins them: a call that has none is refused, and one beyond the last is unknown.
pub(super) fn join(calls: &BTreeMap<u32, BpfProgram>) -> io::Result<BpfProgram> {
    let any = calls.values().next().ok_or_else(|| io::Error::other("no system call is allowed"))?;
    let last = calls.keys().next_back().copied().unwrap_or_default();
    let leaf = |number: u32| match calls.get(&number) {
        Some(program) if is_free(program) => Leaf::Verdict(SECCOMP_RET_ALLOW),
        Some(program) => Leaf::Program(&program[HEAD..]),
        None => Leaf::Verdict(refusal(REFUSED)),
    };
    let mut ranges: Vec<(u32, Leaf<'_>)> = Vec::new();
    for number in 0..=last {
        if ranges.last().is_none_or(|(_, before)| *before != leaf(number)) {
            ranges.push((number, leaf(number)));
        }
    }
    ranges.push((last + 1, Leaf::Verdict(refusal(UNKNOWN))));
    let mut program = any[..=HEAD].to_vec();
    program.extend(subtree(&ranges)?);
    Ok(program)
}

/// Whether a program allows its call without a look at the arguments: after the comparison come
/// two jumps and the verdict.
fn is_free(program: &[sock_filter]) -> bool {
    program.len() == COMPARISON + 6
        && program[COMPARISON + 3] == statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
}

fn subtree(ranges: &[(u32, Leaf<'_>)]) -> io::Result<BpfProgram> {
    if let [(_, leaf)] = ranges {
        return Ok(match leaf {
            Leaf::Verdict(verdict) => vec![statement(BPF_RET | BPF_K, *verdict)],
            Leaf::Program(program) => program.to_vec(),
        });
    }
    let (lower, upper) = ranges.split_at(ranges.len() / 2);
    let middle = upper[0].0;
    let (lower, upper) = (subtree(lower)?, subtree(upper)?);
    let comparison = code(BPF_JMP | BPF_JGE | BPF_K);
    let mut program = match u8::try_from(lower.len()) {
        Ok(over) => vec![sock_filter { code: comparison, jt: over, jf: 0, k: middle }],
        Err(_) => {
            debug_assert!(lower.len() > NEAR);
            let over = u32::try_from(lower.len()).map_err(io::Error::other)?;
            let far = statement(BPF_JMP | BPF_JA, over);
            vec![sock_filter { code: comparison, jt: 0, jf: 1, k: middle }, far]
        }
    };
    program.extend(lower);
    program.extend(upper);
    Ok(program)
}

fn refusal(errno: i32) -> u32 {
    SECCOMP_RET_ERRNO | errno.cast_unsigned()
}

fn statement(operation: u32, k: u32) -> sock_filter {
    sock_filter { code: code(operation), jt: 0, jf: 0, k }
}

fn code(operation: u32) -> u16 {
    u16::try_from(operation).expect("operations have 16 bits")
}
