-- Times are UTC. Ids of builds and tries come from the container server.
CREATE TABLE users (
    id            INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name          TEXT NOT NULL UNIQUE,
    -- A PHC string; NULL for accounts that cannot log in with a password.
    password_hash TEXT,
    created_at    TIMESTAMP NOT NULL
);

CREATE TABLE projects (
    id                INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    slug              TEXT NOT NULL UNIQUE,
    name              TEXT NOT NULL,
    -- The name in lower case, so that names differ by more than case.
    name_key          TEXT NOT NULL UNIQUE,
    owner_id          BIGINT NOT NULL REFERENCES users (id),
    category          TEXT NOT NULL,
    short_description TEXT NOT NULL,
    description       TEXT NOT NULL,
    source_kind       TEXT NOT NULL CHECK (source_kind IN ('script', 'dockerfile')),
    base_image        TEXT NOT NULL,
    script            TEXT NOT NULL,
    command           TEXT NOT NULL,
    dockerfile        TEXT NOT NULL,
    context_id        TEXT,
    -- What visitors get: the last good image.
    image_repository  TEXT,
    image_digest      TEXT,
    -- The newest build, whatever came of it; not a foreign key, because builds point back.
    latest_build_id   TEXT,
    tries_count       BIGINT NOT NULL DEFAULT 0,
    created_at        TIMESTAMP NOT NULL,
    updated_at        TIMESTAMP NOT NULL
);
CREATE INDEX projects_by_owner ON projects (owner_id);
CREATE INDEX projects_by_category ON projects (category, name_key);

CREATE TABLE builds (
    id               TEXT PRIMARY KEY NOT NULL,
    project_id       BIGINT NOT NULL REFERENCES projects (id),
    state            TEXT NOT NULL
        CHECK (state IN ('queued', 'running', 'pushed', 'failed', 'cancelled')),
    -- A FailureCause as JSON, when it failed.
    failure          TEXT,
    image_repository TEXT,
    image_digest     TEXT,
    created_at       TIMESTAMP NOT NULL,
    ended_at         TIMESTAMP
);
CREATE INDEX builds_by_project ON builds (project_id, created_at);
CREATE INDEX builds_by_state ON builds (state);

CREATE TABLE tries (
    id         TEXT PRIMARY KEY NOT NULL,
    project_id BIGINT NOT NULL REFERENCES projects (id),
    -- `u:<user>` or `g:<guest>`.
    owner_key  TEXT NOT NULL,
    started_at TIMESTAMP NOT NULL,
    ended_at   TIMESTAMP,
    -- An EndReason as JSON, when it ended.
    end_reason TEXT
);
CREATE INDEX tries_by_owner ON tries (owner_key, ended_at);
CREATE INDEX tries_by_project ON tries (project_id, started_at);
CREATE INDEX tries_by_end ON tries (ended_at);
