//! The kernel's other entrances: calls of 32-bit programs and of the x32 ABI.

use super::Siege;

#[test]
#[cfg(target_arch = "x86_64")]
fn a_32_bit_call_is_the_last_one() {
    let siege = Siege::new();
    let (text, exit) = siege.lab.run(siege.spec(&["i386"]));
    assert_eq!((text.as_str(), exit.code), ("", 128 + libc::SIGSYS));
}

#[test]
fn the_x32_abi_is_not_there() {
    Siege::new().refuses(&[("x32", "ENOSYS"), ("32-bit-personality", "EPERM")]);
}
