//! A JSON body.

use crate::error::{ApiError, Error};
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use futures_util::{StreamExt, future::LocalBoxFuture};
use serde::de::DeserializeOwned;

/// The largest body, in bytes.
const LIMIT: usize = 64 << 10;

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
                return Err(Error::NotJson.into());
            }
            let mut body = Vec::new();
            while let Some(chunk) = payload.next().await {
                let chunk = chunk.map_err(|_| Error::BadJson("It was cut short.".to_owned()))?;
                if body.len() + chunk.len() > LIMIT {
                    let message = format!("It is over {} KiB.", LIMIT >> 10);
                    return Err(Error::BadJson(message).into());
                }
                body.extend_from_slice(&chunk);
            }
            let value = serde_json::from_slice(&body);
            Ok(Self(value.map_err(|error| Error::BadJson(format!("It does not fit: {error}.")))?))
        })
    }
}
