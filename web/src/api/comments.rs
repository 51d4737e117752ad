//! `/api/v1/projects/{slug}/comments` and `/api/v1/comments/{id}`.

use super::{
    ApiResult,
    json::Json,
    paging::{self, Query},
    signed_in,
};
use crate::{
    comments,
    error::Error,
    http::visitor::Visitor,
    models::comments::{self as rows, Comment},
    policy::Action,
    projects,
    service::Services,
};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Which comments are asked for.
#[derive(Deserialize)]
pub struct Wish {
    limit: Option<i64>,
    after: Option<String>,
}

/// What a comment is to say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    body: String,
}

#[derive(Serialize)]
struct View {
    id: i64,
    author: String,
    body: String,
    created_at: DateTime<Utc>,
    edited_at: Option<DateTime<Utc>>,
}

impl From<Comment> for View {
    fn from(comment: Comment) -> Self {
        let Comment { id, author, body, created_at, edited_at, .. } = comment;
        Self { id, author, body, created_at, edited_at }
    }
}

async fn view(services: &Services, id: i64) -> Result<View, Error> {
    let comment = services.db.read(move |conn| rows::by_id(conn, id)).await?;
    Ok(comment.ok_or(Error::NoSuchComment)?.into())
}

/// `GET /api/v1/projects/{slug}/comments`
pub async fn list(
    request: HttpRequest,
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
    Query(wish): Query<Wish>,
) -> ApiResult {
    let (limit, before) = (paging::limit(wish.limit)?, paging::number(wish.after.as_deref())?);
    let action = |_| Action::SeeProject;
    let project = projects::open(&services, &slug, visitor.actor(), action, "/").await?.id;
    let read = move |conn: &mut _| rows::of_project(conn, project, before, limit + 1);
    let page: Vec<View> = services.db.read(read).await?.into_iter().map(View::from).collect();
    paging::respond(&request, "comments", page, limit, |last| last.id.to_string())
}

/// `POST /api/v1/projects/{slug}/comments`
pub async fn create(
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
    Json(wish): Json<Text>,
) -> ApiResult {
    let user = signed_in(&visitor)?;
    let action = |_| Action::WriteComment;
    let project = projects::open(&services, &slug, visitor.actor(), action, "/").await?;
    let id = comments::write(&services, &visitor.asker(), user.id, &project, &wish.body).await?;
    let location = format!("/api/v1/comments/{id}");
    let view = view(&services, id).await?;
    Ok(HttpResponse::Created().insert_header(("location", location)).json(view))
}

/// `PATCH /api/v1/comments/{id}`
pub async fn update(
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
    Json(wish): Json<Text>,
) -> ApiResult {
    signed_in(&visitor)?;
    let action = |comment: &Comment, _: &_| Action::EditComment { author: comment.author_id };
    let (comment, _) = comments::open(&services, &id, visitor.actor(), action).await?;
    comments::edit(&services, &visitor.asker(), &comment, &wish.body).await?;
    Ok(HttpResponse::Ok().json(view(&services, comment.id).await?))
}

/// `DELETE /api/v1/comments/{id}`
pub async fn delete(
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
) -> ApiResult {
    signed_in(&visitor)?;
    let (comment, _) = comments::open_to_delete(&services, &id, visitor.actor()).await?;
    comments::delete(&services, &visitor.asker(), &comment).await?;
    Ok(HttpResponse::NoContent().finish())
}
