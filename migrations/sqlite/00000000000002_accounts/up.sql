-- Accounts: roles, other ways to log in, sessions, API tokens; quotas and the audit log.
-- Optional: nobody needs it to try something.
ALTER TABLE users ADD COLUMN email TEXT;
ALTER TABLE users ADD COLUMN role TEXT NOT NULL DEFAULT 'user'
    CHECK (role IN ('user', 'administrator'));

-- An account at another provider, by which its holder logs in here.
CREATE TABLE identities (
    id         INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    user_id    BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- The provider's name in the configuration.
    provider   TEXT NOT NULL,
    -- The account's lasting name there: OpenID Connect's `sub`, or the number in GitHub's answer.
    subject    TEXT NOT NULL,
    -- As its holder knows it.
    label      TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    UNIQUE (provider, subject)
);
CREATE INDEX identities_by_user ON identities (user_id);

-- Who is logged in where, unless Redis keeps it.
CREATE TABLE sessions (
    -- SHA-256 of the secret in the visitor's cookie, in hex.
    id         TEXT PRIMARY KEY NOT NULL,
    user_id    BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- The browser, as it calls itself.
    agent      TEXT NOT NULL,
    -- The address prefix it was last seen at.
    address    TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    seen_at    TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- What programs log in with.
CREATE TABLE api_tokens (
    id         INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    user_id    BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    -- SHA-256 of the token, in hex.
    hash       TEXT NOT NULL UNIQUE,
    scope      TEXT NOT NULL CHECK (scope IN ('read', 'write')),
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP,
    used_at    TIMESTAMP
);
CREATE INDEX api_tokens_by_user ON api_tokens (user_id);

-- What differs from the built-in quotas. NULL leaves the more general one in force.
CREATE TABLE quotas (
    -- `guest`, `user`, `prefix`; or one of them: `user:ada`, `prefix:192.0.2.0/24`.
    subject           TEXT PRIMARY KEY NOT NULL,
    sandboxes         INTEGER,
    starts_per_minute INTEGER,
    projects          INTEGER,
    builds            INTEGER
);

-- What changed state: who, what, when. Rows are never changed.
CREATE TABLE audit (
    id      INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    at      TIMESTAMP NOT NULL,
    -- `user:ada`, `guest`, `system`.
    actor   TEXT NOT NULL,
    -- Such as `project.create`.
    action  TEXT NOT NULL,
    -- What was acted upon, such as `project:jq`.
    subject TEXT NOT NULL,
    -- More, as a sentence; no secrets.
    detail  TEXT NOT NULL,
    -- The address prefix that it came from; empty where none is known.
    address TEXT NOT NULL
);
CREATE INDEX audit_by_subject ON audit (subject, id);
CREATE INDEX audit_by_actor ON audit (actor, id);
CREATE INDEX tries_by_owner_start ON tries (owner_key, started_at);
