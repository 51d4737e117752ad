//! Everything that is kept about an account, for its holder: without secrets, and without what
//! belongs to others.

use crate::{
    error::Error,
    http::visitor::user_key,
    models::{
        audit::{self, Filter},
        builds, identities, leaving, now, projects, tokens, tries,
        users::User,
    },
    policy::{self, Action, Asker},
    service::Services,
};
use serde_json::{Value, json};

/// The account as a JSON document.
///
/// # Errors
/// When the policy refuses, or the database or sessions fail.
pub async fn export(services: &Services, asker: &Asker, user: &User) -> Result<Value, Error> {
    let action = Action::SeeAccount { id: user.id };
    policy::check(asker.actor, action, "/account", Error::NoSuchUser)?;
    let sessions = services.sessions.of_user(user.id).await?;
    // The id is the hash of a secret: nobody needs it.
    let sessions = sessions.iter().map(|session| {
        json!({
            "browser": session.agent,
            "network": session.address,
            "created_at": session.created_at,
            "seen_at": session.seen_at,
            "expires_at": session.expires_at,
        })
    });
    let sessions: Value = sessions.collect();
    let user = user.clone();
    Ok(services
        .db
        .read(move |conn| {
            let mut document = json!({
                "exported_at": now(),
                "account": {
                    "name": user.name,
                    "email": user.email,
                    "role": user.role.as_str(),
                    "has_password": user.password_hash.is_some(),
                    "created_at": user.created_at,
                },
                "sessions": sessions.clone(),
            });
            document["identities"] = identities::of_user(conn, user.id)?
                .into_iter()
                .map(|one| {
                    json!({
                        "provider": one.provider,
                        "subject": one.subject,
                        "label": one.label,
                        "created_at": one.created_at,
                    })
                })
                .collect();
            document["tokens"] = tokens::of_user(conn, user.id)?
                .into_iter()
                .map(|one| {
                    json!({
                        "name": one.name,
                        "scope": one.scope.as_str(),
                        "created_at": one.created_at,
                        "expires_at": one.expires_at,
                        "used_at": one.used_at,
                    })
                })
                .collect();
            let mut all = Vec::new();
            for leaving::Owned { id, .. } in leaving::projects(conn, user.id)? {
                let Some(project) = projects::by_id(conn, id)? else { continue };
                all.push(json!({
                    "slug": project.slug,
                    "name": project.texts.name,
                    "category": project.texts.category,
                    "short_description": project.texts.short,
                    "description": project.texts.description,
                    "licence": project.texts.licence,
                    "repository": project.texts.repository,
                    "language": project.texts.language,
                    "topics": project.texts.topics,
                    "source": project.source,
                    "image": project.image,
                    "tries": project.tries,
                    "builds": builds::of_project(conn, id, None, i64::MAX)?.into_iter().map(|build| json!({
                        "id": build.id,
                        "state": build.state,
                        "failure": build.failure,
                        "image": build.image,
                        "created_at": build.created_at,
                        "ended_at": build.ended_at,
                    })).collect::<Value>(),
                }));
            }
            document["projects"] = all.into();
            document["tries"] = tries::of_owner(conn, &user_key(&user))?
                .into_iter()
                .map(|(slug, one)| {
                    json!({
                        "id": one.id,
                        "project": slug,
                        "tag": one.tag,
                        "started_at": one.started_at,
                        "ended_at": one.ended_at,
                        "end": one.end,
                    })
                })
                .collect();
            let filter = Filter { actor: format!("user:{}", user.name), ..Filter::default() };
            document["audit"] = audit::page(conn, &filter, i64::MAX)?
                .into_iter()
                // The name may have been another's before.
                .filter(|row| row.at.and_utc() >= user.created_at)
                .map(|row| {
                    json!({
                        "at": row.at.and_utc(),
                        "action": row.action,
                        "subject": row.subject,
                        "detail": row.detail,
                        "network": row.address,
                    })
                })
                .collect();
            Ok(document)
        })
        .await?)
}
