-- The words by which projects are found, in a table of their own: a try changes its project's row,
-- and would drag the whole index along.
CREATE TABLE project_search (
    project_id BIGINT PRIMARY KEY REFERENCES projects (id) ON DELETE CASCADE,
    -- Name, topics and line: short, and quickly ranked.
    head       TSVECTOR NOT NULL,
    -- The description too.
    words      TSVECTOR NOT NULL
);
-- Without a list of what is pending: while one is long, the planner reads the whole table instead.
CREATE INDEX project_search_by_head ON project_search USING GIN (head) WITH (fastupdate = off);
CREATE INDEX project_search_by_words ON project_search USING GIN (words) WITH (fastupdate = off);

-- A text as web/src/discover/words.rs sees it: without accents and variants of letters, and with
-- spaces for signs, so that the parser finds neither addresses nor versions in it.
CREATE FUNCTION project_search_plain(text) RETURNS text LANGUAGE SQL IMMUTABLE AS $$
    SELECT lower(normalize(regexp_replace(regexp_replace(
        normalize($1, NFKD), '[\u0300-\u036f]+', '', 'g'),
        '[\u0021-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007e]+', ' ', 'g'), NFC))
$$;

CREATE FUNCTION project_search_head(name text, topics text, short text)
RETURNS tsvector LANGUAGE SQL IMMUTABLE AS $$
    SELECT setweight(to_tsvector('simple', project_search_plain(name)), 'A')
        || setweight(to_tsvector('simple', project_search_plain(topics)), 'B')
        || setweight(to_tsvector('simple', project_search_plain(short)), 'C')
$$;

CREATE FUNCTION project_search_tail(description text)
RETURNS tsvector LANGUAGE SQL IMMUTABLE AS $$
    SELECT setweight(to_tsvector('simple', project_search_plain(description)), 'D')
$$;

INSERT INTO project_search
    SELECT id, head, head || project_search_tail(description) FROM (
        SELECT id, description, project_search_head(name, topics, short_description) AS head
        FROM projects) AS heads;

CREATE FUNCTION project_search_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    head tsvector := project_search_head(NEW.name, NEW.topics, NEW.short_description);
BEGIN
    INSERT INTO project_search VALUES (NEW.id, head, head || project_search_tail(NEW.description))
    ON CONFLICT (project_id) DO UPDATE SET head = EXCLUDED.head, words = EXCLUDED.words;
    RETURN NULL;
END
$$;
CREATE TRIGGER project_search_follows
AFTER INSERT OR UPDATE OF name, topics, short_description, description ON projects
FOR EACH ROW EXECUTE FUNCTION project_search_follow();

-- Lists in each of their orders, what is rare among them too.
CREATE INDEX projects_by_all_tries ON projects (tries_count);
CREATE INDEX projects_by_creation ON projects (created_at);
CREATE INDEX projects_by_category_and_trend ON projects (category, trend);
CREATE INDEX projects_by_category_and_creation ON projects (category, created_at);
CREATE INDEX projects_by_licence ON projects (licence, tries_count);
CREATE INDEX projects_by_language_and_tries ON projects (language, tries_count);
DROP INDEX projects_by_language;
-- How much there is of everything, without reading what is said of each.
CREATE INDEX projects_by_facets ON projects (category, licence, language)
    WHERE image_digest IS NOT NULL AND archived_at IS NULL;
