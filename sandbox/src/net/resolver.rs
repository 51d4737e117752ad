//! Where this host asks for names.

use std::{fs, net::Ipv4Addr};

/// The host's first IPv4 resolver that is not itself. Where /etc/resolv.conf names a local stub,
/// the stub's own configuration knows the real one.
pub(crate) fn of_host() -> Option<Ipv4Addr> {
    ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"]
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .find_map(|text| first_outside(&text))
}

fn first_outside(resolv_conf: &str) -> Option<Ipv4Addr> {
    resolv_conf
        .lines()
        .filter_map(|line| line.trim().strip_prefix("nameserver"))
        .filter_map(|rest| rest.trim().parse::<Ipv4Addr>().ok())
        .find(|address| !address.is_loopback() && !address.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_resolver_elsewhere_is_taken() {
        let text = "# made by hand\nsearch lan\nnameserver 127.0.0.53\nnameserver ::1\n\
                    nameserver 10.1.2.3\nnameserver 10.1.2.4\n";
        assert_eq!(first_outside(text), Some(Ipv4Addr::new(10, 1, 2, 3)));
        assert_eq!(first_outside("nameserver 127.0.0.53\n"), None);
        assert_eq!(first_outside(""), None);
    }
}
