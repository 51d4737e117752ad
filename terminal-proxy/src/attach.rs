//! The handler: who may attach, and to what.
//!
//! A browser cannot read the answer to a WebSocket it was refused, so whatever a page can be in
//! for is told by close codes on a socket that was accepted. Only what a page of ours never does
//! is refused over HTTP.

use crate::{
    Terminals,
    connection::{self, Goodbye},
    limit::limit_frames,
    terminals::Found,
    wire::{CLOSE_NO_SUCH_SANDBOX, CLOSE_TICKET_REFUSED, MAX_CLIENT_FRAME, SUBPROTOCOL},
};
use actix_web::{
    FromRequest, HttpRequest, HttpResponse, ResponseError, dev,
    http::{
        StatusCode,
        header::{HOST, HeaderName, ORIGIN, SEC_WEBSOCKET_PROTOCOL},
    },
    web,
};
use actix_ws::CloseCode;
use container_api::{Problem, SandboxId, problem::CONTENT_TYPE};
use serde::Deserialize;
use std::time::SystemTime;

/// Why a client gets no WebSocket at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AttachError {
    #[error("the page's origin is not this server's")]
    ForeignOrigin,
    #[error("the client does not speak {SUBPROTOCOL}")]
    Subprotocol,
    #[error("not a WebSocket: {0}")]
    Handshake(actix_web::Error),
}

impl ResponseError for AttachError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::ForeignOrigin => StatusCode::FORBIDDEN,
            Self::Subprotocol | Self::Handshake(_) => StatusCode::BAD_REQUEST,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let status = self.status_code();
        let code = status.as_u16();
        let problem = match self {
            Self::ForeignOrigin => Problem::new(
                "foreign-origin",
                "A page of another site may not open a terminal",
                code,
                "The request's Origin is neither this server's host nor on its allow-list. Open \
                 the terminal from this server's own page.",
            ),
            Self::Subprotocol => Problem::new(
                "websocket-subprotocol",
                "The client does not speak this server's terminal protocol",
                code,
                format!("Offer the subprotocol {SUBPROTOCOL} in Sec-WebSocket-Protocol."),
            ),
            Self::Handshake(_) => Problem::new(
                "websocket-expected",
                "A terminal is opened by WebSocket",
                code,
                format!("Send a WebSocket handshake (RFC 6455) with subprotocol {SUBPROTOCOL}."),
            ),
        };
        HttpResponse::build(status).content_type(CONTENT_TYPE).json(problem)
    }
}

#[derive(Debug, Default, Deserialize)]
struct Query {
    #[serde(default)]
    ticket: String,
}

/// `GET /terminals/{id}?ticket=…`
pub(crate) async fn attach(
    request: HttpRequest,
    body: web::Payload,
    id: web::Path<String>,
    terminals: web::Data<Terminals>,
) -> Result<HttpResponse, AttachError> {
    if !terminals.origins().allow(header(&request, ORIGIN), header(&request, HOST)) {
        return Err(AttachError::ForeignOrigin);
    }
    let body = limited(&request, body).await.map_err(AttachError::Handshake)?;
    let (response, socket, messages) =
        actix_ws::handle_with_protocols(&request, body, &[SUBPROTOCOL])
            .map_err(AttachError::Handshake)?;
    if !response.headers().contains_key(SEC_WEBSOCKET_PROTOCOL) {
        return Err(AttachError::Subprotocol);
    }
    let messages = messages
        .max_frame_size(MAX_CLIENT_FRAME)
        .aggregate_continuations()
        .max_continuation_size(MAX_CLIENT_FRAME);
    let query = web::Query::<Query>::from_query(request.query_string());
    let ticket = query.map(|query| query.into_inner().ticket).unwrap_or_default();
    match admit(&terminals, &id, &ticket) {
        Ok(attachment) => {
            actix_web::rt::spawn(connection::serve(socket, messages, attachment));
        }
        Err((status, goodbye)) => {
            actix_web::rt::spawn(connection::refuse(socket, messages, status, goodbye));
        }
    }
    Ok(response)
}

/// The same connection, cut at a frame that is too long.
async fn limited(
    request: &HttpRequest,
    body: web::Payload,
) -> Result<web::Payload, actix_web::Error> {
    let payload = Box::pin(limit_frames(body, MAX_CLIENT_FRAME as u64));
    web::Payload::from_request(request, &mut dev::Payload::Stream { payload }).await
}

type Refusal = (Option<crate::status::Status>, Goodbye);

fn admit(
    terminals: &Terminals,
    id: &str,
    ticket: &str,
) -> Result<crate::session::Attachment, Refusal> {
    let unknown = || {
        (None, Goodbye::new(CloseCode::Other(CLOSE_NO_SUCH_SANDBOX), "there is no such sandbox"))
    };
    let id: SandboxId = id.parse().map_err(|_| unknown())?;
    // Before anything is said about the sandbox, even whether there is one.
    terminals.key().verify(ticket, &id, SystemTime::now()).map_err(|error| {
        (None, Goodbye::new(CloseCode::Other(CLOSE_TICKET_REFUSED), error.to_string()))
    })?;
    match terminals.find(&id) {
        Found::Live(attachment) => Ok(attachment),
        Found::Full => {
            Err((None, Goodbye::new(CloseCode::Again, "too many have this terminal open already")))
        }
        Found::Ended(status) => {
            let goodbye = Goodbye::ended(&status);
            Err((Some(status), goodbye))
        }
        Found::Restarting => Err((None, Goodbye::restarted())),
        Found::Unknown => Err(unknown()),
    }
}

/// A header's value; one that is no text is none that we know.
fn header(request: &HttpRequest, name: HeaderName) -> Option<&str> {
    request.headers().get(name).map(|value| value.to_str().unwrap_or(""))
}
