//! A JSON body.

use crate::{
    error::{ApiError, Error},
    i18n::{fill, t},
    input::FieldErrors,
};
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use futures_util::{StreamExt, future::LocalBoxFuture};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _},
};
use serde_json::Number;

/// The largest body, in bytes: a script and a description of the greatest length fit, even with each
/// character written as `\u0000`.
const LIMIT: usize = 4 << 20;

/// A body that was sent as `application/json`. Pages of other sites cannot send that without
/// asking first, and are refused then.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = request.content_type().eq_ignore_ascii_case("application/json");
        let mut payload = payload.take();
        Box::pin(async move {
            if !is_json {
                return Err(Error::WrongMediaType("application/json").into());
            }
            let mut body = Vec::new();
            while let Some(chunk) = payload.next().await {
                let chunk = chunk.map_err(|_| Error::BadJson(t("It was cut short.").to_owned()))?;
                if body.len() + chunk.len() > LIMIT {
                    return Err(Error::TooLarge { limit: LIMIT }.into());
                }
                body.extend_from_slice(&chunk);
            }
            Ok(Self(read(&body)?))
        })
    }
}

/// What is no JSON cannot be read; what is JSON of another shape has a field that is wrong.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    // Else a list would be taken for the fields in their order.
    let of_another_kind = |first: &u8| first.is_ascii_alphanumeric() || b"[\"-".contains(first);
    if body.trim_ascii_start().first().is_some_and(of_another_kind) {
        let message = t("This does not fit: an object, in braces, is expected.");
        return Err(Error::Fields(FieldErrors::of("", message)));
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let field = error.path().to_string();
        let inner = error.into_inner();
        if !inner.is_data() {
            return not_json(&inner);
        }
        let field = if field == "." { String::new() } else { field };
        // What serde adds about the place means the text, which the field says better.
        let said = inner.to_string();
        let said = said.split(" at line ").next().unwrap_or_default().to_owned();
        Error::Fields(FieldErrors::of(
            field,
            fill(t("This does not fit: {why}."), &[("why", &said)]),
        ))
    })?;
    json.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

fn not_json(error: &serde_json::Error) -> Error {
    Error::BadJson(fill(t("It is not JSON: {why}."), &[("why", error)]))
}

/// A whole number, also where it is written as `30.0`: JSON Schema knows no difference.
pub fn whole<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<i64>,
{
    let Some(number) = Option::<Number>::deserialize(from)? else { return Ok(None) };
    let exact = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < 1e15);
    let whole = number.as_i64().or(exact.map(|float| float as i64));
    let fits = whole.and_then(|whole| T::try_from(whole).ok());
    let wrong = || D::Error::custom(format!("invalid value: {number}, expected a whole number"));
    fits.ok_or_else(wrong).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wish {
        size: Size,
    }

    #[derive(Debug, Deserialize)]
    struct Size {
        columns: u16,
    }

    #[test]
    fn a_field_is_named_by_its_path() {
        assert_eq!(read::<Wish>(br#"{"size": {"columns": 7}}"#).unwrap().size.columns, 7);
        for (body, field, says) in [
            (r#"{"size": {"columns": "7"}}"#, "size.columns", "invalid type"),
            (r#"{"size": {"columns": -1}}"#, "size.columns", "invalid value"),
            (r#"{"size": {}}"#, "size", "missing field"),
            (r#"{"more": 1}"#, "more", "unknown field"),
            (r#"[{"columns": 7}]"#, "", "an object"),
            ("7", "", "an object"),
        ] {
            match read::<Wish>(body.as_bytes()) {
                Err(Error::Fields(errors)) => {
                    assert!(errors.at(field).contains(says), "{body}: {errors:?}");
                    assert!(!errors.at(field).contains("line 1"), "{errors:?}");
                }
                other => panic!("{body}: {other:?}"),
            }
        }
    }

    #[test]
    fn whole_numbers_are_whole_however_written() {
        #[derive(Deserialize)]
        struct Days {
            #[serde(default, deserialize_with = "whole")]
            days: Option<u16>,
        }
        for (body, days) in [
            (r#"{"days": 30}"#, Some(30)),
            (r#"{"days": 30.0}"#, Some(30)),
            (r#"{"days": 3e1}"#, Some(30)),
            (r#"{"days": null}"#, None),
            ("{}", None),
        ] {
            assert_eq!(read::<Days>(body.as_bytes()).unwrap().days, days, "{body}");
        }
        for body in
            [r#"{"days": 30.5}"#, r#"{"days": -1}"#, r#"{"days": 1e300}"#, r#"{"days": "1"}"#]
        {
            assert!(matches!(read::<Days>(body.as_bytes()), Err(Error::Fields(_))), "{body}");
        }
    }

    #[test]
    fn what_is_no_json_cannot_be_read() {
        for body in ["", "{", "\u{feff}{}", "{nul"] {
            assert!(matches!(read::<Size>(body.as_bytes()), Err(Error::BadJson(_))), "{body}");
        }
        let twice = br#"{"columns": 1} {"columns": 2}"#;
        assert!(matches!(read::<Size>(twice), Err(Error::BadJson(_))));
    }
}
