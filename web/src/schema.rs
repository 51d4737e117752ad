//! The tables, as Diesel sees them. The source of truth is `migrations/`.

diesel::table! {
    users (id) {
        id -> BigInt,
        name -> Text,
        password_hash -> Nullable<Text>,
        created_at -> Timestamp,
        email -> Nullable<Text>,
        role -> Text,
    }
}

diesel::table! {
    identities (id) {
        id -> BigInt,
        user_id -> BigInt,
        provider -> Text,
        subject -> Text,
        label -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        user_id -> BigInt,
        agent -> Text,
        address -> Text,
        created_at -> Timestamp,
        seen_at -> Timestamp,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    api_tokens (id) {
        id -> BigInt,
        user_id -> BigInt,
        name -> Text,
        hash -> Text,
        scope -> Text,
        created_at -> Timestamp,
        expires_at -> Nullable<Timestamp>,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    quotas (subject) {
        subject -> Text,
        sandboxes -> Nullable<Integer>,
        starts_per_minute -> Nullable<Integer>,
        projects -> Nullable<Integer>,
        builds -> Nullable<Integer>,
    }
}

diesel::table! {
    audit (id) {
        id -> BigInt,
        at -> Timestamp,
        actor -> Text,
        action -> Text,
        subject -> Text,
        detail -> Text,
        address -> Text,
    }
}

diesel::table! {
    projects (id) {
        id -> BigInt,
        slug -> Text,
        name -> Text,
        name_key -> Text,
        owner_id -> BigInt,
        category -> Text,
        short_description -> Text,
        description -> Text,
        source_kind -> Text,
        base_image -> Text,
        script -> Text,
        command -> Text,
        dockerfile -> Text,
        context_id -> Nullable<Text>,
        image_repository -> Nullable<Text>,
        image_digest -> Nullable<Text>,
        latest_build_id -> Nullable<Text>,
        tries_count -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        licence -> Text,
        repository -> Text,
        language -> Text,
        topics -> Text,
        demo -> Text,
        embed_parents -> Text,
        archived_at -> Nullable<Timestamp>,
        image_bytes -> Nullable<BigInt>,
        tried_at -> Nullable<Timestamp>,
        trend -> Double,
    }
}

diesel::table! {
    project_days (project_id, day) {
        project_id -> BigInt,
        day -> Date,
        tries -> BigInt,
    }
}

diesel::table! {
    comments (id) {
        id -> BigInt,
        project_id -> BigInt,
        user_id -> BigInt,
        body -> Text,
        created_at -> Timestamp,
        edited_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    reports (id) {
        id -> BigInt,
        project_id -> BigInt,
        comment_id -> Nullable<BigInt>,
        reporter -> Text,
        reason -> Text,
        detail -> Text,
        created_at -> Timestamp,
        resolved_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    bans (subject) {
        subject -> Text,
        reason -> Text,
        created_at -> Timestamp,
        ends_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    builds (id) {
        id -> Text,
        project_id -> BigInt,
        state -> Text,
        failure -> Nullable<Text>,
        image_repository -> Nullable<Text>,
        image_digest -> Nullable<Text>,
        created_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        image_bytes -> Nullable<BigInt>,
    }
}

diesel::table! {
    tries (id) {
        id -> Text,
        project_id -> BigInt,
        owner_key -> Text,
        address -> Text,
        started_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        end_reason -> Nullable<Text>,
        start_ms -> Nullable<BigInt>,
        first_command_ms -> Nullable<BigInt>,
        tag -> Text,
    }
}

diesel::table! {
    transfers (project_id) {
        project_id -> BigInt,
        to_user -> BigInt,
        offered_at -> Timestamp,
    }
}

diesel::joinable!(projects -> users (owner_id));
diesel::joinable!(tries -> projects (project_id));
diesel::joinable!(project_days -> projects (project_id));
diesel::joinable!(transfers -> projects (project_id));
diesel::joinable!(comments -> projects (project_id));
diesel::joinable!(comments -> users (user_id));
diesel::joinable!(reports -> projects (project_id));
diesel::joinable!(reports -> comments (comment_id));
diesel::joinable!(identities -> users (user_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(api_tokens -> users (user_id));
diesel::allow_tables_to_appear_in_same_query!(
    users,
    identities,
    sessions,
    api_tokens,
    projects,
    project_days,
    transfers,
    builds,
    tries,
    comments,
    reports
);
