//! A form that was sent, in either of the two encodings, from a page of ours.
//!
//! Reading one checks its token, before any file is kept: no handler of forms can forget it.

use super::csrf;
use crate::{
    error::{self, Error},
    i18n::t,
    input::text::visible_line,
};
use actix_multipart::{Field, Multipart};
use actix_session::{Session, SessionExt};
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, web};
use futures_util::{StreamExt, TryStreamExt, future::LocalBoxFuture};
use std::collections::HashMap;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

/// The largest form without its files, in bytes: what is too long for its field is shown again too.
const TEXT_LIMIT: usize = 12 << 20;
/// The largest file, in bytes. Above the container server's own limit, which has better words.
const FILE_LIMIT: usize = 128 << 20;
/// How much of a file's name is shown, in characters.
const NAME_LIMIT: usize = 120;

/// A form, believed to come from a page of ours.
pub struct Form {
    texts: HashMap<String, String>,
    files: HashMap<String, Upload>,
}

/// A file that came with a form.
pub struct Upload {
    /// Its name on the sender's machine, fit to be shown.
    pub name: String,
    /// Its content, from the beginning.
    pub file: tokio::fs::File,
}

impl Form {
    /// What was typed into a field; empty where there is none.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", String::as_str)
    }

    /// A file, if one was chosen.
    pub fn take_file(&mut self, name: &str) -> Option<Upload> {
        self.files.remove(name)
    }

    async fn read(request: HttpRequest, payload: &mut Payload) -> Result<Self, Error> {
        let session = request.get_session();
        match request.content_type() {
            "multipart/form-data" => Self::multipart(&request, payload, &session).await,
            "application/x-www-form-urlencoded" => Self::urlencoded(payload, &session).await,
            _ => Err(Error::BadForm(t("It is not encoded as forms are.").to_owned())),
        }
    }

    async fn urlencoded(payload: &mut Payload, session: &Session) -> Result<Self, Error> {
        let mut body = Vec::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| cut_short())?;
            if body.len() + chunk.len() > TEXT_LIMIT {
                return Err(Error::FormTooLarge { limit: TEXT_LIMIT });
            }
            body.extend_from_slice(&chunk);
        }
        let body = String::from_utf8(body).map_err(|_| not_utf8())?;
        let fields = web::Query::<Vec<(String, String)>>::from_query(&body)
            .map_err(|_| Error::BadForm(t("Its fields cannot be told apart.").to_owned()))?;
        let texts: HashMap<String, String> = fields.into_inner().into_iter().collect();
        let form = Self { texts, files: HashMap::new() };
        form.check(session)?;
        Ok(form)
    }

    async fn multipart(
        request: &HttpRequest,
        payload: &mut Payload,
        session: &Session,
    ) -> Result<Self, Error> {
        let mut form = Self { texts: HashMap::new(), files: HashMap::new() };
        let mut multipart = Multipart::new(request.headers(), payload.take());
        let mut left = TEXT_LIMIT;
        while let Some(field) = multipart.try_next().await.map_err(|_| cut_short())? {
            let name = field.name().unwrap_or_default().to_owned();
            let file =
                field.content_disposition().and_then(|d| d.get_filename()).map(str::to_owned);
            match file {
                // No file was chosen.
                Some(file) if file.is_empty() => {}
                Some(file) => {
                    // The token comes first in our forms: nothing of a stranger's is kept.
                    form.check(session)?;
                    let upload = keep(field, file).await?;
                    form.files.insert(name, upload);
                }
                None => {
                    let text = read_text(field, &mut left).await?;
                    form.texts.insert(name, text);
                }
            }
        }
        form.check(session)?;
        Ok(form)
    }

    fn check(&self, session: &Session) -> Result<(), Error> {
        csrf::check(session, self.text("csrf")).map_err(|csrf::Forged| Error::ForgedForm)
    }
}

async fn read_text(mut field: Field, left: &mut usize) -> Result<String, Error> {
    let mut text = Vec::new();
    while let Some(chunk) = field.try_next().await.map_err(|_| cut_short())? {
        *left = left.checked_sub(chunk.len()).ok_or(Error::FormTooLarge { limit: TEXT_LIMIT })?;
        text.extend_from_slice(&chunk);
    }
    String::from_utf8(text).map_err(|_| not_utf8())
}

async fn keep(mut field: Field, name: String) -> Result<Upload, Error> {
    let file = tokio::task::spawn_blocking(tempfile::tempfile).await.map_err(|_| cut_short())??;
    let mut file = tokio::fs::File::from_std(file);
    let mut left = FILE_LIMIT;
    while let Some(chunk) = field.try_next().await.map_err(|_| cut_short())? {
        left = left.checked_sub(chunk.len()).ok_or(Error::FormTooLarge { limit: FILE_LIMIT })?;
        file.write_all(&chunk).await?;
    }
    file.flush().await?;
    file.rewind().await?;
    Ok(Upload { name: file_name(&name), file })
}

/// A file's name as it is shown, which is all that is done with it: nothing in it turns or hides the text
/// around it, and it is no longer than people read.
#[must_use]
pub fn file_name(sent: &str) -> String {
    visible_line(sent).chars().take(NAME_LIMIT).collect()
}

fn cut_short() -> Error {
    Error::BadForm(t("It was cut short. Send it again.").to_owned())
}

fn not_utf8() -> Error {
    Error::BadForm(t("It holds text that is not UTF-8. Save the file as UTF-8 first.").to_owned())
}

impl FromRequest for Form {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let path = request.path().to_owned();
            let form = Self::read(request, &mut payload).await;
            form.map_err(|error| error::at(&path, error))
        })
    }
}
