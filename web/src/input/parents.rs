//! Which sites may embed a project: one origin a line.

use crate::i18n::{fill, t};
use url::{Host, Url};

/// How many there may be.
const MOST: usize = 20;
/// The longest that a host's name may be.
const LONGEST: usize = 255;

/// The list, as `frame-ancestors` takes it: in lower case, each once.
///
/// # Errors
/// Names the first line that is no origin.
pub fn check(text: &str) -> Result<Vec<String>, String> {
    let mut parents = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let origin = origin(line).ok_or_else(|| {
            let shown: String = line.chars().take(80).collect();
            fill(
                t("“{line}” is not an address such as https://docs.example.org. One on each line, with https:// and without a path."),
                &[("line", &shown)],
            )
        })?;
        if !parents.contains(&origin) {
            parents.push(origin);
        }
    }
    if parents.len() > MOST {
        return Err(fill(t("At most {n} addresses."), &[("n", &MOST)]));
    }
    Ok(parents)
}

/// `https://host[:port]`, `https://*.host[:port]`, or `http://localhost[:port]` for trying it out.
fn origin(line: &str) -> Option<String> {
    let (scheme, rest) = line.split_once("://")?;
    let (star, rest) = match rest.strip_prefix("*.") {
        Some(rest) => ("*.", rest),
        None => ("", rest),
    };
    let url = Url::parse(&format!("{scheme}://{rest}")).ok()?;
    let bare = url.username().is_empty() && url.password().is_none();
    let bare = bare && url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let host = match url.host()? {
        Host::Domain(host) => host.to_owned(),
        Host::Ipv4(address) => address.to_string(),
        // Browsers match no such address in a policy.
        Host::Ipv6(_) => return None,
    };
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-');
    let named = host.len() <= LONGEST && host.bytes().all(plain) && !host.starts_with('.');
    let allowed = match (url.scheme(), star) {
        ("http", "") => host == "localhost",
        ("https", "") => true,
        // Not a whole top level, nor a part of an address.
        ("https", _) => {
            matches!(url.host()?, Host::Domain(_)) && host.trim_end_matches('.').contains('.')
        }
        _ => false,
    };
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    (bare && named && allowed).then(|| format!("{}://{star}{host}{port}", url.scheme()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_embed() {
        for (line, read) in [
            ("https://docs.example.org", "https://docs.example.org"),
            (" HTTPS://Docs.Example.ORG/ ", "https://docs.example.org"),
            ("https://docs.example.org:8443", "https://docs.example.org:8443"),
            ("https://docs.example.org:443", "https://docs.example.org"),
            ("https://*.example.org", "https://*.example.org"),
            ("https://*.a.example.org:8443", "https://*.a.example.org:8443"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("https://192.0.2.1", "https://192.0.2.1"),
            ("http://localhost", "http://localhost"),
            ("http://localhost:8000/", "http://localhost:8000"),
        ] {
            assert_eq!(check(line), Ok(vec![read.to_owned()]), "{line}");
        }
        let list = check("https://a.example\r\n\r\nhttps://A.example/\nhttps://b.example\n");
        assert_eq!(list.unwrap(), ["https://a.example", "https://b.example"]);
        assert_eq!(check(" \n\n"), Ok(Vec::new()));
    }

    #[test]
    fn what_may_not() {
        for line in [
            "docs.example.org",
            "http://docs.example.org",
            "http://127.0.0.1:8000",
            "http://localhost.evil.example",
            "http://*.localhost",
            "https://",
            "https://*",
            "https://*.",
            "https://*.com",
            "https://*.com.",
            "https://*.192.0.2.1",
            "https://a.*.example",
            "https://**.example.org",
            "https://a.example/docs",
            "https://a.example?x",
            "https://a.example#x",
            "https://user@a.example",
            "https://:pass@a.example",
            "https://[::1]",
            "https://a.example; script-src *",
            "https://a.example 'unsafe-inline'",
            "https://a.example,https://b.example",
            "https://a.example https://b.example",
            "https://a_b.example",
            "'self'",
            "*",
            "data:",
            "javascript://a.example",
            "file://a.example",
            "https://\u{202e}a.example\u{0}",
        ] {
            assert!(check(line).is_err(), "{line}: {:?}", check(line));
        }
        let many = |n: usize| (0..n).map(|n| format!("https://{n}.example\n")).collect::<String>();
        assert_eq!(check(&many(MOST)).unwrap().len(), MOST);
        assert!(check(&many(MOST + 1)).unwrap_err().contains("20"));
    }
}
