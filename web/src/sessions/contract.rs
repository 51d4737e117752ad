//! What every store keeps to.

use super::{Database, Redis, Session, Store};
use crate::{
    db::{
        Db,
        testing::{database, on_each_database},
    },
    models::{now, users},
    redis_link::testing::link,
    sessions::{LIFETIME, Secret, Sessions},
};
use chrono::{DateTime, TimeDelta, Utc};

fn session(user_id: i64, seen_at: DateTime<Utc>) -> Session {
    Session {
        id: Secret::random().id(),
        user_id,
        agent: "Firefox".to_owned(),
        address: "192.0.2.0/24".to_owned(),
        created_at: seen_at,
        seen_at,
        expires_at: seen_at + LIFETIME,
    }
}

async fn keep_to_it(store: &dyn Store, ada: i64, bob: i64) {
    let now = now();
    let (first, second) = (session(ada, now - TimeDelta::hours(1)), session(ada, now));
    let other = session(bob, now);
    for session in [&first, &second, &other] {
        store.create(session).await.unwrap();
        assert_eq!(store.find(&session.id).await.unwrap().as_ref(), Some(session));
    }
    assert_eq!(store.find("unknown").await.unwrap(), None);
    assert_eq!(store.of_user(ada).await.unwrap(), [second.clone(), first.clone()]);

    let later = now + TimeDelta::minutes(1);
    let seen = Session {
        address: "198.51.100.0/24".to_owned(),
        seen_at: later,
        expires_at: later + LIFETIME,
        ..first.clone()
    };
    store.touch(&seen).await.unwrap();
    assert_eq!(store.of_user(ada).await.unwrap(), [seen.clone(), second.clone()]);

    assert!(!store.revoke(bob, &first.id).await.unwrap(), "somebody else's");
    assert!(store.revoke(ada, &first.id).await.unwrap());
    assert!(!store.revoke(ada, &first.id).await.unwrap(), "twice");
    store.touch(&seen).await.unwrap();
    assert_eq!(store.find(&first.id).await.unwrap(), None, "a touch does not bring it back");

    store.create(&first).await.unwrap();
    assert_eq!(store.revoke_others(ada, Some(&second.id)).await.unwrap(), 1);
    assert_eq!(store.of_user(ada).await.unwrap(), [second]);
    assert_eq!(store.revoke_others(ada, None).await.unwrap(), 1);
    assert_eq!(store.revoke_others(ada, None).await.unwrap(), 0);
    assert_eq!(store.of_user(ada).await.unwrap(), []);
    assert_eq!(store.of_user(bob).await.unwrap(), std::slice::from_ref(&other));

    let old = session(ada, now - LIFETIME - TimeDelta::seconds(1));
    store.create(&old).await.unwrap();
    store.sweep(now).await.unwrap();
    assert_eq!(store.find(&old.id).await.unwrap(), None);
    assert_eq!(store.find(&other.id).await.unwrap(), Some(other));
}

on_each_database!(the_database_keeps_sessions);

async fn the_database_keeps_sessions(db: Db) {
    let ada = db.write(|c| users::create(c, "ada", None)).await.unwrap();
    let bob = db.write(|c| users::create(c, "bob", None)).await.unwrap();
    keep_to_it(&Database(db), ada.id, bob.id).await;
}

#[tokio::test]
async fn redis_keeps_sessions() {
    let link = link().await;
    // Other tests use the same server: nobody else has these numbers.
    let ada = i64::from(rand::random::<u32>()) << 1;
    keep_to_it(&Redis(link), ada, ada + 1).await;
}

#[tokio::test]
async fn a_session_that_is_over_logs_nobody_in() {
    let (db, _dir) = database().await;
    let ada = db.write(|c| users::create(c, "ada", None)).await.unwrap();
    let secret = Secret::random();
    let old = Session { id: secret.id(), ..session(ada.id, now() - LIFETIME) };
    let store = Database(db);
    store.create(&old).await.unwrap();
    let sessions = Sessions::new(store);
    assert_eq!(sessions.find(&secret, "").await.unwrap(), None);
    assert_eq!(sessions.of_user(ada.id).await.unwrap(), []);
    let (secret, begun) = sessions.begin(ada.id, "a\u{7}b", String::new()).await.unwrap();
    assert_eq!(begun.agent, "ab");
    assert_eq!(sessions.find(&secret, "").await.unwrap(), Some(begun));
}
