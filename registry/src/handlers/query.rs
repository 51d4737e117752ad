//! Query parameters, which may repeat.

use crate::failure::{RegistryError, Result};
use actix_web::{HttpRequest, web};

/// The parameters of one request.
pub struct Query(Vec<(String, String)>);

impl Query {
    /// The parameters of `request`.
    pub fn of(request: &HttpRequest) -> Result<Self> {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
        pairs.map(|pairs| Self(pairs.into_inner())).map_err(|_| RegistryError::Query("?"))
    }

    /// The first value of a parameter.
    pub fn get<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.all(name).next()
    }

    /// Every value of a parameter.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Text as part of a query (RFC 3986, section 2.3).
pub fn encode(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("writing to a string does not fail");
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn what_a_query_reserves_is_encoded() {
        assert_eq!(encode("application/vnd.x+json; ä"), "application%2Fvnd.x%2Bjson%3B%20%C3%A4");
        assert_eq!(encode("v1.0-rc_1~"), "v1.0-rc_1~");
    }
}
