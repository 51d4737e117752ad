//! The system calls that are allowed or not by their arguments, and what refusals say.

use serde_json::{Value, json};

/// "Operation not permitted": what everything says that is not named.
pub(super) const REFUSED: i32 = libc::EPERM;
/// What calls say that are newer than the list, or that libc is not to use: it falls back.
pub(super) const UNKNOWN: i32 = libc::ENOSYS;
/// What sockets of other families say: programs take it for a kernel without them, and go on.
/// With "not permitted" `useradd`, for one, gives up where it finds no audit.
const NO_FAMILY: i32 = libc::EAFNOSUPPORT;

/// Every flag by which clone makes a namespace.
const NAMESPACES: i32 = libc::CLONE_NEWNS
    | libc::CLONE_NEWCGROUP
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET;

/// What programs use of netlink: addresses and routes, `ss`, and devices that come and go. Nothing
/// comes in a sandbox, but libraries do not start without.
const NETLINK: [i32; 3] =
    [libc::NETLINK_ROUTE, libc::NETLINK_SOCK_DIAG, libc::NETLINK_KOBJECT_UEVENT];

/// Linux itself, with a version that says 2.6 (0x20000), and the question which it is. Not the one
/// of 32-bit programs, which are refused.
const PERSONALITIES: [u32; 3] = [0, 0x2_0000, u32::MAX];

/// One system call and its rules.
pub(super) struct Conditional {
    pub name: &'static str,
    /// Each is a list of conditions that must all be met.
    pub rules: Vec<Value>,
    /// What is done where a rule is met.
    pub met: Value,
    /// The error where none is.
    pub otherwise: i32,
}

/// All of them.
pub(super) fn all() -> Vec<Conditional> {
    let allowed =
        |name, rules, otherwise| Conditional { name, rules, met: json!("allow"), otherwise };
    let family = |family: i32| is(0, family.cast_unsigned());
    let mut socket: Vec<Value> =
        [libc::AF_UNIX, libc::AF_INET, libc::AF_INET6].map(|f| json!([family(f)])).to_vec();
    socket.extend(
        NETLINK.map(|protocol| json!([family(libc::AF_NETLINK), is(2, protocol.cast_unsigned())])),
    );
    vec![
        allowed("clone", vec![json!([without(0, NAMESPACES.cast_unsigned())])], REFUSED),
        // Its flags lie in memory, where no filter sees them; libc takes clone instead.
        Conditional {
            name: "clone3",
            rules: Vec::new(),
            met: json!({"errno": UNKNOWN}),
            otherwise: REFUSED,
        },
        // Typing into the terminal for others. The kernel looks at 32 bits of the request only.
        allowed(
            "ioctl",
            vec![json!([is_not(1, libc::TIOCSTI as u32), is_not(1, libc::TIOCLINUX as u32)])],
            REFUSED,
        ),
        allowed("personality", PERSONALITIES.map(|p| json!([is(0, p)])).to_vec(), REFUSED),
        allowed("socket", socket, NO_FAMILY),
        allowed("socketpair", vec![json!([family(libc::AF_UNIX)])], NO_FAMILY),
    ]
}

fn is(argument: u8, value: u32) -> Value {
    json!({"index": argument, "type": "dword", "op": "eq", "val": value})
}

fn is_not(argument: u8, value: u32) -> Value {
    json!({"index": argument, "type": "dword", "op": "ne", "val": value})
}

/// None of these bits is set.
fn without(argument: u8, bits: u32) -> Value {
    json!({"index": argument, "type": "dword", "op": {"masked_eq": bits}, "val": 0})
}
