//! Which web pages may open a terminal.
//!
//! Browsers let any page open a WebSocket to any server and say in `Origin` which page it is.
//! A page of this server's own host may; so may those on the allow-list; a client that sends no
//! Origin is not a browser, and its ticket decides.

use std::collections::BTreeSet;

/// A text that is not an origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an origin: expected is something like https://try.example.org:8443")]
pub struct InvalidOrigin(pub String);

/// The pages that may open terminals besides those of the server's own host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins(BTreeSet<Origin>);

impl Origins {
    /// The server's own host alone.
    #[must_use]
    pub fn own_host() -> Self {
        Self::default()
    }

    /// The server's own host and these, each as `scheme://host` or `scheme://host:port`.
    ///
    /// # Errors
    /// [`InvalidOrigin`] names the first that is none.
    pub fn with<I, T>(origins: I) -> Result<Self, InvalidOrigin>
    where
        I: IntoIterator<Item = T>,
        T: AsRef<str>,
    {
        let parsed = origins.into_iter().map(|text| {
            let text = text.as_ref();
            Origin::parse(text).ok_or_else(|| InvalidOrigin(text.to_owned()))
        });
        parsed.collect::<Result<_, _>>().map(Self)
    }

    /// Whether a request with these headers may open a terminal.
    pub(crate) fn allow(&self, origin: Option<&str>, host: Option<&str>) -> bool {
        let Some(origin) = origin else { return true };
        let Some(origin) = Origin::parse(origin) else { return false };
        self.0.contains(&origin) || host.is_some_and(|host| origin.is_of(host))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Origin {
    scheme: String,
    host: String,
    port: u16,
}

impl Origin {
    fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let (scheme, authority) = text.split_once("://")?;
        let default = match scheme {
            "http" => 80,
            "https" => 443,
            _ => return None,
        };
        let (host, port) = split_port(authority)?;
        Some(Self {
            scheme: scheme.to_owned(),
            host: host.to_owned(),
            port: port.unwrap_or(default),
        })
    }

    /// Whether the request that says `Host: host` went to the server this page came from. A host
    /// without a port means the default one of the page's scheme.
    fn is_of(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        let default = if self.scheme == "https" { 443 } else { 80 };
        split_port(&host)
            .is_some_and(|(name, port)| name == self.host && port.unwrap_or(default) == self.port)
    }
}

fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    // The colons of an IPv6 address are inside its brackets.
    let bracket = authority.rfind(']').unwrap_or(0);
    let (host, port) = match authority[bracket..].rfind(':') {
        Some(at) => (&authority[..bracket + at], Some(authority[bracket + at + 1..].parse().ok()?)),
        None => (authority, None),
    };
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._[]:%".contains(&b);
    (!host.is_empty() && host.bytes().all(plain)).then_some((host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_the_own_host_may_and_a_foreign_one_may_not() {
        let origins = Origins::with(["https://Other.example:8443"]).expect("an origin");
        let table = [
            (None, Some("a.example"), true),
            (Some("http://a.example"), Some("a.example"), true),
            (Some("http://A.example"), Some("a.EXAMPLE"), true),
            (Some("https://a.example"), Some("a.example:443"), true),
            (Some("http://127.0.0.1:8080"), Some("127.0.0.1:8080"), true),
            (Some("http://[::1]:8080"), Some("[::1]:8080"), true),
            (Some("http://[::1]"), Some("[::1]"), true),
            (Some("https://other.example:8443"), Some("a.example"), true),
            (Some("http://other.example:8443"), Some("a.example"), false),
            (Some("http://a.example:81"), Some("a.example"), false),
            (Some("http://127.0.0.1:8081"), Some("127.0.0.1:8080"), false),
            (Some("https://evil.example"), Some("a.example"), false),
            (Some("https://a.example.evil.example"), Some("a.example"), false),
            (Some("https://a.example@evil.example"), Some("a.example"), false),
            (Some("http://a.example/"), Some("a.example"), false),
            (Some("null"), Some("null"), false),
            (Some("file://"), Some(""), false),
            (Some(""), Some(""), false),
            (Some("http://a.example"), None, false),
        ];
        for (origin, host, allowed) in table {
            assert_eq!(origins.allow(origin, host), allowed, "{origin:?} at {host:?}");
        }
    }

    #[test]
    fn a_wrong_allow_list_is_refused() {
        for bad in ["example.org", "ftp://a", "https://", "https://a:b", "https://a/b"] {
            assert_eq!(Origins::with([bad]), Err(InvalidOrigin(bad.to_owned())));
        }
    }
}
