-- What the pages need: more words on a project, what is counted of it, comments, reports, bans.

-- SPDX identifier; empty where it is not told.
ALTER TABLE projects ADD COLUMN licence TEXT NOT NULL DEFAULT '';
-- Where its source is, https; empty where it is not told.
ALTER TABLE projects ADD COLUMN repository TEXT NOT NULL DEFAULT '';
-- The programming language it is written in; empty where it is not told.
ALTER TABLE projects ADD COLUMN language TEXT NOT NULL DEFAULT '';
-- Words to find it by, in lower case, with a space between.
ALTER TABLE projects ADD COLUMN topics TEXT NOT NULL DEFAULT '';
-- The guided demo's source; empty without one. See web/src/demo.
ALTER TABLE projects ADD COLUMN demo TEXT NOT NULL DEFAULT '';
-- The origins that may embed it, one a line; empty for none.
ALTER TABLE projects ADD COLUMN embed_parents TEXT NOT NULL DEFAULT '';
-- Archived projects are shown to who has the address, and cannot be tried.
ALTER TABLE projects ADD COLUMN archived_at TIMESTAMP;
-- How much of an image visitors' machines transfer, in bytes, as far as it is known.
ALTER TABLE projects ADD COLUMN image_bytes BIGINT;
-- When it was tried last, and the score that tries leave behind: see web/src/discover/trending.rs.
ALTER TABLE projects ADD COLUMN tried_at TIMESTAMP;
ALTER TABLE projects ADD COLUMN trend DOUBLE NOT NULL DEFAULT 0;
CREATE INDEX projects_by_trend ON projects (trend);
CREATE INDEX projects_by_tries ON projects (category, tries_count);
CREATE INDEX projects_by_language ON projects (language);

ALTER TABLE builds ADD COLUMN image_bytes BIGINT;

-- From the request to an attachable terminal, and to the first line that was typed, in milliseconds.
ALTER TABLE tries ADD COLUMN start_ms BIGINT;
ALTER TABLE tries ADD COLUMN first_command_ms BIGINT;
-- What its visitor calls it; need not be unique.
ALTER TABLE tries ADD COLUMN tag TEXT NOT NULL DEFAULT '';
-- The usual start is read from the index alone.
DROP INDEX tries_by_project;
CREATE INDEX tries_by_project ON tries (project_id, started_at, start_ms);

-- Tries by project and day (UTC): what badges and statistics count.
CREATE TABLE project_days (
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    day        DATE NOT NULL,
    tries      BIGINT NOT NULL,
    PRIMARY KEY (project_id, day)
);
INSERT INTO project_days (project_id, day, tries)
    SELECT project_id, date(started_at), COUNT(*) FROM tries GROUP BY project_id, date(started_at);

CREATE TABLE comments (
    id         INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    user_id    BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- Markdown.
    body       TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    edited_at  TIMESTAMP
);
CREATE INDEX comments_by_project ON comments (project_id, id);
CREATE INDEX comments_by_user ON comments (user_id);

-- What somebody found wrong with a project or with a comment on it.
CREATE TABLE reports (
    id          INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    project_id  BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    -- NULL where the project is meant.
    comment_id  BIGINT REFERENCES comments (id) ON DELETE CASCADE,
    -- `u:<user>` or `g:<guest>`.
    reporter    TEXT NOT NULL,
    reason      TEXT NOT NULL,
    detail      TEXT NOT NULL,
    created_at  TIMESTAMP NOT NULL,
    -- NULL while nobody has dealt with it.
    resolved_at TIMESTAMP
);
CREATE INDEX reports_by_state ON reports (resolved_at, id);
CREATE INDEX reports_by_project ON reports (project_id);
CREATE INDEX reports_by_comment ON reports (comment_id);

-- Who is kept out.
CREATE TABLE bans (
    -- `user:ada` or `prefix:192.0.2.0/24`.
    subject    TEXT PRIMARY KEY NOT NULL,
    reason     TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    -- NULL: until it is lifted.
    ends_at    TIMESTAMP
);

-- Projects that their maintainers wish to give to another account; gone once that has answered.
CREATE TABLE transfers (
    project_id BIGINT PRIMARY KEY NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    to_user    BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    offered_at TIMESTAMP NOT NULL
);
CREATE INDEX transfers_by_user ON transfers (to_user);
