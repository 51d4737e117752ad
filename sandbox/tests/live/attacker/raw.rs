//! System calls by their numbers.

use std::{ffi::CStr, io};

/// Makes a system call. The arguments are numbers, or addresses by [`text`] and [`bytes`].
pub fn call<const N: usize>(number: libc::c_long, arguments: [usize; N]) -> io::Result<i64> {
    let at = |i: usize| arguments.get(i).copied().unwrap_or_default();
    // SAFETY: what is passed are numbers, or addresses of memory that lives until the statement in
    // which this is called ends and is as large as the call says. Calls that change the memory of
    // this process otherwise are not made.
    let result = unsafe { libc::syscall(number, at(0), at(1), at(2), at(3), at(4), at(5)) };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// The same by the entrance of 32-bit programs: getpid, which has the number 20 there.
#[cfg(target_arch = "x86_64")]
pub fn call_as_i386() -> i64 {
    let result: i64;
    // SAFETY: getpid touches no memory; the kernel clears r8 to r11 at this entrance.
    unsafe {
        std::arch::asm!(
            "int 0x80",
            inlateout("rax") 20_i64 => result,
            out("r8") _, out("r9") _, out("r10") _, out("r11") _,
        );
    }
    result
}

pub fn text(text: &CStr) -> usize {
    text.as_ptr().expose_provenance()
}

pub fn bytes(bytes: &mut [u8]) -> usize {
    bytes.as_mut_ptr().expose_provenance()
}

/// A negative number, as arguments are passed.
pub fn minus(number: isize) -> usize {
    (-number).cast_unsigned()
}

/// What it means that a call went through.
pub fn won(result: i64) -> String {
    format!("with {result}")
}
