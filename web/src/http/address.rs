//! The address that people use, and the address that they come from.

use crate::service::Services;
use actix_web::{HttpMessage, HttpRequest, http::header, web};
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

/// A scheme and a host, such as `https://try.example.org`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    secure: bool,
    host: String,
}

/// A text that is not a scheme and a host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the public URL `{0}` is not of the form https://host or http://host:port, without a path")]
pub struct InvalidOrigin(pub String);

/// Whether a text can stand as a host in a header or a page. What does not is nobody's address.
fn is_host(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']');
    !text.is_empty() && text.len() <= 255 && text.bytes().all(plain)
}

impl Origin {
    /// Reads `https://host[:port]`; one slash at the end is forgiven.
    ///
    /// # Errors
    /// When it is of another form.
    pub fn parse(text: &str) -> Result<Self, InvalidOrigin> {
        let lower = text.to_ascii_lowercase();
        let (secure, host) = match lower.split_once("://") {
            Some(("https", host)) => (true, host),
            Some(("http", host)) => (false, host),
            _ => return Err(InvalidOrigin(text.to_owned())),
        };
        let host = host.strip_suffix('/').unwrap_or(host);
        if !is_host(host) {
            return Err(InvalidOrigin(text.to_owned()));
        }
        Ok(Self { secure, host: host.to_owned() })
    }

    /// For links: `https://host`.
    #[must_use]
    pub fn http(&self) -> String {
        format!("{}://{}", if self.secure { "https" } else { "http" }, self.host)
    }

    /// For WebSockets: `wss://host`.
    #[must_use]
    pub fn ws(&self) -> String {
        format!("{}://{}", if self.secure { "wss" } else { "ws" }, self.host)
    }

    /// Whether an `Origin` header names this address.
    #[must_use]
    pub fn is(&self, header: &str) -> bool {
        Self::parse(header).is_ok_and(|other| other.host == self.host)
    }
}

/// The address that this request was sent to, as the browser knows it.
#[must_use]
pub fn origin(request: &HttpRequest, config: &Addresses) -> Origin {
    if let Some(origin) = &config.public {
        return origin.clone();
    }
    let text =
        |name| request.headers().get(name).and_then(|v: &header::HeaderValue| v.to_str().ok());
    let host = request.uri().authority().map(|a| a.as_str()).or_else(|| text(header::HOST));
    let forwarded = text(header::X_FORWARDED_PROTO).filter(|_| config.behind_proxy);
    let host = host.map(str::to_ascii_lowercase).filter(|host| is_host(host));
    Origin {
        secure: forwarded == Some("https"),
        host: host.unwrap_or_else(|| "localhost".to_owned()),
    }
}

/// The same for a handler.
#[must_use]
pub fn origin_of(request: &HttpRequest) -> Origin {
    match request.app_data::<web::Data<Services>>() {
        Some(services) => origin(request, &services.addresses),
        None => Origin { secure: false, host: "localhost".to_owned() },
    }
}

/// The page of ours that a form was sent from, for going back to it; the home page where the browser
/// does not tell.
#[must_use]
pub fn page_before(request: &HttpRequest) -> String {
    let before = header_text(request, "referer").and_then(|text| url::Url::parse(text).ok());
    let Some(before) =
        before.filter(|url| origin_of(request).is(&url.origin().ascii_serialization()))
    else {
        return "/".to_owned();
    };
    let path = match before.query() {
        Some(query) => format!("{}?{query}", before.path()),
        None => before.path().to_owned(),
    };
    local_path(&path).to_owned()
}

/// How addresses are told.
#[derive(Debug, Clone, Default)]
pub struct Addresses {
    /// The configured public address.
    pub public: Option<Origin>,
    /// Whether a proxy's headers hold.
    pub behind_proxy: bool,
}

/// A network that counts as one visitor for the limits: an IPv4 /24 or an IPv6 /64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Prefix {
    /// The first three octets.
    V4([u8; 3]),
    /// The first four groups.
    V6([u16; 4]),
}

impl From<IpAddr> for Prefix {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => {
                let [a, b, c, _] = v4.octets();
                Self::V4([a, b, c])
            }
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                Self::V6([a, b, c, d])
            }
        }
    }
}

impl fmt::Display for Prefix {
    /// As networks are written: `192.0.2.0/24`, `2001:db8:1:2::/64`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::V4([a, b, c]) => write!(f, "{}/24", Ipv4Addr::new(a, b, c, 0)),
            Self::V6([a, b, c, d]) => write!(f, "{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0)),
        }
    }
}

/// Where a request comes from. Behind a proxy the last entry of `X-Forwarded-For` is the proxy's
/// own word; those before it are the sender's.
#[must_use]
pub fn prefix_of(request: &HttpRequest, config: &Addresses) -> Option<Prefix> {
    let forwarded = || {
        let header = request.headers().get_all(header::X_FORWARDED_FOR).last()?.to_str().ok()?;
        header.rsplit(',').next()?.trim().parse::<IpAddr>().ok()
    };
    let told = if config.behind_proxy { forwarded() } else { None };
    told.or_else(|| request.peer_addr().map(|peer| peer.ip())).map(Prefix::from)
}

/// Whether this is a request to the API, which is answered in JSON.
#[must_use]
pub fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}

/// A path on this site to go on to after log-in; `/` for anything that might lead elsewhere.
#[must_use]
pub fn local_path(wish: &str) -> &str {
    let mut bytes = wish.bytes();
    let rooted = bytes.next() == Some(b'/') && !matches!(bytes.next(), Some(b'/' | b'\\'));
    let plain = wish.bytes().all(|b| (0x21..0x7f).contains(&b) && b != b'\\');
    if rooted && plain && wish.len() <= 512 { wish } else { "/" }
}

/// A header of a request as text.
#[must_use]
pub fn header_text<'a>(request: &'a impl HttpMessage, name: &str) -> Option<&'a str> {
    request.headers().get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn public_addresses() {
        let good = Origin::parse("https://Try.example.org/").unwrap();
        assert_eq!(
            (good.http(), good.ws()),
            ("https://try.example.org".into(), "wss://try.example.org".into())
        );
        assert!(good.is("https://try.example.org") && !good.is("https://evil.example"));
        assert!(!good.is("null") && !good.is(""));
        for bad in ["", "try.example.org", "ftp://x", "https://", "https://a/b", "https://a b"] {
            assert!(Origin::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_forged_host_header_goes_nowhere() {
        let request = TestRequest::get().insert_header(("host", "a\" onload=x")).to_http_request();
        assert_eq!(origin(&request, &Addresses::default()).http(), "http://localhost");
    }

    #[test]
    fn forwarded_addresses_hold_behind_a_proxy_only() {
        let request = || {
            TestRequest::get()
                .peer_addr("127.0.0.1:9".parse().unwrap())
                .insert_header(("x-forwarded-for", "10.0.0.1, 203.0.113.9"))
                .to_http_request()
        };
        let open = Addresses::default();
        assert_eq!(prefix_of(&request(), &open), Some(Prefix::V4([127, 0, 0])));
        let proxied = Addresses { behind_proxy: true, ..open };
        assert_eq!(prefix_of(&request(), &proxied), Some(Prefix::V4([203, 0, 113])));
    }

    #[test]
    fn prefixes() {
        let prefix = |text: &str| Prefix::from(text.parse::<IpAddr>().unwrap());
        assert_eq!(prefix("192.0.2.1"), prefix("192.0.2.200"));
        assert_ne!(prefix("192.0.2.1"), prefix("192.0.3.1"));
        assert_eq!(prefix("::ffff:192.0.2.1"), prefix("192.0.2.7"));
        assert_eq!(prefix("2001:db8:1:2::1"), prefix("2001:db8:1:2:ffff::"));
        assert_ne!(prefix("2001:db8:1:2::1"), prefix("2001:db8:1:3::1"));
        assert_eq!(prefix("192.0.2.7").to_string(), "192.0.2.0/24");
        assert_eq!(prefix("2001:db8:1:2::1").to_string(), "2001:db8:1:2::/64");
    }

    #[test]
    fn only_local_paths_are_gone_on_to() {
        for good in ["/", "/p/jq", "/p/jq?x=1#y"] {
            assert_eq!(local_path(good), good);
        }
        for bad in [
            "",
            "p",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nb",
            "/ä",
            "/a\\b",
            "\t/x",
        ] {
            assert_eq!(local_path(bad), "/", "{bad:?}");
        }
    }
}
